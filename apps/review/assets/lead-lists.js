// Keeps lists and parts of the page in step with what the server says, touching only what changed.

const shown = new WeakMap();

/** Runs draw(node) only where the state differs from the one drawn last. */
export function redraw(node, state, draw) {
  const text = JSON.stringify([document.documentElement.lang, state]);
  if (shown.get(node) === text) return;
  shown.set(node, text);
  const focused = node.contains(document.activeElement);
  draw(node);
  if (focused && !node.contains(document.activeElement)) node.querySelector("button")?.focus();
}

/**
 * Shows a list, one node per entry: unchanged ones stay as they are, with their focus and whatever
 * is folded out in them.
 *
 * keyOf names an entry; build makes its node; what can have the focus carries data-act.
 */
export function keyed(parent, entries, keyOf, build) {
  const old = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  entries.forEach((entry, index) => {
    const key = keyOf(entry);
    const state = JSON.stringify(entry);
    let node = old.get(key);
    if (!node || shown.get(node) !== state) {
      const fresh = build(entry);
      fresh.dataset.key = key;
      shown.set(fresh, state);
      if (node) replace(node, fresh);
      node = fresh;
    }
    old.delete(key);
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
  for (const node of old.values()) node.remove();
}

function replace(node, fresh) {
  const act = node.contains(document.activeElement) ? document.activeElement.dataset.act : null;
  node.replaceWith(fresh);
  if (act) (fresh.querySelector(`[data-act="${act}"]`) ?? fresh.querySelector("[data-act]"))?.focus();
}

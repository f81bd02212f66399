// Scrolls as little as is needed to bring a box of the text into what is free of the page.

const MARGIN = 24;

function scroller(node) {
  for (let at = node.parentElement; at && at !== document.body; at = at.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(at).overflowY) && at.scrollHeight > at.clientHeight) return at;
  }
  return null;
}

/** node: where the box lies; sheet: what on small windows lies over the text's lower end. */
export function reveal(node, box, sheet) {
  const page = getComputedStyle(document.documentElement);
  const inner = scroller(node);
  const frame = inner?.getBoundingClientRect();
  const head = parseFloat(page.getPropertyValue("--rl-head")) || 0;
  const dock = parseFloat(page.getPropertyValue("--rl-dock")) || 0;
  const covered = getComputedStyle(sheet).position === "fixed" ? sheet.offsetHeight : 0;
  const top = Math.max(head, frame?.top ?? 0) + MARGIN;
  const bottom = Math.min(window.innerHeight - dock - covered, frame?.bottom ?? Infinity) - MARGIN;
  if (box.top < top) (inner ?? window).scrollBy(0, box.top - top);
  else if (box.bottom > bottom) (inner ?? window).scrollBy(0, Math.min(box.bottom - bottom, box.top - top));
}

// Makes elements whose words are text and never markup.

/** content: a string (set as text) or a list of nodes. */
export function make(tag, attributes = {}, content = null) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : String(value));
  }
  if (Array.isArray(content)) node.append(...content);
  else if (content !== null) node.textContent = content;
  return node;
}

/** Gives access to the elements that carry data-slot, by its value. */
export function slots(root) {
  return new Proxy({}, {
    get(_, name) {
      const node = root.querySelector(`[data-slot="${String(name)}"]`);
      if (node === null) throw new Error(`the skeleton has no slot named ${String(name)}`);
      return node;
    },
  });
}

export function show(node, visible) {
  node.hidden = !visible;
}

export function clockTime(date) {
  return date.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
}

/** One radio button with its words; keys shows the key that chooses it. */
export function option(name, value, label, key = null) {
  const input = make("input", { type: "radio", name, value });
  const children = [input, make("span", {}, label)];
  if (key) children.push(make("kbd", {}, key));
  return make("label", { class: "rl-option" }, children);
}

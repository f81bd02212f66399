// Turns key presses into actions; text fields, modifiers and input methods are left alone.

const TYPING = 'textarea, select, [contenteditable="true"], input:not([type="radio"]):not([type="checkbox"])';
const PRESSABLE = "button, a, summary";

/** The key's name, by its place on the keyboard where the layout has no Latin letters or digits. */
function keyName(event) {
  if (event.key === "?" || event.key.length > 1 || /^[a-z0-9]$/i.test(event.key)) {
    return event.key.length === 1 ? event.key.toLowerCase() : event.key;
  }
  if (!event.shiftKey && /^Digit\d$/.test(event.code)) return event.code.slice(5);
  return /^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : event.key;
}

/**
 * on: {typingEscape(target), panel() -> open dialog or null, panelKey(key, panel) -> handled,
 *      key(key, event) -> handled}.
 */
export function listenToKeys(on) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const key = keyName(event);
    if (event.target.closest?.(TYPING)) {
      if (key === "Escape" && !on.panel()) on.typingEscape(event.target);
      return;
    }
    if (key === "Enter" && event.target.closest?.(PRESSABLE)) return;
    const panel = on.panel();
    if (event.repeat && !key.startsWith("Arrow")) {
      if (!panel && key === "Enter") event.preventDefault();
      return;
    }
    if (panel ? on.panelKey(key, panel) : on.key(key, event)) event.preventDefault();
  });
}

// Turns a prompt or a source into elements: fact cards ("key: value; key: value") as a small
// table of terms, anything else as plain text with its white-space kept.

import { make } from "./dom.js";

const FACT = /^\s*([^:;\n]{1,40}):\s*([^;]*?)\s*$/;

export function facts(text) {
  const parts = text.trim().replace(/[;.]\s*$/, "").split(/;|\n/).filter((part) => part.trim());
  const found = parts.map((part) => FACT.exec(part));
  return parts.length >= 4 && found.every(Boolean) ? found.map(([, term, value]) => [term, value]) : null;
}

export function writeSource(node, text) {
  const card = facts(text);
  if (card === null) {
    node.textContent = text;
    return;
  }
  const rows = card.map(([term, value]) =>
    make("div", {}, [make("dt", { dir: "auto" }, term), make("dd", { dir: "auto" }, value)]));
  node.replaceChildren(make("dl", { class: "rl-facts" }, rows));
}

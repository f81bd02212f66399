// Turns a prompt or a source into elements: fact cards ("key: value; key: value") as a small
// table of terms, anything else as plain text with its white-space kept.

import { make } from "./dom.js";
import { writeText } from "./paper.js";

const FACT = /^\s*([^:;\n]{1,40}):\s*([^;]*?)\s*$/;

// A longer text is no card, whatever its form, and better read and laid out as a text.
const LONGEST_CARD = 5000;

export function facts(text) {
  if (text.length > LONGEST_CARD) return null;
  const parts = text.trim().replace(/[;.]\s*$/, "").split(/;|\n/).filter((part) => part.trim());
  const found = parts.map((part) => FACT.exec(part));
  return parts.length >= 4 && found.every(Boolean) ? found.map(([, term, value]) => [term, value]) : null;
}

export function writeSource(node, text) {
  const card = facts(text);
  if (card === null) {
    writeText(node, text);
    return;
  }
  const rows = card.map(([term, value]) =>
    make("div", {}, [make("dt", { dir: "auto" }, term), make("dd", { dir: "auto" }, value)]));
  node.replaceChildren(make("dl", { class: "rl-facts" }, rows));
}

// Turns names like "task.prompt" into the words of the wording file, and fills a page with them.

import { call, speak } from "./http.js";

let words = {};

/** Fetches the words of a language, in which the page and the server speak from now on. */
export async function loadWords(language = "en") {
  speak(language);
  words = await call("GET", `words?language=${language}`);
  document.documentElement.lang = language;
}

/** The entry of a name: a string, a list or a table. */
export function entry(name) {
  return name.split(".").reduce((at, part) => at?.[part], words);
}

export function word(name, values = {}) {
  const text = entry(name);
  if (typeof text !== "string") throw new Error(`the wording file has no text named ${name}`);
  return text.replace(/\{(\w+)\}/g, (_, key) => String(values[key]));
}

/** A text in the singular or the plural: the names end in _one and _many. */
export function counted(name, count) {
  return word(`${name}_${count === 1 ? "one" : "many"}`, { count });
}

/** Several words as one alternative or one list, as the page's language joins them. */
export function joined(parts, type = "conjunction") {
  return new Intl.ListFormat(document.documentElement.lang, { type }).format(parts);
}

/** Writes the words into every element that names one. */
export function fillWords(root) {
  for (const node of root.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
  for (const node of root.querySelectorAll("[data-word-label]")) {
    node.setAttribute("aria-label", word(node.dataset.wordLabel));
  }
  for (const node of root.querySelectorAll("[data-word-placeholder]")) {
    node.placeholder = word(node.dataset.wordPlaceholder);
  }
}

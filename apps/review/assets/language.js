// Turns what a reviewer chose before, else what the browser prefers, into the page's language.

import { make } from "./dom.js";
import { keep, kept } from "./keep.js";

const KEY = "review-lab:language";

/** languages: those that the server has words in, its first language first. */
export function pickLanguage(languages) {
  const wanted = [kept(KEY), ...navigator.languages].filter(Boolean);
  const plain = wanted.map((tag) => tag.toLowerCase().split("-")[0]);
  return plain.find((language) => languages.includes(language)) ?? languages[0];
}

export function rememberLanguage(language) {
  keep(KEY, language);
}

/** Fills the language switch: every language is called by its own name. */
export function fillLanguages(select, languages, language) {
  const options = languages.map((one) => {
    const name = new Intl.DisplayNames([one], { type: "language" }).of(one);
    return make("option", { value: one, lang: one, selected: one === language }, name);
  });
  select.replaceChildren(...options);
}

// Turns a study into a row of the list to choose from.

import { make } from "./dom.js";
import { word } from "./words.js";

function state({ n_answered: done, n_total: total }) {
  if (total === 0) return word("choose.nothing_left");
  return done >= total ? word("choose.finished") : word("choose.count", { done, total });
}

function next({ n_answered: done, n_total: total }) {
  if (done >= total) return word("choose.look");
  return word(done > 0 ? "choose.go_on" : "choose.start");
}

export function studyRow(study) {
  const label = state(study);
  const words = [
    make("h2", {}, study.title),
    make("progress", { max: Math.max(1, study.n_total), value: study.n_answered, "aria-label": label }),
    make("p", { class: "rl-muted" }, label),
  ];
  if (study.question) words.splice(1, 0, make("p", { class: "rl-muted" }, study.question));
  const button = make("button", {
    type: "button", class: "rl-button rl-primary", "data-do": "open", "data-study": study.id,
    "aria-label": `${next(study)}: ${study.title}`,
  }, next(study));
  return make("li", { class: "rl-study" }, [make("div", { class: "rl-study-words" }, words), button]);
}

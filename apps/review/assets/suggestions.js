// Turns a checker's suggestions into a list in which each is confirmed or rejected.

import { make } from "./dom.js";
import { shortened } from "./editor.js";
import { counted, word } from "./words.js";

const VERDICTS = [["confirm", "Y", true], ["reject", "N", false]];
const KEYS = { y: true, n: false };
const STEPS = { ArrowUp: -1, ArrowDown: 1 };

export class Suggestions {
  /** list: [{id, start, end, quote, type, evidence}]; on: {judged(), picked(suggestion)}. */
  constructor(list, on) {
    this.on = on;
    this.list = list.map((one) => ({ ...one, verdict: null })).sort((one, other) => one.start - other.start);
    this.rows = this.list.map((one, index) => this.row(one, index));
    this.current = null;
    this.count = make("p", { class: "rl-suggestions-count", role: "status" });
    this.node = make("section", { class: "rl-suggestions", "aria-label": word("spans.suggestions") }, [
      make("h3", {}, word("spans.suggestions")), this.count, make("ol", {}, this.rows),
    ]);
    this.refresh();
  }

  row(one, index) {
    const input = ([name, key, verdict]) => {
      const node = make("input", { type: "radio", name: `suggestion-${index}`, value: name });
      node.addEventListener("change", () => this.judge(one, verdict));
      return make("label", { class: "rl-span-option", "data-value": name }, [node, make("span", {}, word(`spans.${name}`)), make("kbd", {}, key)]);
    };
    const row = make("li", { class: "rl-suggestion-row" }, [make("fieldset", {}, [
      make("legend", {}, [make("span", { class: "rl-span-number" }, this.label(index)), make("q", { dir: "auto" }, shortened(one.quote))]),
      make("p", { class: "rl-span-kind" }, word(`spans.type.${one.type}`)),
      make("p", { class: "rl-suggestion-evidence", dir: "auto" }, one.evidence),
      make("div", { class: "rl-span-severities" }, VERDICTS.map(input)),
    ])]);
    row.addEventListener("click", (event) => !event.target.closest("label") && this.pick(one));
    return row;
  }

  label(index) {
    return word("spans.suggestion_number", { number: index + 1 });
  }

  number(one) {
    return this.label(this.list.indexOf(one));
  }

  get open() {
    return this.list.filter((one) => one.verdict === null);
  }

  get missing() {
    return this.open.length > 0 ? counted("spans.missing_judgement", this.open.length) : "";
  }

  get judgements() {
    return Object.fromEntries(this.list.filter((one) => one.verdict !== null).map((one) => [one.id, one.verdict]));
  }

  set judgements(verdicts) {
    for (const one of this.list) one.verdict = verdicts[one.id] ?? null;
    this.current = this.open[0] ?? this.list[0] ?? null;
    this.refresh();
  }

  judge(one, verdict) {
    one.verdict = verdict;
    const later = this.open.find((other) => other.start >= one.start) ?? this.open[0];
    this.on.judged();
    this.pick(later ?? one);
  }

  pick(one) {
    this.current = one;
    this.refresh();
    this.on.picked(one);
    this.rows[this.list.indexOf(one)].scrollIntoView({ block: "nearest" });
  }

  /** Takes a key; false where it means nothing here. */
  press(key) {
    if (this.current === null) return false;
    if (key in KEYS) this.judge(this.current, KEYS[key]);
    else if (key in STEPS) {
      const index = this.list.indexOf(this.current) + STEPS[key];
      this.pick(this.list[Math.max(0, Math.min(index, this.list.length - 1))]);
    } else return false;
    return true;
  }

  refresh() {
    this.count.textContent = this.missing || word("spans.all_judged");
    this.list.forEach((one, index) => {
      const row = this.rows[index];
      row.classList.toggle("is-current", one === this.current);
      row.dataset.verdict = String(one.verdict ?? "");
      for (const input of row.querySelectorAll("input")) input.checked = VERDICTS.some(([name, , verdict]) => name === input.value && verdict === one.verdict);
    });
  }
}

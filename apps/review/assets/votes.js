// Turns a blind comparison into rows of native radios, one per criterion and one overall, and what
// is chosen into outcomes by criterion.

import { make } from "./dom.js";
import { joined, word } from "./words.js";

const OUTCOMES = [["left", "←"], ["tie", "T"], ["both_bad", "X"], ["right", "→"]];
const KEYS = { ArrowLeft: "left", ArrowRight: "right", t: "tie", x: "both_bad" };
const STEPS = { ArrowUp: -1, ArrowDown: 1 };

export class Votes {
  /** root: an empty element; criteria: names of what is compared beside "overall"; changed: () => void. */
  constructor(root, criteria, changed) {
    this.names = [...criteria, "overall"];
    this.changed = changed;
    this.active = 0;
    this.rows = this.names.map((name, index) => this.build(name, index));
    root.classList.toggle("has-rows", this.names.length > 1);
    root.replaceChildren(...this.rows);
  }

  build(name, index) {
    const label = this.label(name);
    const alone = this.names.length === 1;
    const outcomes = OUTCOMES.map(([outcome, key]) => {
      const input = make("input", { type: "radio", name: `winner-${index}`, value: outcome });
      return make("label", { class: "rl-outcome", "data-winner": outcome }, [
        input, make("span", {}, word(`choice.${outcome}`)), make("kbd", {}, key),
      ]);
    });
    const row = make("fieldset", { class: "rl-vote", tabindex: "-1", "data-criterion": name }, [
      make("legend", { class: alone ? "rl-hidden" : null }, alone ? word("task.compare") : label),
      make("div", { class: "rl-outcomes" }, outcomes),
    ]);
    row.addEventListener("change", () => {
      this.activate(index, false);
      this.changed();
    });
    row.addEventListener("focusin", () => this.activate(index, false));
    return row;
  }

  label(name) {
    return name === "overall" ? word("choice.overall") : name;
  }

  radios(index) {
    return [...this.rows[index].querySelectorAll("input")];
  }

  value(index) {
    return this.radios(index).find((radio) => radio.checked)?.value ?? null;
  }

  activate(index, focus = true) {
    this.active = Math.max(0, Math.min(index, this.rows.length - 1));
    this.rows.forEach((row, at) => row.classList.toggle("is-active", at === this.active));
    if (!focus) return;
    const chosen = this.radios(this.active).find((radio) => radio.checked);
    (chosen ?? this.rows[this.active]).focus({ preventScroll: true });
    this.rows[this.active].scrollIntoView({ block: "nearest" });
  }

  focus() {
    this.activate(this.open[0] ?? 0);
  }

  /** Takes a key; false where it means nothing here. */
  press(key) {
    if (key in STEPS) {
      this.activate(this.active + STEPS[key]);
      return true;
    }
    const radio = this.radios(this.active).find((one) => one.value === KEYS[key]);
    if (!radio) return false;
    radio.checked = true;
    this.changed();
    this.activate(this.active + 1);
    return true;
  }

  get winners() {
    const entries = this.names.map((name, index) => [name, this.value(index)]);
    return Object.fromEntries(entries.filter(([, outcome]) => outcome !== null));
  }

  set winners(outcomes) {
    this.names.forEach((name, index) => {
      for (const radio of this.radios(index)) radio.checked = radio.value === outcomes[name];
    });
  }

  /** Indices of the rows without an outcome. */
  get open() {
    return this.names.map((_, index) => index).filter((index) => this.value(index) === null);
  }

  /** Words for what is not chosen yet; "" where all is. */
  get missing() {
    if (this.open.length === 0) return "";
    if (this.names.length === 1) return word("answer.missing_choice");
    return word("answer.missing_votes", { names: joined(this.open.map((index) => this.label(this.names[index]))) });
  }
}

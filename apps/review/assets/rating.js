// Turns a study's criteria into native radio groups, and what is chosen into ratings by criterion.

import { make } from "./dom.js";
import { joined, word } from "./words.js";

const STEPS = { ArrowUp: -1, ArrowDown: 1 };

export class Rating {
  /** root: an empty element; criteria: [{name, question, anchors}]; changed: () => void. */
  constructor(root, criteria, changed) {
    this.criteria = criteria;
    this.changed = changed;
    this.active = 0;
    this.groups = criteria.map((criterion, index) => this.build(criterion, index));
    root.replaceChildren(...this.groups);
  }

  build(criterion, index) {
    const points = criterion.anchors.map((anchor, at) => this.point(index, at + 1, anchor));
    const group = make("fieldset", { class: "rl-criterion", tabindex: "-1" }, [
      make("legend", {}, criterion.name),
      make("p", { class: "rl-criterion-question" }, criterion.question),
      make("div", { class: "rl-points" }, points),
      make("p", { class: "rl-anchor" }, word("task.not_rated")),
    ]);
    group.addEventListener("change", () => {
      this.activate(index, false);
      this.changed();
    });
    group.addEventListener("focusin", (event) => {
      this.activate(index, false);
      if (event.target.value) this.describe(index, Number(event.target.value));
    });
    group.addEventListener("focusout", () => this.describe(index));
    return group;
  }

  point(index, value, anchor) {
    const input = make("input", {
      type: "radio", name: `criterion-${index}`, value, "aria-label": `${value}: ${anchor}`,
    });
    const label = make("label", { class: "rl-point", title: anchor }, [input, make("span", {}, String(value))]);
    label.addEventListener("pointerenter", () => this.describe(index, value));
    label.addEventListener("pointerleave", () => this.describe(index));
    return label;
  }

  radios(index) {
    return [...this.groups[index].querySelectorAll("input")];
  }

  value(index) {
    return Number(this.radios(index).find((radio) => radio.checked)?.value ?? 0);
  }

  /** Shows the anchor of a point: the one looked at, else the chosen one. */
  describe(index, looked = 0) {
    const point = looked || this.value(index);
    const line = this.groups[index].querySelector(".rl-anchor");
    line.textContent = point ? this.criteria[index].anchors[point - 1] : word("task.not_rated");
    line.classList.toggle("is-set", point > 0);
    this.groups[index].classList.toggle("is-rated", this.value(index) > 0);
  }

  activate(index, focus = true) {
    this.active = Math.max(0, Math.min(index, this.groups.length - 1));
    this.groups.forEach((group, at) => group.classList.toggle("is-active", at === this.active));
    if (!focus) return;
    const chosen = this.radios(this.active).find((radio) => radio.checked);
    (chosen ?? this.groups[this.active]).focus({ preventScroll: true });
    this.groups[this.active].scrollIntoView({ block: "nearest" });
  }

  focus() {
    this.activate(this.open[0] ?? 0);
  }

  /** Takes a key; a point sets the active criterion and goes on to the next. False: means nothing. */
  press(key) {
    if (key in STEPS) {
      this.activate(this.active + STEPS[key]);
      return true;
    }
    const radio = /^[1-9]$/.test(key) ? this.radios(this.active)[Number(key) - 1] : null;
    if (!radio) return false;
    const index = this.active;
    radio.checked = true;
    this.describe(index);
    this.changed();
    this.activate(index + 1);
    return true;
  }

  get ratings() {
    const entries = this.criteria.map((criterion, index) => [criterion.name, this.value(index)]);
    return Object.fromEntries(entries.filter(([, value]) => value > 0));
  }

  set ratings(values) {
    this.criteria.forEach((criterion, index) => {
      for (const radio of this.radios(index)) radio.checked = Number(radio.value) === values[criterion.name];
      this.describe(index);
    });
  }

  /** Indices of the criteria without a value. */
  get open() {
    return this.criteria.map((_, index) => index).filter((index) => this.value(index) === 0);
  }

  /** Words for what is not rated yet; "" where all is. */
  get missing() {
    if (this.open.length === 0) return "";
    return word("answer.missing_rating", { names: joined(this.open.map((index) => this.criteria[index].name)) });
  }
}

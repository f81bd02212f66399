// Turns the current mark into a small form (category, severity, ends, note), and all marks into a list.

import { make, show } from "./dom.js";
import { word } from "./words.js";

const QUOTE = 80;

/** A quotation's beginning, where the whole would be too much to see or to hear. */
export function shortened(text) {
  const signs = Array.from(text.slice(0, 4 * QUOTE));
  return signs.length > QUOTE ? `${signs.slice(0, QUOTE - 1).join("")}…` : text;
}

function radio(name, value, label, key) {
  const input = make("input", { type: "radio", name, value });
  const words = [input, make("span", {}, label)];
  if (key) words.push(make("kbd", {}, key));
  return make("label", { class: "rl-span-option", "data-value": value }, words);
}

export class Editor {
  /**
   * study: {categories, severities}; on: {category(name), severity(name), note(text), noted(),
   * done(), end(side, by), remove(), putBack(), pick(mark), clean()}.
   */
  constructor(study, on) {
    this.on = on;
    this.hint = make("p", { class: "rl-spans-hint", id: "rl-spans-hint" });
    this.categories = make("div", { class: "rl-span-categories" }, study.categories.map((name, index) =>
      radio("span-category", name, word(`spans.category.${name}`), String(index + 1))));
    this.severities = make("div", { class: "rl-span-severities", role: "radiogroup", "aria-label": word("spans.how_bad") },
      study.severities.map((name) => radio("span-severity", name, word(`spans.severity.${name}`))));
    this.severities.append(make("kbd", {}, "M"));
    this.note = make("input", {
      type: "text", class: "rl-span-note", maxlength: "1000", dir: "auto",
      "aria-label": word("spans.note"), placeholder: word("spans.note_hint"),
    });
    this.legend = make("legend");
    this.form = make("fieldset", { class: "rl-span-editor" }, [
      this.legend, this.categories,
      make("div", { class: "rl-span-row" }, [this.severities, this.button("remove", "Del", () => on.remove())]),
      make("div", { class: "rl-span-row" }, [this.ends("start"), this.ends("end")]),
      make("div", { class: "rl-span-row" }, [
        make("label", { class: "rl-span-noting" }, [this.note, make("kbd", {}, "A")]), this.button("done", "Esc", () => on.done()),
      ]),
    ]);
    this.list = make("ol", { class: "rl-span-list" });
    this.back = this.button("put_back", "Z", () => on.putBack());
    this.clean = this.button("clean", "0", () => on.clean());
    this.foot = make("div", { class: "rl-span-foot" }, [this.clean, this.back]);
    this.nodes = [this.hint, this.form, this.list, this.foot];
    this.listen();
  }

  listen() {
    this.categories.addEventListener("change", (event) => this.on.category(event.target.value));
    this.severities.addEventListener("change", (event) => this.on.severity(event.target.value));
    this.note.addEventListener("input", () => this.on.note(this.note.value));
    this.note.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      this.on.noted();
    });
  }

  button(name, key, act) {
    const node = make("button", { type: "button", class: "rl-button rl-span-button", "data-name": name }, [make("span", {}, word(`spans.${name}`)), make("kbd", {}, key)]);
    node.addEventListener("click", act);
    return node;
  }

  /** Two buttons that move one end of the mark by a word. */
  ends(side) {
    const step = (by, sign, name) => {
      const node = make("button", { type: "button", class: "rl-button rl-span-step", "aria-label": word(`spans.${name}`) }, sign);
      node.addEventListener("click", () => this.on.end(side, by));
      return node;
    };
    return make("div", { class: "rl-span-ends" }, [
      make("span", {}, word(`spans.${side}`)),
      step(-1, "−", `${side}_earlier`), step(1, "+", `${side}_later`),
    ]);
  }

  /** mark: the current one, or null; quote: of it or of what is selected, "" where nothing is. */
  show(mark, quote) {
    this.form.disabled = !quote;
    this.form.classList.toggle("is-open", Boolean(quote));
    this.form.classList.toggle("is-asking", mark !== null && !mark.category);
    this.legend.textContent = quote ? word("spans.wrong_with", { quote: shortened(quote) }) : word("spans.wrong");
    for (const input of this.categories.querySelectorAll("input")) input.checked = input.value === mark?.category;
    for (const input of this.severities.querySelectorAll("input")) {
      input.checked = input.value === mark?.severity;
      input.disabled = mark === null;
    }
    for (const control of [this.note, ...this.form.querySelectorAll("button")]) control.disabled = mark === null;
    if (this.note.value !== (mark?.note ?? "")) this.note.value = mark?.note ?? "";
  }

  /** quote: (mark) => its words; asksClean: whether "no fault found" is an answer here, and isClean: given. */
  showList(marks, quote, { isClean, asksClean }) {
    const focused = [...this.list.querySelectorAll("button")].indexOf(document.activeElement);
    this.list.replaceChildren(...marks.list.map((mark) => this.row(marks, mark, quote(mark))));
    this.list.querySelectorAll("button")[focused]?.focus({ preventScroll: true });
    show(this.list, marks.list.length > 0);
    show(this.back, marks.removed.length > 0);
    show(this.clean, asksClean && marks.list.length === 0);
    this.clean.setAttribute("aria-pressed", String(isClean));
    show(this.foot, !(this.clean.hidden && this.back.hidden));
  }

  row(marks, mark, quote) {
    const kind = mark.category
      ? `${word(`spans.category.${mark.category}`)} · ${word(`spans.severity.${mark.severity}`)}`
      : word("spans.no_category");
    const words = [
      make("span", { class: "rl-span-number" }, String(marks.number(mark))),
      make("q", { dir: "auto" }, shortened(quote)),
      make("span", { class: "rl-span-kind" }, kind),
    ];
    if (mark.note) words.push(make("span", { class: "rl-span-said", dir: "auto" }, mark.note));
    const node = make("button", {
      type: "button", class: mark.category ? "rl-span-pick" : "rl-span-pick is-asking",
      "data-category": mark.category, "aria-current": mark === marks.current ? "true" : null,
    }, words);
    node.addEventListener("click", () => this.on.pick(mark));
    return make("li", {}, [node]);
  }
}

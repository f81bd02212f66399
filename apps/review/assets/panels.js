// Turns the page's dialogs into four panels: guidelines, keys, skipping, flagging.

import { make, option, show } from "./dom.js";
import { render } from "./markdown.js";
import { entry, word } from "./words.js";

export class Panels {
  /** on: {skip: (reason) => void, flag: (flag) => void, closed: () => void}. */
  constructor(root, slot, on) {
    this.root = root;
    this.slot = slot;
    this.on = on;
    this.fillKeys(["rate", "compare", "mark"]);
    this.fillOptions("skip");
    this.fillOptions("flag");
    slot["skip-form"].addEventListener("submit", (event) => this.confirmSkip(event));
    slot["skip-form"].addEventListener("change", () => this.skipChanged());
    slot["flag-form"].addEventListener("submit", (event) => this.confirmFlag(event));
    for (const panel of root.querySelectorAll("dialog")) {
      panel.addEventListener("close", () => this.on.closed());
      panel.addEventListener("click", (event) => event.target === panel && panel.close());
    }
  }

  /** Lists the keys of some kinds of task, and those that always mean the same. */
  fillKeys(kinds) {
    const groups = [...kinds, "always"].map((kind) => make("section", {}, [
      make("h3", {}, word(`help.groups.${kind}`)),
      make("dl", { class: "rl-keys" }, Object.values(entry(`help.${kind}`)).map(keyRow)),
    ]));
    this.slot.keys.replaceChildren(...groups);
  }

  fillOptions(name) {
    const reasons = Object.entries(entry(`${name}.reasons`));
    const options = reasons.map(([value, label], index) => option(name, value, label, String(index + 1)));
    if (name === "flag") options.push(option("flag", "", word("flag.none"), String(reasons.length + 1)));
    this.slot[`${name}-options`].replaceChildren(...options);
  }

  get open() {
    return this.root.querySelector("dialog[open]");
  }

  panel(name) {
    return this.root.querySelector(`dialog[data-panel="${name}"]`);
  }

  toggle(name) {
    const panel = this.panel(name);
    if (panel.open) panel.close();
    else {
      this.close();
      panel.showModal();
    }
  }

  close() {
    this.open?.close();
  }

  /** Opens the panel for skipping, with nothing chosen. */
  askSkip() {
    this.slot["skip-form"].reset();
    this.skipChanged();
    this.toggle("skip");
    this.panel("skip").querySelector("input").focus();
  }

  /** Opens the panel for flagging, with the flag that is set now. */
  askFlag(flag) {
    this.toggle("flag");
    const radios = [...this.panel("flag").querySelectorAll("input")];
    const chosen = radios.find((radio) => radio.value === flag) ?? radios[0];
    chosen.checked = true;
    chosen.focus();
  }

  /** Chooses the n-th option of the open panel. */
  press(number) {
    const radio = this.open.querySelectorAll('input[type="radio"]')[number - 1];
    if (!radio) return;
    radio.checked = true;
    radio.focus();
    if (radio.name === "skip") this.skipChanged();
  }

  chosen(name) {
    return this.panel(name).querySelector("input:checked")?.value ?? null;
  }

  skipChanged() {
    const other = this.chosen("skip") === "other";
    show(this.slot["skip-other"], other);
    show(this.slot["skip-problem"], false);
    if (other) this.slot["skip-words"].focus();
  }

  confirmSkip(event) {
    const reason = this.chosen("skip");
    const words = this.slot["skip-words"].value.trim();
    if (reason === null || (reason === "other" && !words)) {
      event.preventDefault();
      this.slot["skip-problem"].textContent = word("skip.missing");
      show(this.slot["skip-problem"], true);
      return;
    }
    this.on.skip(reason === "other" ? words : reason);
  }

  confirmFlag() {
    this.on.flag(this.chosen("flag") ?? "");
  }

  /** Writes a study's question, guidelines and full scale into the guidelines panel, and its keys. */
  describe(study) {
    const kinds = { rate: study.rates, compare: study.compares, mark: study.marks };
    this.fillKeys(Object.keys(kinds).filter((kind) => kinds[kind]));
    const text = study.guidelines.trim();
    const nodes = text ? render(text) : [make("p", {}, word("guidelines.none"))];
    if (study.compares) nodes.push(make("h3", {}, word("guidelines.pairs")), make("p", {}, study.question));
    if (study.rates) nodes.push(make("h3", {}, word("guidelines.scale")));
    for (const criterion of study.rates ? study.criteria : []) {
      nodes.push(make("h4", { class: "rl-criterion-name" }, criterion.name), make("p", {}, criterion.question),
        make("ol", { class: "rl-scale" }, criterion.anchors.map((anchor) => make("li", {}, anchor))));
    }
    this.slot.guidelines.replaceChildren(...nodes);
  }
}

function keyRow([keys, what]) {
  const names = keys.split(" ").map((key) => make(key === "–" ? "span" : "kbd", {}, key));
  return make("div", {}, [make("dt", {}, names), make("dd", {}, what)]);
}

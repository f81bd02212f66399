// Turns one task into the page's panes and form, and the form into a draft or an answer.

import { Choice } from "./choice.js";
import { show } from "./dom.js";
import { Rating } from "./rating.js";
import { writeSource } from "./source.js";
import { entry, word } from "./words.js";

const STEPS = { ArrowUp: -1, ArrowDown: 1 };
const WINNERS = { ArrowLeft: "left", ArrowRight: "right", t: "tie", x: "both_bad" };

export class TaskView {
  /** slot: the page's named elements; changed: () => void, called on every entry. */
  constructor(slot, changed) {
    this.slot = slot;
    this.changed = () => {
      this.problem("");
      changed();
    };
    this.task = null;
    this.flag = "";
    this.choice = new Choice(slot.choice, this.changed);
    slot.comment.addEventListener("input", () => {
      this.growComment();
      this.changed();
    });
  }

  /** Takes the criteria of the study whose tasks are shown next. */
  begin(study) {
    this.study = study;
    this.rating = new Rating(this.slot.criteria, study.criteria, this.changed);
  }

  get isRating() {
    return this.task.kind === "rate";
  }

  show(task, content) {
    this.task = task;
    const { slot, isRating } = this;
    slot.question.textContent = (!isRating && this.study.question) || word(isRating ? "task.rate" : "task.compare");
    slot.panes.dataset.kind = task.kind;
    this.showContext(task);
    task.texts.forEach((text, index) => {
      slot[`text-${index}`].textContent = text || word("task.empty_text");
      slot[`label-${index}`].textContent = word(isRating ? "task.text" : index === 0 ? "task.text_a" : "task.text_b");
    });
    show(slot["pane-1"], task.texts.length > 1);
    show(slot.criteria, isRating);
    show(slot.choice, !isRating);
    show(slot.again, Boolean(task.answer));
    this.problem("");
    this.content = content ?? {};
  }

  showContext(task) {
    const { slot } = this;
    const separate = task.source && task.source.trim() !== (task.prompt ?? "").trim();
    if (task.prompt?.trim()) writeSource(slot.prompt, task.prompt);
    else slot.prompt.textContent = word("task.no_prompt");
    if (separate) writeSource(slot.source, task.source);
    show(slot["prompt-pane"], Boolean(task.prompt?.trim()) || !task.source);
    show(slot["source-pane"], Boolean(separate));
    slot.context.dataset.panes = separate ? "2" : "1";
  }

  focus() {
    if (this.isRating) this.rating.activate(this.rating.missing[0] ?? 0);
    else this.slot.question.focus({ preventScroll: true });
  }

  growComment() {
    const { comment } = this.slot;
    comment.rows = Math.min(4, comment.value.split("\n").length + Math.floor(comment.value.length / 90));
  }

  get content() {
    return {
      ratings: this.isRating ? this.rating.ratings : {},
      winner: this.isRating ? null : this.choice.winner,
      comment: this.slot.comment.value,
      flag: this.flag,
    };
  }

  set content(content) {
    this.rating.ratings = content.ratings ?? {};
    this.choice.winner = content.winner ?? null;
    this.slot.comment.value = content.comment ?? "";
    this.growComment();
    this.setFlag(content.flag ?? "");
  }

  /** What to submit; kind and reason are given for a skip alone. */
  answer(kind, reason) {
    const { ratings, winner, comment, flag } = this.content;
    const skips = kind === "skip";
    return {
      kind: kind ?? (this.isRating ? "rate" : "vote"),
      ratings: skips ? {} : ratings,
      winner: skips ? null : winner,
      comment,
      reason,
      flag,
    };
  }

  setFlag(flag) {
    this.flag = entry("flag.reasons")[flag] ? flag : "";
    const { slot } = this;
    slot["flag-button"].classList.toggle("is-set", Boolean(this.flag));
    slot["flag-text"].textContent = this.flag
      ? word("answer.flagged", { what: word(`flag.reasons.${this.flag}`) })
      : word("answer.flag");
  }

  /** Takes a key; false where it means nothing here. */
  press(key) {
    if (key === "c") this.slot.comment.focus();
    else if (this.isRating && /^[1-9]$/.test(key)) return this.rating.press(Number(key));
    else if (this.isRating && key in STEPS) this.rating.move(STEPS[key]);
    else if (!this.isRating && key in WINNERS) this.choice.press(WINNERS[key]);
    else return false;
    return true;
  }

  /** Says what keeps the form from being submitted; "" clears it. */
  problem(text) {
    this.slot.problem.textContent = text;
    show(this.slot.problem, Boolean(text));
  }

  /** Whether all is entered; where not, says what is missing and goes there. */
  complete() {
    if (!this.isRating) {
      if (this.choice.winner === null) this.problem(word("answer.missing_choice"));
      return this.choice.winner !== null;
    }
    const { missing } = this.rating;
    if (missing.length > 0) {
      this.rating.activate(missing[0]);
      const names = missing.map((index) => this.study.criteria[index].name).join(", ");
      this.problem(word("answer.missing_rating", { names }));
    }
    return missing.length === 0;
  }
}

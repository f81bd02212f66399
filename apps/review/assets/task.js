// Turns one task into the page's panes and form, and the form into a draft or an answer.

import { show } from "./dom.js";
import { writeText } from "./paper.js";
import { Rating } from "./rating.js";
import { writeSource } from "./source.js";
import { Spans } from "./spans.js";
import { Votes } from "./votes.js";
import { entry, word } from "./words.js";

const QUESTIONS = { rate: "task.rate", ab: "task.compare", spans: "task.mark" };

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
    this.spans = new Spans(slot, this.changed);
    slot.comment.addEventListener("input", () => {
      this.growComment();
      this.changed();
    });
  }

  /** Takes the criteria and categories of the study whose tasks are shown next. */
  begin(study) {
    this.study = study;
    this.rating = new Rating(this.slot.criteria, study.criteria, this.changed);
    this.votes = new Votes(this.slot.votes, study.vote_criteria, this.changed);
    this.spans.begin(study);
  }

  /** What the reviewer answers this kind of task with. */
  get part() {
    return { rate: this.rating, ab: this.votes, spans: this.spans }[this.task.kind];
  }

  get judgesSuggestions() {
    return this.task.step === "suggestions";
  }

  show(task, content) {
    this.task = task;
    const { slot } = this;
    const { kind } = task;
    slot.question.textContent = (kind === "ab" && this.study.question) || word(this.judgesSuggestions ? "task.judge" : QUESTIONS[kind]);
    slot.panes.dataset.kind = kind;
    this.showContext(task);
    this.showTexts(task);
    show(slot["spans-pane"], kind === "spans");
    show(slot.criteria, kind === "rate");
    show(slot.votes, kind === "ab");
    show(slot["mark-button"], kind === "spans");
    show(slot["skip-button"], !this.judgesSuggestions);
    this.note(task);
    this.problem("");
    this.freeze(false);
    this.content = content ?? {};
  }

  showTexts(task) {
    const { slot } = this;
    const paired = task.texts.length > 1;
    [0, 1].forEach((index) => {
      const text = task.texts[index];
      writeText(slot[`text-${index}`], text || word("task.empty_text"));
      slot[`label-${index}`].textContent = word(paired ? ["task.text_a", "task.text_b"][index] : "task.text");
    });
    show(slot["pane-1"], paired);
  }

  showContext(task) {
    const { slot } = this;
    const separate = task.source && task.source.trim() !== (task.prompt ?? "").trim();
    if (task.prompt?.trim()) writeSource(slot.prompt, task.prompt);
    else slot.prompt.textContent = word("task.no_prompt");
    if (separate) writeSource(slot.source, task.source);
    show(slot["prompt-pane"], Boolean(task.prompt?.trim()) || !task.source);
    show(slot["source-pane"], Boolean(separate));
    slot.context.scrollTop = 0;
  }

  /** Says what is special about a task, in the order of what matters most. */
  note(task) {
    const special = [
      [this.judgesSuggestions, "task.suggestions"],
      [task.answer, "task.again"],
      [task.is_training, "task.training"],
      [task.adjudicates, "task.adjudicates"],
    ].find(([applies]) => applies);
    if (special) this.slot.note.textContent = word(special[1]);
    show(this.slot.note, Boolean(special));
  }

  focus() {
    this.part.focus();
  }

  growComment() {
    const { comment } = this.slot;
    comment.rows = Math.min(4, comment.value.split("\n").length + Math.floor(comment.value.length / 90));
  }

  get content() {
    const { kind } = this.task;
    return {
      ratings: kind === "rate" ? this.rating.ratings : {},
      winners: kind === "ab" ? this.votes.winners : {},
      ...(kind === "spans" ? this.spans.content : { spans: [], judgements: {} }),
      comment: this.slot.comment.value,
      flag: this.flag,
    };
  }

  set content(content) {
    this.rating.ratings = content.ratings ?? {};
    this.votes.winners = content.winners ?? {};
    if (this.task.kind === "spans") this.spans.show(this.task, content);
    this.slot.comment.value = content.comment ?? "";
    this.growComment();
    this.setFlag(content.flag ?? "");
  }

  /** Whether anything is entered. */
  get touched() {
    return Object.values(this.content).some((entry) => (typeof entry === "object" ? Object.keys(entry).length > 0 : entry));
  }

  /** What to submit; kind and reason are given for a skip alone. */
  answer(kind, reason) {
    const { ratings, winners, spans, judgements, comment, flag } = this.content;
    const own = {
      rate: { kind: "rate", ratings },
      ab: { kind: "vote", winners },
      spans: this.judgesSuggestions ? { kind: "judge", spans, judgements } : { kind: "spans", spans },
    }[this.task.kind];
    return { ...(kind === "skip" ? { kind } : own), comment, reason, flag };
  }

  setFlag(flag) {
    this.flag = entry("flag.reasons")[flag] ? flag : "";
    const { slot } = this;
    slot["flag-button"].classList.toggle("is-set", Boolean(this.flag));
    slot["flag-text"].textContent = this.flag
      ? word("answer.flagged", { what: word(`flag.reasons.${this.flag}`) })
      : word("answer.flag");
  }

  /** Whether keys belong to the marking of text alone. */
  get isMarking() {
    return this.task.kind === "spans" && this.spans.isMarking;
  }

  /** Takes a key; false where it means nothing here. */
  press(key, event) {
    if (this.part.press(key, event)) return true;
    if (key !== "c") return false;
    this.slot.comment.focus();
    return true;
  }

  /** Holds the entries still while the server checks them, and while its reply is read. */
  freeze(still) {
    const { slot } = this;
    slot.panes.dataset.still = String(still);
    slot["spans-pane"].inert = still;
    slot.form.setAttribute("aria-busy", String(still));
    slot.form.inert = still;
    slot["submit-text"].textContent = word(still ? "answer.sending" : "answer.submit");
  }

  /** Says what keeps the form from being submitted; "" clears it. */
  problem(text) {
    this.slot.problem.textContent = text;
    show(this.slot.problem, Boolean(text));
  }

  /** Whether all is entered; where not, says what is missing and goes there. */
  complete() {
    const { missing } = this.part;
    if (missing) {
      this.focus();
      this.problem(missing);
    }
    return !missing;
  }
}

// Turns a text into one in which a reviewer marks what is faulty, by mouse, touch or keyboard alone,
// and judges a checker's suggestions.

import { CodePoints, segments, wholeSigns } from "./codepoints.js";
import { make } from "./dom.js";
import { dress } from "./dress.js";
import { Editor, shortened } from "./editor.js";
import { inControl, Marking } from "./marking.js";
import { Marks } from "./marks.js";
import { Paper } from "./paper.js";
import { Pointing } from "./pointing.js";
import { reveal } from "./reveal.js";
import { Stops } from "./stops.js";
import { Suggestions } from "./suggestions.js";
import { joined, word } from "./words.js";

export class Spans {
  /** slot: the page's named elements; changed: () => void, called on every entry. */
  constructor(slot, changed) {
    this.slot = slot;
    this.changed = changed;
    this.paper = null;
  }

  /** Takes the categories and severities of the study whose tasks are shown next. */
  begin(study) {
    this.study = study;
    this.status = make("p", { class: "rl-hidden", role: "status" });
    this.editor = new Editor(study, {
      category: (name) => this.setCategory(name),
      severity: (severity) => this.edit({ severity }),
      note: (note) => this.edit({ note }),
      noted: () => this.focus(),
      done: () => this.leave(),
      end: (side, by) => this.moveEnd(side, by),
      remove: () => this.remove(),
      putBack: () => this.putBack(),
      pick: (mark) => this.goTo(mark),
      clean: () => this.toggleClean(),
    });
  }

  // ---- one task --------------------------------------------------------------------------

  /** Shows a task of kind "spans" with what was entered before: {spans, judgements, clean}. */
  show(task, content) {
    this.task = task;
    [this.text] = task.texts;
    this.points = new CodePoints(this.text);
    this.signs = segments(this.text, "grapheme");
    this.stops = new Stops(this.text);
    this.suggestions = new Suggestions(this.suggested(), { judged: () => this.changed(), picked: (one) => this.picked(one) });
    this.write();
    const nodes = this.judges ? [this.suggestions.node, ...this.editor.nodes] : this.editor.nodes;
    this.slot.spans.replaceChildren(make("div", { class: "rl-spans" }, [this.status, ...nodes]));
    this.content = content ?? {};
  }

  suggested() {
    return (this.judges ? this.task.suggestions : []).map((one) => {
      const piece = this.inUnits(one);
      return { ...one, ...piece, quote: this.quote(piece) };
    });
  }

  /** Writes the text into its slot, in an element of its own that goes when another text comes. */
  write() {
    this.pointing?.stop();
    this.paper = new Paper(this.text, this.signs);
    this.marking = new Marking(this);
    const frame = make("div", { class: "rl-marking" }, [this.paper.body]);
    if (this.text) this.slot["text-0"].replaceChildren(frame);
    this.pointing = new Pointing(this, frame);
  }

  /** Whether there is a text on the page to mark in. */
  get isLive() {
    return Boolean(this.paper?.body.isConnected) && this.stops.first() !== null;
  }

  /** Whether keys move a caret in the text. */
  get isMarking() {
    return this.isLive && this.marking.isOn;
  }

  /** Whether this is the step with the checker's suggestions. */
  get judges() {
    return this.task.step === "suggestions";
  }

  quote({ start, end }) {
    return this.text.slice(start, end);
  }

  inUnits({ start, end }) {
    return { start: this.points.index(start), end: this.points.index(end) };
  }

  get content() {
    const spans = this.marks.list.map(({ start, end, category, severity, note }) => ({
      start: this.points.point(start), end: this.points.point(end), category, severity, note,
    }));
    return { spans, judgements: this.suggestions.judgements, clean: this.clean };
  }

  set content({ spans = [], judgements = {}, clean }) {
    const marks = spans.map((span) => ({ ...span, ...this.inUnits(span) }));
    this.marks = new Marks(marks.filter(({ start, end }) => start < end));
    this.clean = marks.length === 0 && (clean ?? ["spans", "judge"].includes(this.task.answer?.kind));
    this.suggestions.judgements = judgements;
    this.refresh();
  }

  /** Words for what keeps the task from being submitted; "" where nothing does. */
  get missing() {
    const { open, list } = this.marks;
    if (this.suggestions.missing) return this.suggestions.missing;
    if (open.length > 0) return word("spans.missing_category", { numbers: joined(open.map((mark) => String(this.marks.number(mark)))) });
    return this.judges || this.clean || list.length > 0 ? "" : word("spans.missing_answer");
  }

  /** Goes to the text, and there to what still wants something. */
  focus() {
    const { current, open } = this.suggestions;
    const [mark] = this.marks.open;
    if (open.length > 0 && current?.verdict !== null) this.suggestions.pick(open[0]);
    else if (mark && !this.marks.current && !this.isMarking) this.goTo(mark);
    (this.isLive ? this.paper.body : this.slot.question).focus({ preventScroll: true });
    if (this.isMarking) this.marking.caret.select();
  }

  // ---- keys ------------------------------------------------------------------------------

  /** Takes a key; false where it means nothing here. */
  press(key, event = null) {
    if (key === "0" && !this.judges) this.toggleClean();
    else if (!this.isLive) return false;
    else if (key === "e") this.toggleMarking();
    else if (this.isMarking && this.marking.press(key, event?.shiftKey ?? false)) return true;
    else if (this.judges && !inControl(key) && this.suggestions.press(key)) return true;
    else return this.pressMark(key);
    return true;
  }

  pressMark(key) {
    const category = this.study.categories[Number(key) - 1];
    if (category && this.atHand) this.setCategory(category);
    else if (key === "z" && this.marks.removed.length > 0) this.putBack();
    else if (this.marks.current === null) return false;
    else if (key === "m") this.toggleSeverity();
    else if (key === "a") this.editor.note.focus();
    else if (key === "Delete" || key === "Backspace") this.remove();
    else if (key === "Escape") this.goTo(null);
    else return false;
    return true;
  }

  toggleMarking() {
    this.marking.toggle();
    this.paper.body.focus({ preventScroll: true });
  }

  /** Puts away the form of the current mark, and the caret. */
  leave() {
    if (this.isMarking) this.marking.toggle();
    this.pointing.touched = null;
    getSelection().removeAllRanges();
    this.goTo(null);
  }

  // ---- marks -----------------------------------------------------------------------------

  /** What a category would be given to: the current mark, or what is selected; null: nothing. */
  get atHand() {
    if (this.isMarking) return this.marking.isStretching ? this.marking.caret.piece : this.marks.current ?? this.marking.caret.piece;
    return this.marks.current ?? this.pointing.touched;
  }

  setCategory(category) {
    const { marking } = this;
    if (marking.resizing) marking.endResizing();
    if (this.isMarking && (marking.isStretching || !this.marks.current)) marking.mark(category);
    else if (this.marks.current) this.edit({ category });
    else this.pointing.markTouched(category);
    this.tell(this.describe(this.marks.current));
    if (this.isMarking) this.paper.body.focus({ preventScroll: true });
  }

  edit(changes) {
    Object.assign(this.marks.current, changes);
    this.entered();
  }

  toggleSeverity() {
    const { severities } = this.study;
    const mark = this.marks.current;
    this.edit({ severity: severities[(severities.indexOf(mark.severity) + 1) % severities.length] });
    this.tell(this.describe(mark));
  }

  add(piece, category = "") {
    const whole = this.whole(piece);
    if (!whole) return;
    this.marks.add(whole, category);
    this.clean = false;
    this.entered();
    this.tell(this.describe(this.marks.current));
  }

  whole({ start, end }) {
    return wholeSigns(this.text, this.signs, start, end);
  }

  /** Gives the current mark the ends of a piece, unless that holds no sign. */
  resize(piece) {
    const whole = this.whole(piece);
    if (whole) this.marks.resize(whole);
  }

  remove() {
    if (this.isMarking) this.marking.caret.put(this.stops.at(this.marks.current.start));
    this.marking.resizing = null;
    this.marks.remove();
    this.entered();
    this.focus();
    this.say("spans.removed");
  }

  putBack() {
    this.marks.putBack();
    this.clean = false;
    this.entered();
    this.goTo(this.marks.current);
  }

  toggleClean() {
    if (this.marks.list.length > 0) {
      this.say("spans.not_clean");
      return;
    }
    this.clean = !this.clean;
    this.entered();
    this.say(this.clean ? "spans.clean_said" : "spans.clean_unsaid");
  }

  /** Moves one end of the current mark by a word, if at least a sign of it is left. */
  moveEnd(side, by) {
    const { start, end } = this.marks.current;
    const { stops } = this;
    const stop = side === "start"
      ? (by > 0 ? stops.next(stops.at(start)) : stops.previous({ start }))
      : (by > 0 ? stops.at(end) : stops.previous(stops.at(end - 1)));
    if (!stop) return;
    this.resize(side === "start" ? { start: stop.start, end } : { start, end: stop.end });
    this.entered();
  }

  // ---- what is seen ----------------------------------------------------------------------

  /** Makes a mark or a suggestion the current one and brings it into view; null: none. */
  goTo(place) {
    this.marking.resizing = null;
    this.marks.current = this.marks.list.includes(place) ? place : null;
    const stop = place && this.stops.at(place.start);
    if (stop) this.marking.caret.put(stop);
    if (this.suggestions.list.includes(place)) this.suggestions.pick(place);
    this.refresh();
    if (place) this.bringIntoView(place);
    if (this.marks.current) this.tell(this.describe(place));
  }

  picked(suggestion) {
    this.refresh();
    this.bringIntoView(suggestion);
  }

  entered() {
    this.refresh();
    this.changed();
  }

  refresh() {
    const { marks, suggestions, editor, atHand } = this;
    this.paper.paint([...marks.list, ...suggestions.list], (part) => dress(part, marks, suggestions));
    this.name();
    if (this.isMarking && document.activeElement !== editor.note) this.marking.caret.select();
    this.pointing.grips.show(this.isMarking ? null : marks.current);
    editor.show(marks.current, atHand ? this.quote(atHand) : "");
    editor.showList(marks, (mark) => this.quote(mark), { isClean: this.clean, asksClean: !this.judges });
  }

  /** Tells what the text is for, and which keys work in it. */
  name() {
    const { body } = this.paper;
    const hint = matchMedia("(pointer: coarse)").matches ? "spans.hint_touch" : "spans.hint";
    body.setAttribute("role", this.isMarking ? "application" : "group");
    body.tabIndex = this.isMarking ? 0 : -1;
    body.setAttribute("aria-label", word(this.isMarking ? "spans.text_marking" : "spans.text"));
    body.setAttribute("aria-describedby", this.editor.hint.id);
    this.editor.hint.textContent = word(this.isMarking ? this.marking.hint : hint);
  }

  bringIntoView(piece) {
    const [box] = this.isLive ? this.paper.boxes(piece) : [];
    if (box) reveal(this.paper.body, box, this.editor.form);
  }

  tell(words) {
    this.status.textContent = words;
  }

  say(name) {
    this.tell(word(name));
  }

  describe(mark) {
    return word("spans.described", {
      number: this.marks.number(mark),
      quote: shortened(this.quote(mark)),
      category: mark.category ? word(`spans.category.${mark.category}`) : word("spans.no_category"),
      severity: word(`spans.severity.${mark.severity}`),
    });
  }
}

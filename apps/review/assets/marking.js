// Turns keys into marks: the way to mark a text without a mouse.

import { Caret } from "./caret.js";
import { shortened } from "./editor.js";

const CONTROLS = "button, a, input, select, summary";

/** Whether a key belongs to the button or field that has the focus. */
export function inControl(key) {
  return (key.startsWith("Arrow") || ["Tab", " "].includes(key)) && Boolean(document.activeElement?.matches(CONTROLS));
}

export class Marking {
  /** spans: the text's marks and what is seen of them. */
  constructor(spans) {
    this.spans = spans;
    this.caret = new Caret(spans.paper, spans.stops);
    this.isOn = false;
    this.resizing = null;
    this.tabbed = null;
  }

  get marks() {
    return this.spans.marks;
  }

  /** Whether arrows stretch a new piece. */
  get isStretching() {
    return this.isOn && this.caret.stretching && !this.resizing;
  }

  /** The name of the words that say what the keys do now. */
  get hint() {
    if (this.resizing) return `spans.hint_${this.resizing.side}`;
    return this.isStretching ? "spans.hint_stretching" : "spans.hint_marking";
  }

  toggle() {
    const { spans, caret, marks } = this;
    this.isOn = !this.isOn;
    this.resizing = null;
    caret.put((marks.current && spans.stops.at(marks.current.start)) ?? caret.focus);
    if (this.isOn) this.moved();
    else getSelection().removeAllRanges();
    spans.refresh();
  }

  /** Takes a key; false where it means nothing here. */
  press(key, shift) {
    if (inControl(key)) return false;
    if (key === "Escape") this.drop();
    else if (key === "Enter" || key === " ") this.setEnd();
    else if (key === "Tab") return this.tab(shift ? -1 : 1);
    else if (key === "r" && (this.resizing || this.marks.current)) this.turn();
    else if (this.caret.press(key, shift)) this.moved();
    else return false;
    return true;
  }

  /** After the caret moved: the mark under it is the current one, unless one of its ends moves. */
  moved() {
    const { caret, marks, spans } = this;
    this.tabbed = null;
    if (!this.resizing) marks.current = (!caret.stretching && marks.at(caret.focus.start)[0]) || null;
    spans.refresh();
    spans.bringIntoView(caret.focus);
    const words = shortened(spans.quote(caret.piece));
    spans.tell(marks.current && !this.resizing ? `${words}. ${spans.describe(marks.current)}` : words);
  }

  /** Begins a piece at the caret, or ends it. */
  setEnd() {
    if (this.resizing) this.endResizing();
    else if (this.caret.stretching) this.mark();
    else {
      this.caret.stretch(this.caret.focus, this.caret.focus);
      this.moved();
      this.spans.say(this.hint);
    }
  }

  /** Marks the piece, and leaves the caret where it ended. */
  mark(category = "") {
    const { piece, focus } = this.caret;
    this.caret.put(focus);
    this.spans.add(piece, category);
  }

  /** Gives up the piece that is being stretched; without one, leaves. */
  drop() {
    const { caret, resizing } = this;
    if (!caret.stretching) {
      this.toggle();
      return;
    }
    this.resizing = null;
    caret.put(resizing ? this.spans.stops.at(resizing.mark.start) : caret.anchor);
    this.moved();
  }

  /** Goes to the next mark or suggestion; false behind the last, so that Tab leaves the text. */
  tab(by) {
    const { caret, marks, spans } = this;
    const places = [...marks.list, ...spans.suggestions.list].sort((one, other) => one.start - other.start);
    const here = places.indexOf(this.tabbed ?? marks.current);
    const near = by > 0
      ? places.find((one) => one.start >= caret.focus.start)
      : places.findLast((one) => one.start < caret.focus.start);
    const next = here >= 0 ? places[here + by] : near;
    if (!next) return false;
    spans.goTo(next);
    this.tabbed = next;
    return true;
  }

  // ---- the ends of a mark ----------------------------------------------------------------

  /** Begins to move the current mark's end; once more: its start. */
  turn() {
    const { marks, caret, spans } = this;
    const mark = this.resizing?.mark ?? marks.current;
    const side = this.resizing?.side === "end" ? "start" : "end";
    if (this.resizing) spans.resize(caret.piece);
    this.resizing = { mark, side };
    const fixed = side === "end" ? mark.start : mark.end;
    caret.stretch({ start: fixed, end: fixed }, spans.stops.at(side === "end" ? mark.end - 1 : mark.start));
    this.moved();
    spans.say(this.hint);
  }

  endResizing() {
    const { mark } = this.resizing;
    this.resizing = null;
    this.spans.resize(this.caret.piece);
    this.caret.put(this.spans.stops.at(mark.start));
    this.moved();
    this.marks.current = mark;
    this.spans.entered();
  }
}

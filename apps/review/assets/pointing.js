// Turns mouse and touch over a text into marks: the way to mark it without a keyboard.

import { Grips } from "./grips.js";

export class Pointing {
  /** spans: the text's marks and what is seen of them; frame: the positioned element around the text. */
  constructor(spans, frame) {
    this.spans = spans;
    this.paper = spans.paper;
    this.began = false;
    this.byTouch = false;
    // the mark that the second of several clicks in a row has made
    this.doubled = null;
    // what is selected by touch, where nothing says that the selection is finished
    this.touched = null;
    this.grips = new Grips(frame, this.paper, {
      drag: (side, index) => this.drag(side, index),
      dropped: () => spans.changed(),
      isRightToLeft: (index) => spans.stops.isRightToLeft(index),
    });
    this.over = new AbortController();
    const { signal } = this.over;
    document.addEventListener("pointerdown", (event) => this.down(event), { signal });
    document.addEventListener("mouseup", (event) => this.up(event), { signal });
    document.addEventListener("selectionchange", () => this.selectionChanged(), { signal });
  }

  stop() {
    this.over.abort();
  }

  get isOver() {
    if (!this.paper.body.isConnected) this.stop();
    return this.over.signal.aborted;
  }

  down(event) {
    if (this.isOver) return;
    clearTimeout(this.looking);
    const inside = this.paper.body.contains(event.target);
    this.began = inside && event.button === 0;
    this.byTouch = inside && event.pointerType === "touch";
    this.paper.body.toggleAttribute("data-selecting", this.began);
  }

  up(event) {
    if (!this.began || this.isOver) return;
    this.began = false;
    if (event.detail === 1) this.doubled = null;
    this.paper.body.removeAttribute("data-selecting");
    // A click on what is selected ends the selection only after this event.
    this.looking = setTimeout(() => {
      const piece = this.paper.selected();
      const index = piece ? null : this.paper.indexAt(event.clientX, event.clientY);
      if (piece && !this.byTouch) this.select(piece, event.detail);
      else if (index !== null) this.click(index);
    });
  }

  /** Marks what was selected by so many clicks; a third one widens the word that two have marked. */
  select(piece, clicks) {
    const { spans } = this;
    const { marks, marking } = spans;
    const whole = spans.whole(piece);
    const doubled = clicks > 2 ? this.doubled : null;
    getSelection().removeAllRanges();
    marking.resizing = null;
    this.doubled = null;
    if (!whole) return;
    marking.caret.put(spans.stops.at(whole.start));
    if (doubled) {
      marks.current = doubled;
      marks.resize(whole);
      spans.entered();
    } else if (clicks !== 2 || marks.at(whole.start).length === 0) {
      spans.add(whole);
      this.doubled = clicks === 2 ? marks.current : null;
    } else spans.refresh();
  }

  /** Goes to the mark and the suggestion that were clicked, and puts the caret there. */
  click(index) {
    const { spans } = this;
    const { marking, stops, suggestions } = spans;
    spans.marks.pick(index);
    marking.resizing = null;
    const stop = stops.at(index);
    if (stop) marking.caret.put(stop);
    const suggestion = suggestions.list.find((one) => one.start <= index && index < one.end);
    if (suggestion) suggestions.pick(suggestion);
    spans.refresh();
  }

  selectionChanged() {
    if (this.isOver || !this.byTouch) return;
    this.touched = this.paper.selected();
    if (this.touched) this.spans.marks.current = null;
    this.spans.refresh();
  }

  /** Marks what is selected by touch. */
  markTouched(category) {
    const piece = this.touched;
    this.touched = null;
    getSelection().removeAllRanges();
    this.spans.add(piece, category);
  }

  drag(side, index) {
    const { spans } = this;
    const { start, end } = spans.marks.current;
    spans.resize(side === "start" ? { start: Math.min(index, end - 1), end } : { start, end: Math.max(index, start + 1) });
    spans.refresh();
  }
}

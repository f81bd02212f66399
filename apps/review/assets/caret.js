// Turns arrow keys into a place in the text, or a piece of it, shown as the browser's own selection.

const STEPS = { ArrowLeft: -1, ArrowRight: 1 };
const LINES = { ArrowUp: -1, ArrowDown: 1, PageUp: -12, PageDown: 12 };
const EDGES = { Home: -1, End: 1 };
const NEARBY = 600;

function middle(box) {
  return (box.left + box.right) / 2;
}

function middleHeight(box) {
  return (box.top + box.bottom) / 2;
}

export class Caret {
  constructor(paper, stops) {
    this.paper = paper;
    this.stops = stops;
    this.put(stops.first());
  }

  /** Puts the caret on a stop. */
  put(stop) {
    this.anchor = stop;
    this.focus = stop;
    this.stretching = false;
    this.column = null;
  }

  /** Lets the caret stretch a piece from a fixed place to a stop. */
  stretch(anchor, focus) {
    this.anchor = anchor;
    this.focus = focus;
    this.stretching = true;
    this.column = null;
  }

  get piece() {
    return {
      start: Math.min(this.anchor.start, this.focus.start),
      end: Math.max(this.anchor.end, this.focus.end),
    };
  }

  /** Moves by a key; false where it moves nothing. Shift stretches from where the caret was. */
  press(key, shift) {
    if (!(key in STEPS) && !(key in LINES) && !(key in EDGES)) return false;
    const stop = this.target(key);
    if (stop === null) return true;
    this.focus = stop;
    if (shift) this.stretching = true;
    if (!this.stretching) this.anchor = stop;
    return true;
  }

  target(key) {
    if (key in LINES) return this.overLines(LINES[key]);
    this.column = null;
    if (key in EDGES) return this.lineEdge(EDGES[key]);
    const forward = this.stops.isRightToLeft(this.focus.start) ? -1 : 1;
    return this.step(this.focus, STEPS[key] * forward);
  }

  step(stop, by) {
    return by > 0 ? this.stops.next(stop) : this.stops.previous(stop);
  }

  box(stop, by = 1) {
    return this.paper.boxes(stop).at(by > 0 ? -1 : 0) ?? this.paper.body.getBoundingClientRect();
  }

  overLines(count) {
    let stop = this.focus;
    this.column ??= middle(this.box(stop));
    for (let line = 0; line < Math.abs(count); line += 1) {
      const next = this.overLine(stop, Math.sign(count));
      if (next === null) return line > 0 ? stop : null;
      stop = next;
    }
    return stop;
  }

  /** The stop of the next line that is nearest to the column in which the caret moves. */
  overLine(from, by) {
    const line = this.box(from, by);
    let best = null;
    let found = null;
    let stop = this.step(from, by);
    for (let tried = 0; stop && tried < NEARBY; tried += 1, stop = this.step(stop, by)) {
      const box = this.box(stop, -by);
      if (middleHeight(box) > line.top && middleHeight(box) < line.bottom) continue;
      found ??= box;
      if (middleHeight(box) < found.top || middleHeight(box) > found.bottom) break;
      const off = Math.abs(middle(box) - this.column);
      if (best === null || off < best.off) best = { stop, off };
    }
    return best?.stop ?? null;
  }

  lineEdge(by) {
    let stop = this.focus;
    const line = this.box(stop, by);
    for (let tried = 0; tried < NEARBY; tried += 1) {
      const next = this.step(stop, by);
      if (next === null) break;
      const at = middleHeight(this.box(next, -by));
      if (at < line.top || at > line.bottom) break;
      stop = next;
    }
    return stop;
  }

  /** Shows the piece as the browser's selection. */
  select() {
    const range = this.paper.range(this.piece);
    getSelection().setBaseAndExtent(range.startContainer, range.startOffset, range.endContainer, range.endOffset);
  }
}

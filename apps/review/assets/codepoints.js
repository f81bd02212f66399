// Turns places in a text from the browser's UTF-16 units into the code points that are stored, and
// back, and snaps them to the ends of what readers see as one sign (a grapheme cluster).

const STEP = 1024;

function isHigh(unit) {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(unit) {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** Counts code points as Python does, with a table so that a long text is not counted each time. */
export class CodePoints {
  constructor(text) {
    this.text = text;
    this.before = [0];
    for (let at = STEP; at <= text.length; at += STEP) {
      this.before.push(this.before.at(-1) + this.count(at - STEP, at));
    }
  }

  /** Whether the unit is the second half of a surrogate pair. */
  isTail(index) {
    return index > 0 && isLow(this.text.charCodeAt(index)) && isHigh(this.text.charCodeAt(index - 1));
  }

  count(from, to) {
    let points = 0;
    for (let at = from; at < to; at += 1) if (!this.isTail(at)) points += 1;
    return points;
  }

  /** How many code points lie before a UTF-16 index. */
  point(index) {
    const step = Math.floor(index / STEP);
    return this.before[step] + this.count(step * STEP, index);
  }

  /** The UTF-16 index of a code point; the text's length where it has fewer. */
  index(point) {
    let step = this.before.findLastIndex((points) => points <= point) * STEP;
    let points = this.before[step / STEP];
    while (step < this.text.length && (points < point || this.isTail(step))) {
      if (!this.isTail(step)) points += 1;
      step += 1;
    }
    return step;
  }
}

// Where the browser has no Intl.Segmenter: a letter with its marks, joined emoji, flags, or a line's end.
const PLAIN = {
  grapheme: /\r\n|\p{RI}\p{RI}|\P{M}[\p{M}\p{EMod}]*(?:\u200d\P{M}[\p{M}\p{EMod}]*)*|\p{M}+/suy,
  word: /[\p{L}\p{N}\p{M}_]+(?:['’.][\p{L}\p{N}\p{M}_]+)*|\r\n|\P{M}[\p{M}\p{EMod}]*(?:\u200d\P{M}[\p{M}\p{EMod}]*)*|\p{M}+/suy,
};

/** Finds the segment {segment, index} that holds a UTF-16 index; granularity: "grapheme" | "word". */
export function segments(text, granularity) {
  if (Intl.Segmenter) return new Intl.Segmenter(undefined, { granularity }).segment(text);
  const pattern = PLAIN[granularity];
  return {
    containing(place) {
      if (place >= text.length) return undefined;
      pattern.lastIndex = place < 2 ? 0 : text.lastIndexOf("\n", place - 2) + 1;
      for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
        if (pattern.lastIndex > place) return { segment: found[0], index: found.index };
      }
      return { segment: text[place], index: place };
    },
  };
}

/** Widens a range of UTF-16 units to whole signs, and takes white space off its ends. */
export function wholeSigns(text, graphemes, start, end) {
  const first = graphemes.containing(start);
  const last = graphemes.containing(end - 1);
  if (end <= start || !first || !last) return null;
  const piece = text.slice(first.index, last.index + last.segment.length);
  const from = first.index + piece.length - piece.trimStart().length;
  const to = first.index + piece.trimEnd().length;
  return from < to ? { start: from, end: to } : null;
}

// Turns a text into the stops of a caret that moves by word: words, and single other signs, as ranges
// of UTF-16 units.

import { segments } from "./codepoints.js";

const FAR = 1000;
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}\p{Script=Samaritan}\p{Script=Mandaic}]/u;

export class Stops {
  constructor(text) {
    this.text = text;
    this.words = segments(text, "word");
  }

  /** The stop that holds an index, or the nearest one after it; null where there is none. */
  at(index) {
    for (let from = index; from < this.text.length;) {
      const found = this.words.containing(from);
      if (found.segment.trim()) return { start: found.index, end: found.index + found.segment.length };
      from = found.index + found.segment.length;
    }
    return null;
  }

  next(stop) {
    return this.at(stop.end);
  }

  previous(stop) {
    for (let from = stop.start - 1; from >= 0;) {
      const found = this.words.containing(from);
      if (found.segment.trim()) return { start: found.index, end: found.index + found.segment.length };
      from = found.index - 1;
    }
    return null;
  }

  first() {
    return this.at(0);
  }

  last() {
    return this.previous({ start: this.text.length });
  }

  /** Whether the line at an index runs from right to left, by its first letter (UAX 9, P2 and P3). */
  isRightToLeft(index) {
    const start = this.text.lastIndexOf("\n", index - 1) + 1;
    const letter = /\p{L}/u.exec(this.text.slice(start, start + FAR).split("\n", 1)[0]);
    return letter !== null && RIGHT_TO_LEFT.test(letter[0]);
  }
}

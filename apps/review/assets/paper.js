// Turns a text into blocks of text on the page, and pieces of it into <mark> elements; and places on
// the page back into places in the text (UTF-16 units).

import { segments } from "./codepoints.js";
import { make } from "./dom.js";

// One long run of text is laid out anew as a whole at each change, which takes a minute for a
// megabyte of emoji; so a block ends at the first line's end after so many units, or at four times
// as many.
const BLOCK = 4000;

function blockEnd(text, start, graphemes) {
  const line = text.indexOf("\n", start + BLOCK);
  if (line >= 0 && line < start + 4 * BLOCK) return line + 1;
  if (text.length <= start + 4 * BLOCK) return text.length;
  const space = text.indexOf(" ", start + 2 * BLOCK);
  if (space >= 0 && space < start + 4 * BLOCK) return space + 1;
  const sign = graphemes.containing(start + 4 * BLOCK);
  return sign.index > start ? sign.index : sign.index + sign.segment.length;
}

/** Cuts a text into elements below one another: [{start, end, node}]. */
function blocksOf(text, graphemes) {
  const blocks = [];
  for (let start = 0; start < text.length;) {
    const end = blockEnd(text, start, graphemes);
    blocks.push({ start, end, node: make("div", { class: "rl-block" }, text.slice(start, end)) });
    start = end;
  }
  return blocks;
}

/** Writes a text that nobody marks into an element: a long one in blocks. */
export function writeText(node, text) {
  if (text.length <= 4 * BLOCK) node.textContent = text;
  else node.replaceChildren(...blocksOf(text, segments(text, "grapheme")).map((block) => block.node));
}

/** Cuts a range at the ends of the pieces: [{start, end, cover}] with the pieces that lie over each. */
function cut(start, end, pieces) {
  const here = pieces.filter((piece) => piece.start < end && start < piece.end);
  const ends = here.flatMap((piece) => [piece.start, piece.end]).filter((at) => start < at && at < end);
  const cuts = [...new Set([start, ...ends, end])].sort((one, other) => one - other);
  return cuts.slice(1).map((to, index) => ({
    start: cuts[index],
    end: to,
    cover: here.filter((piece) => piece.start <= cuts[index] && to <= piece.end),
  }));
}

export class Paper {
  /** graphemes: the text's signs, none of which is cut in two. */
  constructor(text, graphemes) {
    this.text = text;
    this.body = make("div", { class: "rl-paper", tabindex: "-1" });
    this.blocks = blocksOf(text, graphemes).map((block) => ({ ...block, painted: "[]" }));
    this.body.append(...this.blocks.map((block) => block.node));
  }

  /** pieces: [{start, end}]; dress: ({start, end, cover}) => the attributes of that part's <mark>. */
  paint(pieces, dress) {
    for (const block of this.blocks) {
      const parts = cut(block.start, block.end, pieces).map((part) => ({
        ...part, attributes: part.cover.length > 0 ? dress(part) : null,
      }));
      const painted = JSON.stringify(parts.flatMap((part) => (part.attributes ? [part.start, part.end, part.attributes] : [])));
      if (painted === block.painted) continue;
      block.painted = painted;
      block.node.replaceChildren(...parts.map(({ start, end, attributes }) => {
        const words = this.text.slice(start, end);
        return attributes ? make("mark", attributes, words) : document.createTextNode(words);
      }));
    }
  }

  /** The place in the text of a place in the document; null where that is outside the text. */
  index(node, offset) {
    if (!this.body.contains(node)) return null;
    const range = document.createRange();
    range.setStart(this.body, 0);
    range.setEnd(node, offset);
    return range.toString().length;
  }

  /** The place in the text at a point of the window; null where there is none. */
  indexAt(x, y) {
    const caret = document.caretPositionFromPoint?.(x, y);
    if (caret) return this.index(caret.offsetNode, caret.offset);
    const range = document.caretRangeFromPoint?.(x, y);
    return range ? this.index(range.startContainer, range.startOffset) : null;
  }

  /** Where an index lies: [text node, offset]; at a border, in the later node if isStart. */
  place(index, isStart) {
    const block = this.blocks.find(({ end }) => (isStart ? index < end : index <= end)) ?? this.blocks.at(-1);
    let rest = index - block.start;
    const walker = document.createTreeWalker(block.node, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (isStart ? rest < node.length : rest <= node.length) return [node, rest];
      rest -= node.length;
    }
    return [block.node, block.node.childNodes.length];
  }

  range({ start, end }) {
    const range = document.createRange();
    range.setStart(...this.place(start, true));
    range.setEnd(...this.place(end, false));
    return range;
  }

  /** The boxes of a piece on the screen, one per line of it. */
  boxes(piece) {
    return [...this.range(piece).getClientRects()].filter((box) => box.width > 0 || box.height > 0);
  }

  /** What the reader has selected, as far as it lies in the text; null where nothing is. */
  selected() {
    const selection = getSelection();
    if (selection.rangeCount === 0 || selection.isCollapsed || !this.body.contains(selection.anchorNode)) return null;
    const range = selection.getRangeAt(0);
    const start = this.index(range.startContainer, range.startOffset) ?? 0;
    const end = this.index(range.endContainer, range.endOffset) ?? this.text.length;
    return { start, end };
  }
}

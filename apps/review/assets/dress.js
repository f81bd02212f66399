// Turns a part of the text, with the marks and suggestions over it, into the attributes of its <mark>.

import { word } from "./words.js";

function opening(mark, marks) {
  return word("spans.opens", {
    number: marks.number(mark),
    category: mark.category ? word(`spans.category.${mark.category}`) : word("spans.no_category"),
    severity: word(`spans.severity.${mark.severity}`),
  });
}

function suggestionOpening(one, suggestions) {
  return word("spans.opens_suggestion", { number: suggestions.number(one), type: word(`spans.type.${one.type}`) });
}

const VERDICTS = new Map([[true, "confirmed"], [false, "rejected"], [null, "open"]]);

/** part: {start, end, cover}; what begins and ends in it is told to screen readers by the style sheet. */
export function dress(part, marks, suggestions) {
  const own = part.cover.filter((piece) => marks.list.includes(piece)).sort((one, other) => one.end - one.start - (other.end - other.start));
  const suggested = part.cover.filter((piece) => suggestions.list.includes(piece));
  const top = own.includes(marks.current) ? marks.current : own[0];
  const opens = [
    ...own.filter(({ start }) => start === part.start).map((mark) => opening(mark, marks)),
    ...suggested.filter(({ start }) => start === part.start).map((one) => suggestionOpening(one, suggestions)),
  ];
  const closes = [
    ...own.filter(({ end }) => end === part.end).map((mark) => marks.number(mark)),
    ...suggested.filter(({ end }) => end === part.end).map((one) => suggestions.number(one)),
  ];
  return {
    class: top ? "rl-span" : "rl-suggested",
    "data-category": top ? top.category || "open" : null,
    "data-severity": top ? top.severity : null,
    "data-layers": own.length > 1 ? own.length : null,
    "data-current": top && top === marks.current,
    "data-suggested": suggested.length > 0 ? VERDICTS.get(suggested.at(-1).verdict) : null,
    "data-looked-at": suggested.includes(suggestions.current),
    "data-opens": opens.join(" ") || null,
    "data-closes": closes.join(" ") || null,
  };
}

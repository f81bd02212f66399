// Turns a study's guidelines (a small part of Markdown: headings, lists, quotes, paragraphs, bold,
// italics, code) into elements. No raw HTML, no images, no links: those stay visible as text.

import { make } from "./dom.js";

const INLINE = /(\*\*([^*]+)\*\*|`([^`]+)`|\*([^*\s][^*]*)\*|_([^_\s][^_]*)_)/;

function inline(text) {
  const nodes = [];
  let rest = text;
  for (let found = INLINE.exec(rest); found; found = INLINE.exec(rest)) {
    if (found.index > 0) nodes.push(document.createTextNode(rest.slice(0, found.index)));
    const [, , strong, code, star, underscore] = found;
    const tag = strong ? "strong" : code ? "code" : "em";
    nodes.push(make(tag, {}, strong ?? code ?? star ?? underscore));
    rest = rest.slice(found.index + found[0].length);
  }
  if (rest) nodes.push(document.createTextNode(rest));
  return nodes;
}

function list(lines) {
  const tag = /^\s*\d+[.)]/.test(lines[0]) ? "ol" : "ul";
  const items = [];
  for (const line of lines) {
    const start = /^\s*(?:[-*+]|\d+[.)])\s+(.*)$/.exec(line);
    if (start) items.push(start[1]);
    else items[items.length - 1] += ` ${line.trim()}`;
  }
  return make(tag, {}, items.map((item) => make("li", {}, inline(item))));
}

/** top: the level of the text's topmost headings, which become h3. */
function block(lines, top) {
  const heading = /^(#{1,6})\s+(.*)$/.exec(lines[0]);
  if (heading) {
    const level = Math.min(heading[1].length - top + 3, 6);
    const rest = lines.slice(1).join("\n").trim();
    const title = make(`h${level}`, {}, inline(heading[2]));
    return rest ? [title, ...render(rest)] : [title];
  }
  if (/^\s*([-*+]|\d+[.)])\s+/.test(lines[0])) return [list(lines)];
  if (lines.every((line) => line.startsWith(">"))) {
    const inner = lines.map((line) => line.replace(/^>\s?/, "")).join("\n");
    return [make("blockquote", {}, render(inner))];
  }
  const at = lines.findIndex((line) => /^\s*([-*+]|\d+[.)])\s+/.test(line));
  if (at > 0) return [...block(lines.slice(0, at), top), list(lines.slice(at))];
  return [make("p", {}, inline(lines.join(" ")))];
}

export function render(markdown) {
  const blocks = markdown.replace(/\r\n?/g, "\n").split(/\n\s*\n/).filter((part) => part.trim());
  const top = Math.min(...[...markdown.matchAll(/^(#{1,6})\s/gm)].map(([, signs]) => signs.length));
  return blocks.flatMap((part) => block(part.split("\n").filter((line) => line.trim()), top));
}

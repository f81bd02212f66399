// Keeps the marks of one text, each {start, end, category, severity, note} in UTF-16 units, and which
// of them is the current one.

const MILDEST = "minor";

export class Marks {
  constructor(list = []) {
    this.list = list;
    this.current = null;
    this.removed = [];
    this.sort();
  }

  sort() {
    this.list.sort((one, other) => one.start - other.start || one.end - other.end);
  }

  number(mark) {
    return this.list.indexOf(mark) + 1;
  }

  /** Marks without a category yet. */
  get open() {
    return this.list.filter((mark) => !mark.category);
  }

  /** The marks over an index, the shortest first. */
  at(index) {
    const over = this.list.filter((mark) => mark.start <= index && index < mark.end);
    return over.sort((one, other) => one.end - one.start - (other.end - other.start));
  }

  /** Makes a mark over an index the current one: the shortest, or the next longer at each call. */
  pick(index) {
    const over = this.at(index);
    this.current = over.length > 0 ? over[(over.indexOf(this.current) + 1) % over.length] : null;
  }

  /** Marks a piece; a piece that is marked already becomes the current one instead. */
  add({ start, end }, category = "") {
    let mark = this.list.find((one) => one.start === start && one.end === end);
    if (!mark) {
      mark = { start, end, category: "", severity: MILDEST, note: "" };
      this.list.push(mark);
      this.sort();
    }
    if (category) mark.category = category;
    this.current = mark;
  }

  /** Gives the current mark other ends. */
  resize({ start, end }) {
    Object.assign(this.current, { start, end });
    this.sort();
  }

  remove() {
    this.removed.push(this.current);
    this.list = this.list.filter((mark) => mark !== this.current);
    this.current = null;
  }

  putBack() {
    this.current = this.removed.pop();
    this.list.push(this.current);
    this.sort();
  }
}

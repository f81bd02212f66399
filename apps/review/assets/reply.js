// Turns the server's reply to an answer into what is read before the next task: how a training
// answer compares with the known one, or what the others said of an item in dispute.

import { make, show } from "./dom.js";
import { joined, word } from "./words.js";

export class Reply {
  constructor(slot) {
    this.slot = slot;
    this.mayChange = false;
  }

  begin(study) {
    this.study = study;
  }

  /** task, answer: as sent; reply: the server's, with feedback or others. */
  show(task, answer, reply) {
    const { slot } = this;
    this.mayChange = Boolean(reply.others);
    const compared = new Compared(this.study, task, answer);
    if (reply.feedback) this.showFeedback(reply, compared);
    else this.showOthers(reply.others, compared);
    show(slot["reply-change"], this.mayChange);
    slot["go-on-text"].textContent = word(this.mayChange ? "reply.keep" : "reply.go_on");
    show(slot.reply, true);
    this.focus();
  }

  showFeedback({ feedback, progress }, compared) {
    const { slot } = this;
    slot.reply.dataset.right = String(feedback.right);
    slot["reply-title"].textContent = word(feedback.right ? "reply.right" : "reply.wrong");
    slot["reply-body"].replaceChildren(compared.with(feedback.expected));
    const last = progress.n_training_left === 0 && progress.qualified !== false;
    const why = [feedback.explanation, last ? word("reply.last_training") : ""].filter(Boolean);
    slot["reply-why"].replaceChildren(...why.map((text) => make("p", { dir: "auto" }, text)));
  }

  showOthers(others, compared) {
    const { slot } = this;
    delete slot.reply.dataset.right;
    slot["reply-title"].textContent = word("reply.others");
    slot["reply-body"].replaceChildren(make("ul", { class: "rl-others" }, others.map((one, index) => compared.other(one, index + 1))));
    slot["reply-why"].replaceChildren(make("p", {}, word("reply.decide")));
  }

  focus() {
    this.slot["go-on"].focus({ preventScroll: true });
    this.slot.reply.scrollIntoView({ block: "nearest" });
  }

  hide() {
    show(this.slot.reply, false);
  }
}

/** One's own answer to a task beside another answer to it. */
class Compared {
  constructor(study, task, answer) {
    Object.assign(this, { study, task, answer });
    this.points = task.texts.map((text) => Array.from(text));
  }

  with(expected) {
    if (expected.ratings) {
      return table(Object.entries(expected.ratings).map(([name, value]) => [name, this.point(name, this.answer.ratings?.[name]), this.point(name, value)]));
    }
    if (expected.winners) {
      return table(Object.entries(expected.winners).map(([name, right]) => [
        criterion(name), outcome(this.answer.winners?.[name]), joined(right.map(outcome), "disjunction"),
      ]));
    }
    if (expected.spans.length === 0) return make("p", {}, word("reply.no_fault"));
    return make("ul", { class: "rl-pieces" }, expected.spans.map((piece) => this.piece(piece)));
  }

  point(name, value) {
    if (value === undefined) return word("reply.nothing");
    const anchor = this.study.criteria.find((one) => one.name === name)?.anchors[value - 1];
    return anchor ? `${value}: ${anchor}` : String(value);
  }

  quote({ start, end }) {
    return make("q", { dir: "auto" }, this.points[0].slice(start, end).join(""));
  }

  piece(piece) {
    const found = (this.answer.spans ?? []).some((mark) => mark.start < piece.end && piece.start < mark.end);
    return make("li", { class: found ? "is-found" : "is-missed" }, [
      this.quote(piece), make("span", {}, word(found ? "reply.found" : "reply.missed")),
    ]);
  }

  /** What another reviewer said, without a name. */
  other(one, number) {
    const ratings = Object.entries(one.ratings ?? {}).map(([name, value]) => make("span", {}, `${name}: ${value}`));
    const winners = Object.entries(one.winners ?? {}).map(([name, value]) =>
      make("span", {}, name === "overall" ? outcome(value) : `${name}: ${outcome(value)}`));
    const marks = (one.spans ?? []).map((span) => make("span", {}, [
      this.quote(span), document.createTextNode(` ${word(`spans.category.${span.category}`)}`),
    ]));
    const entries = [...ratings, ...winners, ...marks];
    if (entries.length === 0) entries.push(make("span", {}, word("reply.no_marks")));
    const lines = [make("strong", {}, word("reply.reviewer", { number })), make("div", { class: "rl-entries" }, entries)];
    if (one.comment) lines.push(make("p", { class: "rl-muted", dir: "auto" }, one.comment));
    return make("li", {}, lines);
  }
}

function criterion(name) {
  return name === "overall" ? word("choice.overall") : name;
}

function outcome(value) {
  return value ? word(`choice.${value}`) : word("reply.nothing");
}

/** rows: [what, what was said, what is right]. */
function table(rows) {
  const head = ["reply.what", "reply.yours", "reply.expected"].map((name) => make("th", { scope: "col" }, word(name)));
  const body = rows.map(([what, yours, right]) => make("tr", {}, [make("th", { scope: "row" }, what), make("td", {}, yours), make("td", {}, right)]));
  return make("table", { class: "rl-compared" }, [make("thead", {}, [make("tr", {}, head)]), make("tbody", {}, body)]);
}

// Turns one study into a card that stays in place while its figures change.

import { make, show } from "./dom.js";
import { Flags, Unsettled } from "./lead-items.js";
import { redraw } from "./lead-lists.js";
import { SentList } from "./lead-messages.js";
import { Reviewers } from "./lead-reviewers.js";
import { paceWords } from "./lead-words.js";
import { word } from "./words.js";

const MOVES = { draft: ["open"], open: ["paused", "closed"], paused: ["open", "closed"], closed: [] };
const MOVE_WORDS = { open: "lead.open", paused: "lead.pause", closed: "lead.close" };

export class StudyCard {
  /** on: {move(study, status), write(study, reviewer), release(study, reviewer)}. */
  constructor(study, on) {
    this.on = on;
    this.quality = {};
    this.study = study;
    this.build();
    this.folds.reviewers.open = study.status === "open" || study.status === "paused";
    this.update(study);
  }

  build() {
    const { on } = this;
    this.reviewers = new Reviewers({
      write: (one) => on.write(this.study, one), release: (one) => on.release(this.study, one),
    });
    this.flags = new Flags();
    this.unsettled = new Unsettled();
    this.sent = new SentList({ write: () => on.write(this.study, null) });
    this.head = make("header");
    this.kinds = make("div", { class: "rl-kinds" });
    this.pace = make("p", { class: "rl-pace" });
    this.folds = {};
    const folds = ["reviewers", "flags", "unsettled", "messages"].map((name) => this.fold(name));
    this.node = make("article", { class: "rl-card", "data-study": this.study.id }, [this.head, this.kinds, this.pace, ...folds]);
  }

  fold(name) {
    const content = { reviewers: this.reviewers, flags: this.flags, unsettled: this.unsettled, messages: this.sent }[name];
    const summary = make("summary", {}, [make("h3")]);
    this.folds[name] = make("details", { class: "rl-fold", "data-fold": name }, [summary, content.node]);
    return this.folds[name];
  }

  update(study) {
    this.study = study;
    const { name, title, status } = study;
    redraw(this.head, { name, title, status }, (node) => node.replaceChildren(...this.headParts(study)));
    redraw(this.kinds, study.parts, (node) => node.replaceChildren(...bars(study.parts)));
    this.pace.textContent = paceWords(study);
    this.pace.classList.toggle("is-complete", study.is_complete);
    this.flags.update(study.flags);
    this.unsettled.update(study);
    this.sent.update(study);
    this.drawReviewers();
    const counts = { reviewers: study.reviewers, flags: study.flags, unsettled: study.unsettled, messages: study.messages };
    for (const [fold, list] of Object.entries(counts)) {
      const title = word("lead.count", { name: word(`lead.${fold}.title`), count: list.length });
      this.folds[fold].querySelector("h3").textContent = title;
    }
    show(this.folds.unsettled, study.settles);
  }

  /** quality: reviewer's id → what controls and habits tell. */
  setQuality(quality) {
    this.quality = quality;
    this.drawReviewers();
  }

  drawReviewers() {
    this.reviewers.update(this.study, this.quality);
  }

  headParts(study) {
    const moves = MOVES[study.status].map((status) => {
      const button = make("button", { type: "button", class: "rl-button", "data-status": status }, word(MOVE_WORDS[status]));
      button.addEventListener("click", () => this.on.move(this.study, status));
      return button;
    });
    const parts = [
      make("h2", {}, study.name),
      make("span", { class: "rl-pill", "data-status": study.status }, word(`lead.status.${study.status}`)),
      make("div", { class: "rl-row" }, moves),
    ];
    if (study.title) parts.push(make("p", { class: "rl-muted rl-titled" }, word("lead.titled", { title: study.title })));
    return parts;
  }
}

function bars(parts) {
  const controls = parts.filter((part) => part.is_control);
  const shown = parts.filter((part) => !part.is_control).map((part) => bar(word(`lead.${part.kind}`), part));
  if (controls.length) {
    const sum = (field) => controls.reduce((total, part) => total + part[field], 0);
    shown.push(bar(word("lead.controls"), { n_answered: sum("n_answered"), n_wanted: sum("n_wanted") }));
  }
  return shown;
}

function bar(name, part) {
  const words = word("lead.answered", { done: part.n_answered, total: part.n_wanted });
  const progress = make("progress", { max: Math.max(1, part.n_wanted), value: part.n_answered, "aria-label": `${name}: ${words}` });
  return make("div", { class: "rl-kind" }, [
    make("div", {}, [make("span", {}, name), make("span", { class: "rl-muted" }, words)]), progress,
  ]);
}

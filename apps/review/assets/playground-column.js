// Turns one checkpoint's events into its text, shaded by how likely each token was.

import { make, show } from "./dom.js";
import { number } from "./lead-words.js";
import { bandOf, readable, shareWords } from "./playground-shade.js";
import { word } from "./words.js";

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export class Column {
  /** id: of the whole text, null before; on: {keep: (column) => void}. */
  constructor(checkpoint, on) {
    Object.assign(this, { checkpoint, tokens: [], at: -1, id: null, isKept: false, isOver: false, where: null });
    const { name } = checkpoint;
    this.status = make("p", { class: "rl-muted rl-column-status", role: "status" }, word("playground.loading"));
    this.text = make("div", { class: "rl-text rl-tokens", dir: "auto", tabindex: "0", role: "group", "aria-label": word("playground.tokens_of", { name }) });
    this.about = make("p", { class: "rl-about", "aria-live": "polite", dir: "auto" });
    this.button = make("button", { type: "button", class: "rl-button", "aria-label": word("playground.keep_of", { name }), hidden: true }, word("playground.keep"));
    this.button.addEventListener("click", () => on.keep(this));
    this.node = make("article", { class: "rl-pane rl-column", "aria-label": name }, [
      make("header", {}, [make("h3", { dir: "auto" }, name), this.button]),
      this.status, this.text, this.about,
    ]);
    const pointed = (event) => {
      const place = event.target.dataset?.token;
      if (place !== undefined) this.tell(Number(place));
    };
    this.text.addEventListener("pointerover", pointed);
    this.text.addEventListener("click", pointed);
    this.text.addEventListener("keydown", (event) => this.step(event));
  }

  hear(event) {
    if (event.event === "token") this.add(event);
    else if (event.event === "done") this.finish(event);
    else if (event.event === "failed") this.fail(event.error);
  }

  add({ text, logprob, entropy }) {
    this.status.textContent = word("playground.writing");
    const place = this.tokens.length;
    this.tokens.push({ text, logprob, entropy, others: [] });
    // The end of a text is a token without letters.
    this.text.append(make("span", { "data-token": place, "data-band": bandOf(logprob), class: "rl-token" }, text));
  }

  finish({ id, n_tokens: tokens, finish_reason: reason, latency_seconds: seconds, alternatives }) {
    this.id = id;
    this.isOver = true;
    alternatives.forEach((others, place) => {
      if (this.tokens[place]) this.tokens[place].others = others;
    });
    const given = this.tokens.map((one) => one.logprob).filter((value) => value !== null);
    const mean = given.reduce((sum, value) => sum + value, 0) / given.length;
    const done = word("playground.done", { tokens, seconds: number(seconds, 2), finish: word(`playground.finish_${reason}`) });
    this.status.textContent = given.length ? `${done} · ${word("playground.mean", { share: shareWords(mean) })}` : done;
    if (this.text.textContent === "") this.text.append(make("span", { class: "rl-muted" }, word("playground.empty")));
    show(this.button, true);
    if (this.at >= 0) this.tell(this.at);
  }

  fail(words) {
    this.isOver = true;
    this.status.textContent = word("playground.failed");
    this.text.append(make("p", { class: "rl-problem", role: "alert" }, words));
  }

  /** Nothing more comes. */
  stop() {
    if (this.isOver) return;
    this.isOver = true;
    this.status.textContent = word("playground.stopped");
  }

  setKept() {
    this.isKept = true;
    this.button.textContent = word("playground.kept");
    this.button.disabled = true;
  }

  step(event) {
    const step = STEPS[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey || this.tokens.length === 0) return;
    event.preventDefault();
    this.tell(Math.min(this.tokens.length - 1, Math.max(0, this.at + step)));
  }

  tell(place) {
    this.text.querySelector(".is-current")?.classList.remove("is-current");
    this.at = place;
    const one = this.tokens[place];
    const span = this.text.querySelector(`[data-token="${place}"]`);
    span.classList.add("is-current");
    span.scrollIntoView({ block: "nearest" });
    const values = { token: readable(one.text) || word("playground.end_token"), share: shareWords(one.logprob) };
    const others = one.others.map(([text, logprob]) => word("playground.other", { token: readable(text), share: shareWords(logprob) }));
    this.about.textContent = others.length ? word("playground.about_others", { ...values, others: others.join(", ") }) : word("playground.about", values);
  }
}

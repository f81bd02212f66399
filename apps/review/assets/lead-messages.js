// Writes to reviewers, and shows what was written and whether it was read.

import { make, show } from "./dom.js";
import { call } from "./http.js";
import { keyed } from "./lead-lists.js";
import { moment } from "./lead-words.js";
import { counted, word } from "./words.js";

export class SentList {
  /** on: {write: () => void}, to write to everybody. */
  constructor(on) {
    this.all = make("button", { type: "button", class: "rl-button", "data-act": "all" }, word("lead.messages.to_all"));
    this.all.addEventListener("click", on.write);
    this.none = make("p", { class: "rl-muted" }, word("lead.messages.none"));
    this.list = make("ul", { class: "rl-items" });
    this.node = make("div", { class: "rl-sent" }, [this.all, this.none, this.list]);
  }

  update(study) {
    show(this.all, study.reviewers.length > 0);
    show(this.none, study.messages.length === 0);
    keyed(this.list, study.messages, (one) => one.id, (one) => {
      const times = { time: moment(one.sent_at), read: moment(one.read_at) };
      const when = word(one.read_at ? "lead.messages.read" : "lead.messages.unread", times);
      return make("li", {}, [
        make("span", { class: "rl-muted" }, `${one.recipient} · ${when}`),
        make("span", { class: "rl-said", dir: "auto" }, one.text),
      ]);
    });
  }
}

/** The dialog in which a message is written; what is typed stays until it is sent. */
export class Writing {
  /** on: {sent: (words) => void}. */
  constructor(slot, on) {
    Object.assign(this, { slot, on });
    slot["writing-form"].addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    slot["writing-cancel"].addEventListener("click", () => slot.writing.close());
  }

  open(study, reviewer) {
    this.to = { study_id: study.id, recipient_id: reviewer?.reviewer_id ?? null };
    const { slot } = this;
    slot["writing-to"].textContent = reviewer
      ? word("lead.messages.to_one", { name: reviewer.reviewer })
      : word("lead.messages.to_everybody", { name: study.name });
    show(slot["writing-problem"], false);
    slot.writing.showModal();
    slot["writing-text"].focus();
  }

  async send() {
    const { slot } = this;
    try {
      const { n_sent: count } = await call("POST", "lead/messages", { ...this.to, text: slot["writing-text"].value });
      slot["writing-text"].value = "";
      slot.writing.close();
      this.on.sent(counted("lead.messages.sent", count));
    } catch (error) {
      slot["writing-problem"].textContent = error.message || word(error.status ? "error.unknown" : "error.network", { status: error.status });
      show(slot["writing-problem"], true);
    }
  }
}

// Shows the lead's messages in a bar, one at a time, until each is marked as read.

import { show } from "./dom.js";
import { call } from "./http.js";
import { word } from "./words.js";

export class Messages {
  constructor(slot, guard) {
    Object.assign(this, { slot, guard });
    this.list = [];
    this.read = new Set();
  }

  take(list) {
    this.list = list.filter((message) => !this.read.has(message.id));
    this.draw();
  }

  draw() {
    const [first] = this.list;
    const { slot } = this;
    show(slot["bar-message"], Boolean(first));
    if (!first || slot["bar-message"].dataset.message === first.id) return;
    slot["bar-message"].dataset.message = first.id;
    slot["bar-message-from"].textContent = word("bar.message", { time: moment(first.sent_at) });
    slot["bar-message-text"].textContent = first.text;
  }

  /** Marks the message shown as read; where the server does not hear it, it comes again. */
  async markRead() {
    const [first] = this.list;
    if (!first) return;
    await this.guard.run(async () => {
      await call("POST", `messages/${first.id}/read`, {});
      this.read.add(first.id);
      this.take(this.list);
    });
  }
}

function moment(text) {
  const parts = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false };
  return new Date(text).toLocaleString(document.documentElement.lang, parts);
}

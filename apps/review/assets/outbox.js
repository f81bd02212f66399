// Keeps every submitted answer in the browser until the server has acknowledged it.
// An answer may be sent twice (by two tabs, or after a lost reply): its id makes that one answer.

import { drop, keep, kept, keysFrom } from "./keep.js";

const RETRY_MS = 4000;

export class Outbox {
  /**
   * accountId: whose answers these are; another account's are left alone.
   * send: (answer) => Promise of the server's reply; rejects with an ApiError.
   * hear: (event, detail) => void; events: sent, refused, change.
   */
  constructor(accountId, send, hear) {
    this.prefix = `review-lab:outbox:${accountId}:`;
    this.refusedPrefix = `review-lab:refused:${accountId}:`;
    this.send = send;
    this.hear = hear;
    this.trouble = null;
    this.volatile = false;
    this.flushing = null;
    setInterval(() => this.flush(), RETRY_MS);
    window.addEventListener("online", () => this.flush());
    window.addEventListener("storage", (event) => {
      if (event.key === null || event.key.startsWith(this.prefix)) this.hear("change");
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.volatile && this.count > 0) event.preventDefault();
    });
  }

  get count() {
    return keysFrom(this.prefix).length;
  }

  get answers() {
    return keysFrom(this.prefix).map(kept).filter(Boolean);
  }

  put(answer) {
    this.volatile = !keep(this.prefix + answer.answer_id, answer);
    this.hear("change");
    return this.flush();
  }

  /** Sends what is there, oldest first, one at a time; returns when all is sent or one failed. */
  flush() {
    this.flushing ??= this.drain().finally(() => {
      this.flushing = null;
      this.hear("change");
    });
    return this.flushing;
  }

  async drain() {
    for (let keys = keysFrom(this.prefix); keys.length > 0; keys = keysFrom(this.prefix)) {
      const answer = kept(keys[0]);
      if (answer === null) {
        drop(keys[0]);
        continue;
      }
      try {
        const reply = await this.send(answer);
        drop(keys[0]);
        this.trouble = null;
        this.hear("sent", { answer, reply });
      } catch (error) {
        if (error.passing || error.signedOut) {
          this.trouble = error;
          return;
        }
        keep(this.refusedPrefix + answer.answer_id, { answer, reason: error.message });
        drop(keys[0]);
        this.hear("refused", { answer, reason: error.message });
      }
    }
    this.trouble = null;
  }

  /** Answers that the server will not take, kept until the reviewer has seen why. */
  get refused() {
    return keysFrom(this.refusedPrefix).map(kept).filter(Boolean);
  }

  dismissRefused() {
    const [first] = keysFrom(this.refusedPrefix);
    if (first) drop(first);
    this.hear("change");
  }
}

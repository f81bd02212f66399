// Keeps one page of an account at work: claims the place, notices when another page takes it, and
// brings the lead's messages.

import { ApiError, call, pageId } from "./http.js";

const LOOK_MS = 15000;

export class Presence {
  /** on: {elsewhere: () => void, messages: (list) => void}. */
  constructor(accountId, on) {
    this.on = on;
    this.isHere = false;
    this.channel = new BroadcastChannel(`review-lab:${accountId}`);
    this.channel.addEventListener("message", ({ data }) => data !== pageId && this.leave());
  }

  listen() {
    setInterval(() => this.look(), LOOK_MS);
    window.addEventListener("focus", () => this.look());
    document.addEventListener("visibilitychange", () => this.look());
  }

  /** Makes this page the one at work; other pages of this browser hear of it at once. */
  async claim() {
    await call("POST", "claim", {});
    this.isHere = true;
    this.channel.postMessage(pageId);
    this.look();
  }

  leave() {
    if (!this.isHere) return;
    this.isHere = false;
    this.on.elsewhere();
  }

  /** Asks whether this page is still the one at work; a server that is silent changes nothing. */
  async look() {
    if (document.hidden || !this.isHere) return;
    try {
      const { here, messages } = await call("GET", "here");
      this.on.messages(messages);
      if (!here) this.leave();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }
}

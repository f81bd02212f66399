// Keeps what is entered and not yet submitted: at once in the browser, a moment later on the server.

import { call } from "./http.js";
import { uuid7 } from "./ids.js";
import { drop, keep, kept } from "./keep.js";

const SEND_AFTER_MS = 1200;

export class Drafts {
  constructor(accountId) {
    this.prefix = `review-lab:draft:${accountId}:`;
    this.timers = new Map();
  }

  /** content: the widget's fields; at: milliseconds, so that the newer of two drafts is known. */
  save(assignmentId, content) {
    const draft = { ...content, at: Date.now() };
    keep(this.prefix + assignmentId, draft);
    clearTimeout(this.timers.get(assignmentId));
    this.timers.set(assignmentId, setTimeout(() => this.post(assignmentId, draft), SEND_AFTER_MS));
  }

  async post(assignmentId, draft) {
    this.timers.delete(assignmentId);
    try {
      await call("POST", "drafts", { id: uuid7(), assignment_id: assignmentId, content: draft });
    } catch {
      // the browser's own copy is the one that counts here; the next change sends a newer one
    }
  }

  /** The newer of the browser's draft and the server's, or null. */
  newest(assignmentId, fromServer) {
    const here = kept(this.prefix + assignmentId);
    if (!here || !fromServer) return here ?? fromServer ?? null;
    return (fromServer.at ?? 0) > (here.at ?? 0) ? fromServer : here;
  }

  forget(assignmentId) {
    clearTimeout(this.timers.get(assignmentId));
    this.timers.delete(assignmentId);
    drop(this.prefix + assignmentId);
  }

  /** Sends nothing more of what waits to be sent: another page is at work. */
  hold() {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }
}

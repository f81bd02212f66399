// Keeps the tasks in hand: the one shown and the next, fetched ahead of time.

import { call } from "./http.js";
import { uuid7 } from "./ids.js";

const RENEW_MS = 240000;

export class Queue {
  /** outbox: answers not acknowledged yet, whose tasks are not shown again. */
  constructor(outbox) {
    this.outbox = outbox;
    this.begin(null);
  }

  begin(studyId) {
    this.studyId = studyId;
    this.tasks = [];
    // assignment id -> whether the server has taken the answer
    this.answered = new Map();
    this.status = "open";
    this.progress = null;
    this.filling = null;
    this.undoId = null;
    this.renewedAt = Date.now();
  }

  get current() {
    return this.tasks[0] ?? null;
  }

  /** Asks the server for tasks; calls that come while it is asking share the next asking. */
  fill() {
    if (this.filling) return (this.filling.again ??= this.filling.promise.then(() => this.fill()));
    const filling = { again: null };
    this.filling = filling;
    filling.promise = this.fetch().finally(() => {
      if (this.filling === filling) this.filling = null;
    });
    return filling.promise;
  }

  async fetch() {
    const asked = this.studyId;
    const settled = [...this.answered].filter(([, taken]) => taken).map(([id]) => id);
    const reply = await call("GET", `studies/${asked}/tasks`);
    if (asked !== this.studyId) return;
    // What the server still hands out after it took an answer is open again, e.g. taken back.
    for (const id of settled) this.answered.delete(id);
    const unsent = new Set(this.outbox.answers.map((answer) => answer.assignment_id));
    const fresh = reply.tasks.filter(({ assignment_id: id }) => !this.answered.has(id) && !unsent.has(id));
    const here = new Set(this.tasks.map((task) => task.assignment_id));
    this.tasks.push(...fresh.filter((task) => !here.has(task.assignment_id)));
    this.status = reply.status;
    this.progress = reply.progress;
  }

  /** Takes an answered task out; true where it was the one shown. */
  settle(assignmentId) {
    const shown = this.current?.assignment_id === assignmentId;
    this.answered.set(assignmentId, false);
    this.tasks = this.tasks.filter((task) => task.assignment_id !== assignmentId);
    return shown;
  }

  /** Notes that the server has taken, or for good refused, the answer to an assignment. */
  taken(assignmentId) {
    if (this.answered.has(assignmentId)) this.answered.set(assignmentId, true);
  }

  /**
   * Takes the newest answer back and puts its task in front of all others; a repeated try carries
   * the same id, so it takes back one. Returns {task} or, where that may not be, {refusal}.
   */
  async takeBack() {
    this.undoId ??= uuid7();
    try {
      const { task, progress } = await call("POST", "undo", { answer_id: this.undoId, study_id: this.studyId });
      this.undoId = null;
      this.progress = progress;
      if (task) this.reopen(task);
      return { task };
    } catch (error) {
      if (error.passing || error.signedOut) throw error;
      this.undoId = null;
      return { task: null, refusal: error.message };
    }
  }

  reopen(task) {
    this.answered.delete(task.assignment_id);
    this.tasks = [task, ...this.tasks.filter((one) => one.assignment_id !== task.assignment_id)];
  }

  /** Holds the places of the tasks in hand while there are signs of the reviewer. */
  async renew(signAt) {
    if (Date.now() - this.renewedAt < RENEW_MS || signAt < this.renewedAt) return;
    this.renewedAt = Date.now();
    try {
      await call("POST", "renew", { assignment_ids: this.tasks.map((task) => task.assignment_id) });
    } catch {
      // a lost place shows when the answer arrives, and is explained then
    }
  }
}

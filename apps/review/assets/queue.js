// Keeps the tasks in hand: the one shown and the next, fetched ahead of time.

import { call } from "./http.js";
import { drop, keep, kept } from "./keep.js";

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

  /** Puts a task that was taken back in front of all others. */
  reopen(task) {
    this.answered.delete(task.assignment_id);
    this.tasks = [task, ...this.tasks.filter((one) => one.assignment_id !== task.assignment_id)];
  }
}

/** Remembers which study an account works on. */
export class LastStudy {
  constructor(accountId) {
    this.key = `review-lab:study:${accountId}`;
  }

  get id() {
    return kept(this.key);
  }

  set id(studyId) {
    if (studyId === null) drop(this.key);
    else keep(this.key, studyId);
  }
}

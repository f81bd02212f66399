// Keeps what a reviewer's own browser knows of its work: the reply not read yet, its study.

import { drop, keep, kept } from "./keep.js";

/** The answer whose reply is to be read before the next task, with its task; null where there is none. */
export class Awaited {
  constructor(accountId) {
    this.key = `review-lab:awaited:${accountId}`;
  }

  get open() {
    return kept(this.key);
  }

  set open(value) {
    if (value === null) drop(this.key);
    else keep(this.key, value);
  }
}

/** Which study an account works on. */
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

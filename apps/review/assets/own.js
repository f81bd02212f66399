// Keeps what a reviewer's own browser knows of its work: the reply not read yet, the active time spent.

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

/** Active seconds by study, of all answers submitted in this browser. */
export class Tally {
  constructor(accountId) {
    this.prefix = `review-lab:seconds:${accountId}:`;
  }

  seconds(studyId) {
    return kept(this.prefix + studyId) ?? 0;
  }

  add(answer) {
    keep(this.prefix + answer.study_id, this.seconds(answer.study_id) + answer.seconds);
  }
}

/** How long a study's training round is: as long as the most of it that was ever left. */
export class Training {
  constructor(accountId) {
    this.prefix = `review-lab:training:${accountId}:`;
  }

  total(studyId, left) {
    const most = Math.max(left, kept(this.prefix + studyId) ?? 0);
    keep(this.prefix + studyId, most);
    return most;
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

// Runs the work on one study: one task after the other, from what is entered to the answer sent.

import { ActiveClock } from "./clock.js";
import { show } from "./dom.js";
import { Drafts } from "./drafts.js";
import { call } from "./http.js";
import { uuid7 } from "./ids.js";
import { Outbox } from "./outbox.js";
import { Awaited } from "./own.js";
import { Queue } from "./queue.js";
import { Reply } from "./reply.js";
import { TaskView } from "./task.js";
import { word } from "./words.js";

export class Work {
  /** me: the account; refresh: () => void, called when progress or the outbox changed. */
  constructor(me, slot, screens, guard, refresh) {
    Object.assign(this, { slot, screens, guard, refresh });
    this.clock = new ActiveClock();
    this.drafts = new Drafts(me.id);
    this.awaited = new Awaited(me.id);
    this.outbox = new Outbox(me.id, (answer) => call("POST", "answers", answer), (...heard) => this.hear(...heard));
    this.queue = new Queue(this.outbox);
    this.view = new TaskView(slot, () => this.entered());
    this.reply = new Reply(slot);
    this.shown = null;
    this.clock.listen();
  }

  get onTask() {
    return this.screens.current === "task";
  }

  /** Whether the criteria on the page are those of the study that the tasks are of. */
  get ready() {
    return Boolean(this.queue.studyId) && this.view.study?.id === this.queue.studyId;
  }

  /** Fetches a study and its tasks; where the page was left before a reply was read, shows that again. */
  async open(studyId) {
    this.queue.begin(studyId);
    this.hideReply();
    this.screens.go("loading");
    const [study] = await Promise.all([call("GET", `studies/${studyId}`), this.queue.fill()]);
    if (this.queue.studyId !== studyId) return null;
    this.view.begin(study);
    this.reply.begin(study);
    this.shown = null;
    const { open } = this.awaited;
    if (open?.answer.study_id === studyId) this.await(open.task, open.answer);
    else this.next();
    return study;
  }

  /** Where the reviewer is in the training round: {number, total}; null outside it. */
  get training() {
    if (!this.onTask || !this.view.task?.is_training || !this.queue.progress) return null;
    const { n_training: total, n_training_left: left } = this.queue.progress;
    return { number: Math.min(total, total - left + (this.showsReply ? 0 : 1)), total };
  }

  /** Whether the task shown may be left without an answer. */
  get maySkip() {
    return this.onTask && !this.view.judgesSuggestions;
  }

  focus() {
    if (!this.onTask) return;
    if (this.showsReply) this.reply.focus();
    else this.view.focus();
  }

  // ---- one task after the other ----------------------------------------------------------

  /** Shows the first task in hand, or the screen that says why there is none. */
  next() {
    if (this.waitsFor) return;
    const task = this.queue.current;
    if (task) this.show(task);
    else this.screens.end(this.queue, this.outbox.count > 0);
    if (!task) this.shown = null;
  }

  show(task) {
    if (this.shown === task.assignment_id + task.step && this.onTask) return;
    this.shown = task.assignment_id + task.step;
    const content = this.drafts.newest(task.assignment_id, task.draft ?? task.answer);
    this.view.show(task, content);
    this.clock.reset(content?.seconds ?? 0);
    this.screens.go("task");
    window.scrollTo(0, 0);
    if (!this.screens.panelOpen) this.view.focus();
  }

  entered() {
    if (this.waitsFor) return;
    this.drafts.save(this.view.task.assignment_id, { ...this.view.content, seconds: this.clock.seconds });
  }

  /** Keeps the entries and the seconds of the task shown, if there are any entries. */
  saveDraft() {
    if (this.onTask && this.view.touched) this.entered();
  }

  flag(flag) {
    this.view.setFlag(flag);
    this.entered();
  }

  submit(kind = null, reason = "") {
    if (!this.onTask || this.waitsFor || (kind === null && !this.view.complete())) return;
    const { task } = this.view;
    const answer = {
      answer_id: uuid7(),
      assignment_id: task.assignment_id,
      study_id: this.queue.studyId,
      ...this.view.answer(kind, reason),
      seconds: Math.round(this.clock.seconds * 1000) / 1000,
    };
    this.queue.undoId = null;
    this.drafts.forget(answer.assignment_id);
    this.queue.settle(answer.assignment_id);
    const sending = task.waits ? this.await(task, answer) : this.outbox.put(answer);
    this.next();
    sending.then(() => this.fill());
  }

  async fill() {
    if (!this.ready) return;
    await this.guard.run(async () => {
      await this.queue.fill();
      this.next();
    });
  }

  // ---- answers whose reply is shown before the next task -----------------------------------

  /** Sends an answer and stays on its task; the same answer sent again has the same reply. */
  await(task, answer) {
    this.waitsFor = answer;
    this.awaited.open = { task, answer };
    this.queue.settle(answer.assignment_id);
    if (this.view.task?.assignment_id !== task.assignment_id || !this.onTask) {
      this.view.show(task, answer);
      this.screens.go("task");
    }
    this.view.freeze(true);
    return this.outbox.put(answer);
  }

  replied(answer, reply) {
    const { task } = this.view;
    if (reply.follow_up) this.queue.reopen(reply.follow_up);
    if (!reply.feedback && !reply.others) this.goOn();
    else {
      this.showsReply = true;
      show(this.slot.form, false);
      this.reply.show(task, answer, reply);
    }
  }

  hideReply() {
    this.waitsFor = null;
    this.showsReply = false;
    show(this.slot.form, true);
    this.reply.hide();
  }

  /** Leaves the reply and the task that it belongs to. */
  goOn() {
    this.awaited.open = null;
    this.hideReply();
    this.shown = null;
    this.next();
  }

  // ---- taking back, and what comes back ----------------------------------------------------

  /** Takes the newest answer back and shows its task again. */
  async undo() {
    if (!this.queue.studyId || (this.showsReply && !this.reply.mayChange)) return;
    await this.outbox.flush();
    if (this.outbox.count > 0) {
      this.screens.toast(word("answer.undo_wait"));
      return;
    }
    await this.guard.run(async () => {
      this.saveDraft();
      const { task, refusal } = await this.queue.takeBack();
      this.refresh();
      if (task) this.goOn();
      this.screens.toast(refusal ?? word(task ? "answer.undone" : "answer.nothing_to_undo"));
    });
  }

  hear(event, detail) {
    if (detail) this.queue.taken(detail.answer.assignment_id);
    const isAwaited = Boolean(detail) && detail.answer.answer_id === this.waitsFor?.answer_id;
    if (event === "sent") {
      if (detail.answer.study_id === this.queue.studyId) this.queue.progress = detail.reply.progress;
      if (detail.reply.late) this.screens.toast(word("bar.late"));
      this.guard.trouble = null;
      if (isAwaited) this.replied(detail.answer, detail.reply);
    }
    if (event === "refused" && isAwaited) this.goOn();
    this.refresh();
  }
}

// Runs the review page: signs of the reviewer in, answers out, one task after the other.

import { studyRow } from "./chooser.js";
import { ActiveClock } from "./clock.js";
import { show, slots } from "./dom.js";
import { Drafts } from "./drafts.js";
import { ApiError, base, belongTo, call } from "./http.js";
import { uuid7 } from "./ids.js";
import { listenToKeys } from "./keys.js";
import { Outbox } from "./outbox.js";
import { Panels } from "./panels.js";
import { LastStudy, Queue } from "./queue.js";
import { showProgress, showTrouble } from "./status.js";
import { TaskView } from "./task.js";
import { counted, fillWords, loadWords, word } from "./words.js";

const POLL_MS = 4000;
const LOOK_AGAIN_MS = 15000;

// What keys do: on every screen, within a study, and on a task.
const EVERYWHERE = { "?": "help" };
const IN_STUDY = { u: "undo", g: "guidelines" };
const ON_TASK = { s: "skip", f: "flag" };

class App {
  constructor(root, me) {
    this.root = root;
    this.me = me;
    this.slot = slots(root);
    this.clock = new ActiveClock();
    this.drafts = new Drafts(me.id);
    this.lastStudy = new LastStudy(me.id);
    this.outbox = new Outbox(me.id, (answer) => call("POST", "answers", answer), (...heard) => this.hear(...heard));
    this.queue = new Queue(this.outbox);
    this.view = new TaskView(this.slot, () => this.entered());
    this.panels = new Panels(root, this.slot, {
      skip: (reason) => this.submit("skip", reason),
      flag: (flag) => this.flag(flag),
      closed: () => this.screen === "task" && this.view.focus(),
    });
    this.shown = null;
    this.trouble = null;
    this.several = false;
    this.lookedAt = Date.now();
    this.listen();
  }

  /** Whether the criteria on the page are those of the study that the tasks are of. */
  get ready() {
    return Boolean(this.queue.studyId) && this.view.study?.id === this.queue.studyId;
  }

  get screen() {
    return this.root.dataset.screen;
  }

  listen() {
    this.clock.listen();
    this.slot.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.root.addEventListener("click", (event) => {
      const action = event.target.closest("[data-do]")?.dataset.do;
      if (action) this.act(action, event.target.closest("[data-do]"));
    });
    this.drafts.onElsewhere((assignmentId, draft) => {
      if (this.screen === "task" && this.shown === assignmentId) this.view.content = draft;
    });
    window.addEventListener("storage", (event) => this.heardElsewhere(event));
    listenToKeys({
      typingEscape: () => this.view.focus(),
      panel: () => this.panels.open,
      panelKey: (key, panel) => this.panelKey(key, panel),
      key: (key) => this.key(key),
    });
    setInterval(() => this.poll(), POLL_MS);
    document.addEventListener("visibilitychange", () => !document.hidden && this.poll());
    window.addEventListener("online", () => this.poll());
  }

  // ---- studies ---------------------------------------------------------------------------

  /** Goes to the study in work, or to the only one, or lets the reviewer choose. */
  async start() {
    await this.guarded(async () => {
      const { studies } = await call("GET", "studies");
      this.trouble = null;
      this.several = studies.length > 1;
      const begun = studies.filter((study) => study.n_answered > 0 && study.n_answered < study.n_total);
      const last = studies.find((study) => study.id === this.lastStudy.id);
      const only = studies.length === 1 ? studies[0] : begun.length === 1 ? begun[0] : null;
      const study = last ?? only;
      if (studies.length === 0) this.go("empty");
      else if (study) await this.open(study.id);
      else this.choose(studies);
    });
  }

  choose(studies) {
    this.slot.studies.replaceChildren(...studies.map(studyRow));
    this.queue.begin(null);
    this.go("choose");
  }

  async open(studyId) {
    await this.guarded(async () => {
      this.go("loading");
      this.queue.begin(studyId);
      const [study] = await Promise.all([call("GET", `studies/${studyId}`), this.queue.fill()]);
      if (this.queue.studyId !== studyId) return;
      this.lastStudy.id = studyId;
      this.view.begin(study);
      this.panels.describe(study);
      this.shown = null;
      this.next();
    });
  }

  /** Leaves the study and shows all of them. */
  async studies() {
    this.saveDraft();
    await this.guarded(async () => {
      const { studies } = await call("GET", "studies");
      this.lastStudy.id = null;
      if (studies.length > 0) this.choose(studies);
      else this.go("empty");
    });
  }

  // ---- screens ---------------------------------------------------------------------------

  go(screen) {
    const changed = this.screen !== screen;
    this.root.dataset.screen = screen;
    for (const section of this.root.querySelectorAll("[data-for]")) show(section, section.dataset.for === screen);
    const inStudy = Boolean(this.queue.studyId) && ["task", "done", "paused", "loading"].includes(screen);
    for (const tool of this.root.querySelectorAll("[data-needs-study]")) show(tool, inStudy);
    show(this.slot["studies-button"], this.several && screen !== "choose");
    if (screen !== "task") this.shown = null;
    if (changed && !["task", "loading"].includes(screen)) {
      this.root.querySelector(`[data-for="${screen}"] h1`).focus({ preventScroll: true });
    }
    this.refresh();
  }

  refresh() {
    const inStudy = this.queue.studyId && ["task", "done", "paused", "loading"].includes(this.screen);
    showProgress(this.slot, inStudy ? this.queue.progress : null);
    showTrouble(this.slot, this.outbox, this.outbox.trouble ?? this.trouble, this.me);
  }

  /** Shows the first task in hand, or the screen that says why there is none. */
  next() {
    const task = this.queue.current;
    if (task) {
      this.showTask(task);
      return;
    }
    this.shown = null;
    if (this.outbox.count > 0 || this.queue.filling) this.go("loading");
    else if (this.queue.status === "paused") this.go("paused");
    else this.done();
  }

  done() {
    const count = this.queue.progress?.n_answered ?? 0;
    this.slot["done-text"].textContent = count > 0 ? counted("done.count", count) : word("done.count_none");
    show(this.slot["done-undo"], count > 0);
    this.go("done");
  }

  showTask(task) {
    if (this.shown === task.assignment_id) return;
    this.shown = task.assignment_id;
    const content = this.drafts.newest(task.assignment_id, task.draft ?? task.answer);
    this.view.show(task, content);
    this.clock.reset(content?.seconds ?? 0);
    this.go("task");
    window.scrollTo(0, 0);
    if (!this.panels.open) this.view.focus();
  }

  toast(text) {
    clearTimeout(this.toastTimer);
    this.slot.toast.textContent = text;
    show(this.slot.toast, true);
    this.toastTimer = setTimeout(() => show(this.slot.toast, false), 4000);
  }

  // ---- entries and answers ---------------------------------------------------------------

  entered() {
    this.drafts.save(this.shown, { ...this.view.content, seconds: this.clock.seconds });
  }

  /** Keeps the entries and the seconds of the task shown, if there are any entries. */
  saveDraft() {
    if (this.screen !== "task") return;
    const { ratings, winner, comment, flag } = this.view.content;
    if (Object.keys(ratings).length > 0 || winner || comment || flag) this.entered();
  }

  flag(flag) {
    this.view.setFlag(flag);
    this.entered();
  }

  submit(kind = null, reason = "") {
    if (this.screen !== "task" || (kind === null && !this.view.complete())) return;
    const answer = {
      answer_id: uuid7(),
      assignment_id: this.shown,
      study_id: this.queue.studyId,
      ...this.view.answer(kind, reason),
      seconds: Math.round(this.clock.seconds * 1000) / 1000,
    };
    this.queue.undoId = null;
    const sending = this.outbox.put(answer);
    this.drafts.forget(answer.assignment_id);
    this.queue.settle(answer.assignment_id);
    this.next();
    sending.then(() => this.fill());
  }

  async fill() {
    if (!this.ready) return;
    await this.guarded(async () => {
      await this.queue.fill();
      this.trouble = null;
      this.next();
    });
  }

  /** Takes the newest answer back and shows its task again. */
  async undo() {
    if (!this.queue.studyId) return;
    await this.outbox.flush();
    if (this.outbox.count > 0) {
      this.toast(word("answer.undo_wait"));
      return;
    }
    await this.guarded(async () => {
      this.saveDraft();
      const { task, refusal } = await this.queue.takeBack();
      this.refresh();
      if (task) {
        this.shown = null;
        this.next();
      }
      this.toast(refusal ?? word(task ? "answer.undone" : "answer.nothing_to_undo"));
    });
  }

  // ---- the connection --------------------------------------------------------------------

  hear(event, detail) {
    if (detail) this.queue.taken(detail.answer.assignment_id);
    if (event === "sent") {
      if (detail.answer.study_id === this.queue.studyId) this.queue.progress = detail.reply.progress;
      if (detail.reply.late) this.toast(word("bar.late"));
      this.trouble = null;
    }
    this.refresh();
  }

  /** Another tab of this browser put an answer into the outbox. */
  heardElsewhere(event) {
    if (!event.key?.startsWith(this.outbox.prefix)) return;
    if (!event.newValue) this.queue.taken(JSON.parse(event.oldValue).assignment_id);
    else if (this.queue.settle(JSON.parse(event.newValue).assignment_id)) {
      this.next();
      this.fill();
    }
  }

  /** Runs a call; trouble that passes is shown and tried again by poll(), other is explained. */
  async guarded(work) {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.passing || error.signedOut) {
        this.trouble = error;
      } else {
        this.slot["failed-text"].textContent = error.message || word("error.unknown", { status: error.status });
        this.lastStudy.id = null;
        this.go("failed");
      }
      this.refresh();
    }
  }

  async poll() {
    if (document.hidden) return;
    if (this.screen === "task") this.queue.renew(this.clock.signAt);
    const waiting = ["empty", "done", "paused"].includes(this.screen);
    const due = Date.now() - this.lookedAt > LOOK_AGAIN_MS;
    if (this.trouble || (waiting && due) || this.screen === "loading") {
      this.lookedAt = Date.now();
      await this.look();
    }
  }

  async look() {
    if (["failed", "empty"].includes(this.screen) || !this.queue.studyId) await this.start();
    else if (this.ready) await this.fill();
    else await this.open(this.queue.studyId);
  }

  // ---- actions and keys ------------------------------------------------------------------

  act(action, node) {
    const actions = {
      undo: () => this.undo(),
      guidelines: () => this.panels.toggle("guidelines"),
      help: () => this.panels.toggle("help"),
      skip: () => this.panels.askSkip(),
      flag: () => this.panels.askFlag(this.view.flag),
      close: () => this.panels.close(),
      studies: () => this.studies(),
      open: () => this.open(node.dataset.study),
      look: () => this.look(),
      dismiss: () => this.outbox.dismissRefused(),
    };
    actions[action]();
  }

  panelKey(key, panel) {
    if (/^[1-9]$/.test(key)) this.panels.press(Number(key));
    else if (key === "g" && panel.dataset.panel === "guidelines") panel.close();
    else if (key === "?" && panel.dataset.panel === "help") panel.close();
    else return false;
    return true;
  }

  key(key) {
    const onTask = this.screen === "task";
    const action = EVERYWHERE[key] || (this.queue.studyId && IN_STUDY[key]) || (onTask && ON_TASK[key]);
    if (action) this.act(action);
    else if (onTask && key === "Enter") this.submit();
    else return onTask && this.view.press(key);
    return true;
  }
}

/** Brings the page in an element to life. */
export async function run(root) {
  let me = null;
  while (me === null) {
    try {
      await loadWords();
      me = await call("GET", "me");
    } catch (error) {
      if (error.signedOut) location.assign(`${base}/sign-in?next=/review/`);
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
  belongTo(me.id);
  fillWords(root);
  const slot = slots(root);
  slot["sign-out"].action = `${base}/sign-out`;
  slot["lead-link"].href = `${base}/lead`;
  show(slot["lead-link"], me.role === "lead");
  const app = new App(root, me);
  root.dataset.ready = "true";
  await app.start();
  app.outbox.flush();
}

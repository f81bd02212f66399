// Runs the review page: signs of the reviewer in, answers out, one task after the other.

import { ActiveClock } from "./clock.js";
import { make, show, slots } from "./dom.js";
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
const RENEW_MS = 240000;

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
    this.undoId = null;
    this.renewedAt = Date.now();
    this.lookedAt = Date.now();
    this.listen();
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
    const row = (study) => {
      const state = study.n_total === 0 ? word("choose.nothing_left")
        : study.n_answered >= study.n_total ? word("choose.finished")
        : word("choose.count", { done: study.n_answered, total: study.n_total });
      const next = study.n_answered >= study.n_total ? "look" : study.n_answered > 0 ? "go_on" : "start";
      const bar = make("progress", { max: Math.max(1, study.n_total), value: study.n_answered, "aria-label": state });
      const words = make("div", { class: "rl-study-words" }, [
        make("h2", {}, study.name), make("p", { class: "rl-muted" }, study.question), bar, make("p", { class: "rl-muted" }, state),
      ]);
      const button = make("button", { type: "button", class: "rl-button rl-primary", "data-do": "open", "data-study": study.id, "aria-label": `${word(`choose.${next}`)}: ${study.name}` }, word(`choose.${next}`));
      return make("li", { class: "rl-study" }, [words, button]);
    };
    this.slot.studies.replaceChildren(...studies.map(row));
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
    const { ratings, winner, comment, flag } = this.view.content;
    const answer = {
      answer_id: uuid7(),
      assignment_id: this.shown,
      study_id: this.queue.studyId,
      kind: kind ?? (this.view.isRating ? "rate" : "vote"),
      ratings: kind === "skip" ? {} : ratings,
      winner: kind === "skip" ? null : winner,
      comment,
      reason,
      flag,
      seconds: Math.round(this.clock.seconds * 1000) / 1000,
    };
    this.undoId = null;
    const sending = this.outbox.put(answer);
    this.drafts.forget(answer.assignment_id);
    this.queue.settle(answer.assignment_id);
    this.next();
    sending.then(() => this.fill());
  }

  async fill() {
    if (!this.queue.studyId) return;
    await this.guarded(async () => {
      await this.queue.fill();
      this.trouble = null;
      this.next();
    });
  }

  /** Takes the newest answer back; a repeated try carries the same id, so it takes back one. */
  async undo() {
    if (!this.queue.studyId) return;
    await this.outbox.flush();
    if (this.outbox.count > 0) {
      this.toast(word("answer.undo_wait"));
      return;
    }
    this.undoId ??= uuid7();
    await this.guarded(async () => {
      // A refusal is final: the next try is another undoing.
      const refused = (error) => {
        if (error.passing || error.signedOut) throw error;
        this.undoId = null;
        this.toast(error.message);
        return null;
      };
      const reply = await call("POST", "undo", { answer_id: this.undoId, study_id: this.queue.studyId }).catch(refused);
      if (reply === null) return;
      const { task, progress } = reply;
      this.undoId = null;
      this.queue.progress = progress ?? this.queue.progress;
      this.refresh();
      if (!task) {
        this.toast(word("answer.nothing_to_undo"));
        return;
      }
      this.saveDraft();
      this.queue.reopen(task);
      this.shown = null;
      this.next();
      this.toast(word("answer.undone"));
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
    this.renew();
    const waiting = ["empty", "done", "paused"].includes(this.screen);
    const due = Date.now() - this.lookedAt > LOOK_AGAIN_MS;
    if (this.trouble || (waiting && due) || this.screen === "loading") {
      this.lookedAt = Date.now();
      await this.look();
    }
  }

  async look() {
    if (this.screen === "task" || (this.queue.studyId && this.view.study && this.screen !== "failed" && this.screen !== "empty")) await this.fill();
    else await this.start();
  }

  /** Holds the places of the tasks in hand while the reviewer is at work. */
  async renew() {
    const active = Date.now() - this.renewedAt > RENEW_MS && this.clock.signAt > this.renewedAt;
    if (this.screen !== "task" || !active) return;
    this.renewedAt = Date.now();
    try {
      await call("POST", "renew", { assignment_ids: this.queue.tasks.map((task) => task.assignment_id) });
    } catch {
      // a lost place shows when the answer arrives, and is explained then
    }
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
    const everywhere = { "?": "help" };
    const inStudy = { u: "undo", g: "guidelines" };
    const onTask = { s: "skip", f: "flag" };
    const action = everywhere[key] ?? (this.queue.studyId ? inStudy[key] : null) ?? (this.screen === "task" ? onTask[key] : null);
    if (action) this.act(action);
    else if (this.screen === "task") return this.taskKey(key);
    return Boolean(action);
  }

  taskKey(key) {
    if (key === "Enter") this.submit();
    else if (key === "c") this.slot.comment.focus();
    else if (this.view.isRating) return this.rateKey(key);
    else return this.voteKey(key);
    return true;
  }

  rateKey(key) {
    if (/^[1-9]$/.test(key)) return this.view.rating.press(Number(key));
    if (key !== "ArrowUp" && key !== "ArrowDown") return false;
    this.view.rating.move(key === "ArrowDown" ? 1 : -1);
    return true;
  }

  voteKey(key) {
    const winner = { ArrowLeft: "left", ArrowRight: "right", t: "tie", x: "both_bad" }[key];
    if (winner) this.view.choice.press(winner);
    return Boolean(winner);
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

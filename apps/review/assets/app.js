// Runs the review page: which screen is shown, and what every button and key does.

import { Breaks } from "./breaks.js";
import { studyRow } from "./chooser.js";
import { show, slots } from "./dom.js";
import { Guard } from "./guard.js";
import { base, belongTo, call } from "./http.js";
import { listenToKeys } from "./keys.js";
import { fillLanguages, pickLanguage, rememberLanguage } from "./language.js";
import { measure } from "./layout.js";
import { Messages } from "./messages.js";
import { LastStudy } from "./own.js";
import { Panels } from "./panels.js";
import { Presence } from "./presence.js";
import { Screens } from "./screens.js";
import { showProgress, showTrouble } from "./status.js";
import { fillWords, loadWords, word } from "./words.js";
import { Work } from "./work.js";

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
    this.lastStudy = new LastStudy(me.id);
    this.screens = new Screens(root, this.slot, () => this.refresh());
    this.guard = new Guard({
      elsewhere: () => this.presence.leave(),
      failed: (words) => this.fail(words),
      changed: () => this.refresh(),
    });
    this.work = new Work(me, this.slot, this.screens, this.guard, () => this.refresh());
    this.panels = new Panels(root, this.slot, {
      skip: (reason) => this.work.submit("skip", reason),
      flag: (flag) => this.work.flag(flag),
      closed: () => this.work.focus(),
    });
    this.messages = new Messages(this.slot, this.guard);
    this.breaks = new Breaks(this.slot);
    this.presence = new Presence(me.id, {
      elsewhere: () => this.leave(),
      messages: (list) => this.messages.take(list),
    });
    this.lookedAt = Date.now();
    this.listen();
  }

  listen() {
    this.slot.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.work.submit();
    });
    this.root.addEventListener("click", (event) => {
      const node = event.target.closest("[data-do]");
      if (node) this.act(node.dataset.do, node);
    });
    listenToKeys({
      typingEscape: () => this.work.focus(),
      panel: () => this.panels.open,
      panelKey: (key, panel) => this.panelKey(key, panel),
      key: (key, event) => this.key(key, event),
    });
    this.slot.language.addEventListener("change", () => this.speak(this.slot.language.value));
    setInterval(() => this.poll(), POLL_MS);
    document.addEventListener("visibilitychange", () => this.poll());
    window.addEventListener("online", () => this.poll());
    this.presence.listen();
    measure(this.slot.head, this.slot.dock);
  }

  // ---- studies ---------------------------------------------------------------------------

  /** Makes this page the one at work and goes to the study in work, or lets the reviewer choose. */
  start() {
    return this.guard.run(async () => {
      if (!this.presence.isHere) await this.presence.claim();
      const { studies } = await call("GET", "studies");
      this.screens.several = studies.length > 1;
      const begun = studies.filter((study) => study.n_answered > 0 && study.n_answered < study.n_total);
      const last = studies.find((study) => study.id === this.lastStudy.id);
      const only = studies.length === 1 ? studies[0] : begun.length === 1 ? begun[0] : null;
      const study = last ?? only;
      if (study) await this.load(study.id);
      else this.choose(studies);
    });
  }

  choose(studies) {
    this.slot.studies.replaceChildren(...studies.map(studyRow));
    this.work.queue.begin(null);
    this.screens.chosen = false;
    this.screens.go(studies.length > 0 ? "choose" : "empty");
  }

  async load(studyId) {
    this.screens.chosen = true;
    const study = await this.work.open(studyId);
    if (study === null) return;
    this.lastStudy.id = studyId;
    this.panels.describe(study);
    this.breaks.begin(study.break_minutes);
  }

  /** Leaves the study and shows all of them. */
  studies() {
    this.work.saveDraft();
    return this.guard.run(async () => {
      const { studies } = await call("GET", "studies");
      this.lastStudy.id = null;
      this.choose(studies);
    });
  }

  // ---- screens and the connection ----------------------------------------------------------

  refresh() {
    const { guard, work, slot } = this;
    slot.title.textContent = (this.screens.inStudy && work.view.study?.title) || word("app.name");
    showProgress(slot, this.screens.inStudy ? work.queue.progress : null, work.training);
    showTrouble(slot, work.outbox, work.outbox.trouble ?? guard.trouble, this.me);
  }

  fail(words) {
    this.slot["failed-text"].textContent = words;
    this.lastStudy.id = null;
    this.screens.go("failed");
  }

  /** Another page of this account has taken over. */
  leave() {
    this.work.drafts.hold();
    this.panels.close();
    this.breaks.dismiss();
    this.messages.take([]);
    this.screens.leave();
  }

  /** Takes the work over from the other page: its tasks and drafts are fetched anew. */
  takeOver() {
    return this.guard.run(async () => {
      await this.presence.claim();
      this.screens.come();
      const { studyId } = this.work.queue;
      if (studyId) await this.load(studyId);
      else await this.start();
    });
  }

  async poll() {
    if (document.hidden || this.screens.current === "elsewhere") return;
    const { work, screens } = this;
    if (work.onTask) work.queue.renew(work.clock.signAt);
    const waiting = ["empty", "done", "paused"].includes(screens.current);
    const due = Date.now() - this.lookedAt > LOOK_AGAIN_MS;
    if (this.guard.trouble || (waiting && due) || screens.current === "loading") await this.look();
  }

  async look() {
    this.lookedAt = Date.now();
    const { studyId } = this.work.queue;
    if (["failed", "empty"].includes(this.screens.current) || !studyId) await this.start();
    else if (this.work.ready) await this.work.fill();
    else await this.guard.run(() => this.load(studyId));
  }

  /** Shows the page in another language; what is entered is a draft, and survives. */
  speak(language) {
    this.work.saveDraft();
    rememberLanguage(language);
    location.reload();
  }

  // ---- actions and keys ------------------------------------------------------------------

  act(action, node) {
    const actions = {
      undo: () => this.work.undo(),
      guidelines: () => this.panels.toggle("guidelines"),
      help: () => this.panels.toggle("help"),
      skip: () => this.work.maySkip && this.panels.askSkip(),
      flag: () => this.panels.askFlag(this.work.view.flag),
      mark: () => this.work.view.press("e"),
      "go-on": () => this.work.goOn(),
      "take-over": () => this.takeOver(),
      rested: () => this.breaks.dismiss(),
      read: () => this.messages.markRead(),
      close: () => this.panels.close(),
      studies: () => this.studies(),
      open: () => this.guard.run(() => this.load(node.dataset.study)),
      look: () => this.look(),
      dismiss: () => this.work.outbox.dismissRefused(),
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

  key(key, event) {
    const { work } = this;
    if (this.screens.current === "elsewhere") return false;
    const entering = work.onTask && !work.waitsFor;
    if (entering && work.view.isMarking && work.view.press(key, event)) return true;
    const action = EVERYWHERE[key] || (this.screens.inStudy && IN_STUDY[key]) || (entering && ON_TASK[key]);
    if (action) this.act(action);
    else if (key === "Enter" && work.showsReply) work.goOn();
    else if (entering && key === "Enter") work.submit();
    else if (entering && work.view.press(key, event)) return true;
    else if (key === "Escape" && this.breaks.offered) this.breaks.dismiss();
    else return false;
    return true;
  }
}

async function signedIn(root) {
  for (;;) {
    try {
      const me = await call("GET", "me");
      belongTo(me.id);
      await loadWords(pickLanguage(me.languages));
      return me;
    } catch (error) {
      if (error.signedOut) location.assign(`${base}/sign-in?next=/review/`);
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
}

/** Brings the page in an element to life. */
export async function run(root) {
  const me = await signedIn(root);
  fillWords(root);
  const slot = slots(root);
  slot["sign-out"].action = `${base}/sign-out`;
  slot["lead-link"].href = `${base}/lead`;
  show(slot["lead-link"], me.role === "lead");
  fillLanguages(slot.language, me.languages, document.documentElement.lang);
  show(slot["language-label"], me.languages.length > 1);
  const app = new App(root, me);
  root.dataset.ready = "true";
  await app.start();
  app.work.outbox.flush();
}

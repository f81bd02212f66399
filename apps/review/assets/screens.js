// Turns the name of a screen into what is seen: its section, the tools that go with it, the last words.

import { show } from "./dom.js";
import { counted, word } from "./words.js";

const IN_STUDY = ["task", "done", "paused", "loading", "unqualified"];
const TOAST_MS = 4000;

export class Screens {
  /** changed: () => void, called after every change of screen. */
  constructor(root, slot, changed) {
    Object.assign(this, { root, slot, changed });
    this.several = false;
    this.chosen = false;
    this.isAway = false;
  }

  get current() {
    return this.root.dataset.screen;
  }

  get panelOpen() {
    return Boolean(this.root.querySelector("dialog[open]"));
  }

  /** Whether a study is open in front of the reviewer. */
  get inStudy() {
    return this.chosen && IN_STUDY.includes(this.current);
  }

  /** Stays elsewhere, whatever still comes in, until this page takes over again. */
  leave() {
    this.go("elsewhere");
    this.isAway = true;
  }

  come() {
    this.isAway = false;
  }

  go(screen) {
    if (this.isAway) return;
    const changed = this.current !== screen;
    this.root.dataset.screen = screen;
    for (const section of this.root.querySelectorAll("[data-for]")) show(section, section.dataset.for === screen);
    for (const tool of this.root.querySelectorAll("[data-needs-study]")) show(tool, this.inStudy);
    show(this.slot["studies-button"], this.several && !["choose", "elsewhere"].includes(screen));
    if (changed && !["task", "loading"].includes(screen)) {
      this.root.querySelector(`[data-for="${screen}"] h1`).focus({ preventScroll: true });
      window.scrollTo(0, 0);
    }
    this.changed();
  }

  /** Goes to the screen that says why there is no task. */
  end(queue, isSending) {
    const unqualified = queue.progress?.qualified === false;
    if (isSending || queue.filling) this.go("loading");
    else if (queue.status === "paused") this.go("paused");
    else if (unqualified) this.go("unqualified");
    else this.thank(queue.progress?.n_answered ?? 0, queue.progress?.active_seconds ?? 0);
  }

  /** Thanks the reviewer with the own count and the own time, never with results. */
  thank(count, seconds) {
    const { slot } = this;
    slot["done-text"].textContent = count > 0 ? counted("done.count", count) : word("done.count_none");
    slot["done-time"].textContent = seconds > 0 ? word("done.time", { time: duration(seconds) }) : "";
    show(slot["done-time"], count > 0 && seconds > 0);
    show(slot["done-undo"], count > 0);
    this.go("done");
  }

  toast(text) {
    clearTimeout(this.toastTimer);
    this.slot.toast.textContent = text;
    show(this.slot.toast, true);
    this.toastTimer = setTimeout(() => show(this.slot.toast, false), TOAST_MS);
  }
}

function duration(seconds) {
  const minutes = Math.round(seconds / 60);
  if (minutes < 1) return word("done.moment");
  if (minutes < 60) return counted("done.minutes", minutes);
  return word("done.hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

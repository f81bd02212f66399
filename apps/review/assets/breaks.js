// Offers a break after so many minutes of active time; an absence of some minutes is one.

import { ActiveClock } from "./clock.js";
import { show } from "./dom.js";
import { counted } from "./words.js";

const LOOK_MS = 1000;
const ABSENT_MS = 300000;

export class Breaks {
  constructor(slot) {
    this.slot = slot;
    this.clock = new ActiveClock();
    this.minutes = 0;
    this.clock.listen();
    setInterval(() => this.look(), LOOK_MS);
  }

  /** minutes: active minutes after which a break is offered; 0 never. */
  begin(minutes) {
    this.minutes = minutes;
  }

  get offered() {
    return !this.slot["bar-break"].hidden;
  }

  look() {
    if (Date.now() - this.clock.signAt > ABSENT_MS) this.dismiss();
    if (!this.minutes || this.offered || this.clock.seconds < this.minutes * 60) return;
    const minutes = Math.max(1, Math.round(this.clock.seconds / 60));
    this.slot["bar-break-text"].textContent = counted("bar.break", minutes);
    show(this.slot["bar-break"], true);
  }

  dismiss() {
    show(this.slot["bar-break"], false);
    this.clock.reset();
  }
}

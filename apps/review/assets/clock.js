// Turns signs of life into active seconds on a task: no more than 30 idle seconds at a stretch
// count, and no time in a hidden tab.

const IDLE_MS = 30000;
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "touchmove", "scroll"];

export class ActiveClock {
  constructor(read = () => performance.now()) {
    this.read = read;
    this.signAt = 0;
    this.reset();
  }

  reset(seconds = 0) {
    this.total = seconds * 1000;
    this.last = document.hidden ? null : this.read();
  }

  /** A sign that somebody is there. */
  touch() {
    const now = this.read();
    if (this.last !== null) this.total += Math.min(now - this.last, IDLE_MS);
    this.last = now;
    this.signAt = Date.now();
  }

  pause() {
    this.touch();
    this.last = null;
  }

  /** Active seconds so far. */
  get seconds() {
    const running = this.last === null ? 0 : Math.min(this.read() - this.last, IDLE_MS);
    return (this.total + running) / 1000;
  }

  listen() {
    for (const sign of SIGNS) {
      document.addEventListener(sign, () => !document.hidden && this.touch(), { passive: true, capture: true });
    }
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.pause();
      else this.last = this.read();
    });
  }
}

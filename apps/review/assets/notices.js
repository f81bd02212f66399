// Says above a page what went wrong, and at its foot what was done.

import { show } from "./dom.js";
import { word } from "./words.js";

const TOAST_MS = 6000;

export class Notices {
  /** slot: the page's slots; away: the words for an error where the server is away, else null. */
  constructor(slot, away) {
    this.slot = slot;
    this.away = away;
    this.timer = 0;
  }

  explain(error) {
    const { slot } = this;
    show(slot.trouble, true);
    show(slot["trouble-link"], Boolean(error.signedOut));
    slot["trouble-text"].textContent = error.signedOut ? word("bar.session")
      : this.away(error) ?? (error.message || word("error.unknown", { status: error.status }));
  }

  toast(words) {
    clearTimeout(this.timer);
    this.slot.toast.textContent = words;
    show(this.slot.toast, true);
    this.timer = setTimeout(() => show(this.slot.toast, false), TOAST_MS);
  }

  /** Does something; what fails is explained, and what was explained before goes. */
  async attempt(work) {
    try {
      await work();
      show(this.slot.trouble, false);
    } catch (error) {
      this.explain(error);
    }
  }
}

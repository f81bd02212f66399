// Runs calls of the API: trouble that passes is kept to be shown and tried again, other is explained.

import { ApiError } from "./http.js";
import { word } from "./words.js";

export class Guard {
  /** on: {elsewhere: () => void, failed: (words) => void, changed: () => void}. */
  constructor(on) {
    this.on = on;
    this.trouble = null;
  }

  /** Runs work; true where it went through. */
  async run(work) {
    try {
      await work();
      this.trouble = null;
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.explain(error);
      return false;
    }
  }

  explain(error) {
    if (error.elsewhere) this.on.elsewhere();
    else if (error.passing || error.signedOut) this.trouble = error;
    else this.on.failed(error.message || word("error.unknown", { status: error.status }));
    this.on.changed();
  }
}

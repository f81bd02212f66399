// Turns the four outcomes of a blind comparison into native radios, and the chosen one into a word.

import { make } from "./dom.js";
import { word } from "./words.js";

const OUTCOMES = [["left", "←"], ["tie", "T"], ["both_bad", "X"], ["right", "→"]];

export class Choice {
  constructor(root, changed) {
    this.root = root;
    this.changed = changed;
    this.radios = new Map();
    for (const [winner, key] of OUTCOMES) {
      const input = make("input", { type: "radio", name: "winner", value: winner });
      const label = make("label", { class: "rl-outcome", "data-winner": winner }, [
        input, make("span", {}, word(`choice.${winner}`)), make("kbd", {}, key),
      ]);
      this.radios.set(winner, input);
      root.append(label);
    }
    root.addEventListener("change", () => this.changed());
  }

  press(winner) {
    this.radios.get(winner).checked = true;
    this.radios.get(winner).focus({ preventScroll: true });
    this.changed();
  }

  get winner() {
    return [...this.radios].find(([, radio]) => radio.checked)?.[0] ?? null;
  }

  set winner(value) {
    for (const [winner, radio] of this.radios) radio.checked = winner === value;
  }
}

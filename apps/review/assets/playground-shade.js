// Turns a log-probability into a band of the scale and into words.

import { number } from "./lead-words.js";
import { word } from "./words.js";

/** The lowest probability of each band, the likeliest first. */
export const BANDS = [0.5, 0.2, 0.05, 0.01, 0];

export function bandOf(logprob) {
  const share = Math.exp(logprob ?? -Infinity);
  return BANDS.findIndex((lowest) => share >= lowest);
}

/** "43 %", "0.6 %", "less than 0.01 %", as the page's language writes it. */
export function shareWords(logprob) {
  if (logprob === null) return "–";
  const share = Math.exp(logprob);
  const percent = (value, digits) => `${number(100 * value, digits)}\u00a0%`;
  if (share < 0.0001) return word("playground.less", { share: percent(0.0001, 2) });
  return percent(share, share < 0.01 ? 2 : share < 0.1 ? 1 : 0);
}

/** A token as it can be read alone: line ends and tabs become signs. */
export function readable(text) {
  return text.replaceAll("\n", "↵").replaceAll("\t", "⇥").replaceAll("\r", "");
}

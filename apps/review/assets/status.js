// Turns progress and the outbox's state into the lines at the top of the page.

import { clockTime, show } from "./dom.js";
import { base } from "./http.js";
import { counted, word } from "./words.js";

/** Words for the time left at the reviewer's own pace; "" where the pace is unknown. */
export function timeLeft(progress) {
  const left = progress.n_total - progress.n_answered;
  if (!progress.median_seconds || left <= 0) return "";
  const minutes = Math.round((left * progress.median_seconds) / 60);
  if (minutes <= 1) return word("progress.left_moment");
  if (minutes < 60) return word("progress.left_minutes", { minutes });
  return word("progress.left_hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

/** training: {number, total} where a training item is shown, else null. */
export function showProgress(slot, progress, training) {
  show(slot.progress, Boolean(progress));
  if (!progress) return;
  const [done, total] = training ? [training.number, training.total] : [progress.n_answered, progress.n_total];
  const parts = [word(training ? "progress.training" : "progress.count", { done, total })];
  if (progress.saved_at) parts.push(word("progress.saved", { time: clockTime(new Date(progress.saved_at)) }));
  const left = training ? "" : timeLeft(progress);
  if (left) parts.push(left);
  slot["progress-bar"].max = Math.max(1, total);
  slot["progress-bar"].value = training ? done - 1 : done;
  slot["progress-text"].textContent = parts.join(" · ");
}

function sessionWords(outbox, trouble, me) {
  const other = trouble.code === "other_account";
  const words = [other ? word("bar.other_account", { name: me.name }) : word("bar.session")];
  if (outbox.count > 0) words.push(counted("bar.waiting", outbox.count));
  return words.join(" ");
}

function unsentWords(outbox, offline) {
  const words = [];
  if (offline) words.push(word("bar.offline"));
  if (offline && outbox.count > 0) words.push(counted("bar.unsent", outbox.count));
  if (outbox.volatile && outbox.count > 0) words.push(word("bar.no_storage"));
  return words.join(" ");
}

/** trouble: the newest ApiError that keeps answers or tasks from moving, or null. */
export function showTrouble(slot, outbox, trouble, me) {
  const signedOut = Boolean(trouble?.signedOut);
  show(slot["bar-session"], signedOut);
  if (signedOut) {
    slot["bar-session-text"].textContent = sessionWords(outbox, trouble, me);
    slot["bar-session-link"].href = `${base}/sign-in?next=/review/`;
  }
  const unsent = unsentWords(outbox, Boolean(trouble) && !signedOut);
  show(slot["bar-unsent"], unsent !== "");
  slot["bar-unsent-text"].textContent = unsent;
  slot["loading-text"].textContent = word(trouble ? "app.waiting" : "app.loading");
  const [refused] = outbox.refused;
  show(slot["bar-rejected"], Boolean(refused));
  if (refused) slot["bar-rejected-text"].textContent = word("bar.rejected", { reason: refused.reason });
}

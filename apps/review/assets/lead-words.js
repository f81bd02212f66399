// Turns seconds, times and shares into the words of the lead's page.

import { counted, word } from "./words.js";

const language = () => document.documentElement.lang;

export function duration(seconds) {
  if (seconds === null) return "–";
  const whole = Math.round(seconds);
  if (whole < 60) return word("lead.seconds", { seconds: whole });
  return word("lead.minutes", { minutes: Math.floor(whole / 60), seconds: whole % 60 });
}

/** A time to come, rounded as people would say it. */
export function roughly(seconds) {
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 90) return word("lead.about_minutes", { minutes });
  const hours = minutes / 60;
  if (hours < 48) return word("lead.about_hours", { hours: number(hours, hours < 10 ? 1 : 0) });
  return word("lead.about_days", { days: number(hours / 24, 0) });
}

export function moment(text) {
  if (!text) return "–";
  const parts = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false };
  return new Date(text).toLocaleString(language(), parts);
}

export function number(value, digits) {
  return value.toLocaleString(language(), { maximumFractionDigits: digits, minimumFractionDigits: 0 });
}

export function percent(share) {
  return number(100 * share, 0);
}

/** "8 of 10", with the interval of the share. */
export function share(one) {
  return {
    words: word("lead.share", { right: one.n_right, n: one.n }),
    range: word("lead.range", { low: percent(one.low), high: percent(one.high) }),
  };
}

export function itemName(section, one) {
  return word(`lead.${section}.item`, { kind: word(`lead.${one.kind}`), position: one.position + 1 });
}

export function paceWords(study) {
  if (study.is_complete) return word("lead.complete");
  if (study.pace.n_left === 0) return study.parts.length ? word("lead.enough") : "";
  const left = counted("lead.to_go", study.pace.n_left);
  if (study.pace.seconds_left === null) return `${left} · ${word("lead.no_pace")}`;
  const number = study.pace.n_recent === 1 ? "one" : "many";
  const values = { count: study.pace.n_recent, time: roughly(study.pace.seconds_left) };
  return `${left} · ${word(`lead.pace_${number}`, values)}`;
}

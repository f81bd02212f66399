// Turns the progress of all studies into the lead's page, and clicks into status changes.

import { clockTime, make, show, slots } from "./dom.js";
import { belongTo, call } from "./http.js";
import { fillWords, loadWords, word } from "./words.js";

const REFRESH_MS = 10000;
const MOVES = { draft: ["open"], open: ["paused", "closed"], paused: ["open", "closed"], closed: [] };
const MOVE_WORDS = { open: "lead.open", paused: "lead.pause", closed: "lead.close" };

const root = document.querySelector(".rl");
const slot = slots(root);
let shownAt = null;

function duration(seconds) {
  if (seconds === null) return "–";
  const whole = Math.round(seconds);
  if (whole < 60) return word("lead.seconds", { seconds: whole });
  return word("lead.minutes", { minutes: Math.floor(whole / 60), seconds: whole % 60 });
}

function moment(text) {
  if (!text) return "–";
  return new Date(text).toLocaleString(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
}

function kindBar(kind) {
  const words = word("lead.answered", { done: kind.n_answered, total: kind.n_wanted });
  const bar = make("progress", { max: Math.max(1, kind.n_wanted), value: kind.n_answered, "aria-label": `${word(`lead.${kind.kind}`)}: ${words}` });
  return make("div", { class: "rl-kind" }, [
    make("div", {}, [make("span", {}, word(`lead.${kind.kind}`)), make("span", { class: "rl-muted" }, words)]), bar,
  ]);
}

function reviewerTable(reviewers) {
  if (reviewers.length === 0) return make("p", { class: "rl-muted" }, word("lead.no_reviewers"));
  const head = ["reviewer", "count", "skipped", "pace", "last"].map((name, at) =>
    make("th", { scope: "col", class: name === "skipped" ? "is-number is-minor" : at > 0 ? "is-number" : "" }, word(`lead.${name}`)));
  const rows = reviewers.map((one) => make("tr", {}, [
    make("td", {}, one.reviewer),
    make("td", { class: "is-number" }, String(one.n_answered)),
    make("td", { class: "is-number is-minor" }, String(one.n_skipped)),
    make("td", { class: "is-number" }, duration(one.median_seconds)),
    make("td", { class: "is-number" }, moment(one.last_at)),
  ]));
  return make("table", {}, [make("thead", {}, [make("tr", {}, head)]), make("tbody", {}, rows)]);
}

function flagList(flags) {
  if (flags.length === 0) return make("p", { class: "rl-muted" }, word("lead.no_flags"));
  return make("ul", { class: "rl-flags" }, flags.map((one) => {
    const where = word("lead.flag_item", { position: one.position + 1, kind: word(`lead.${one.kind}`) });
    const lines = [make("span", {}, word(`flag.reasons.${one.flag}`)), make("span", { class: "rl-muted" }, `${where} · ${one.reviewer}`)];
    if (one.comment) lines.push(make("span", { class: "rl-muted", dir: "auto" }, one.comment));
    return make("li", {}, lines);
  }));
}

function card(study) {
  const moves = MOVES[study.status].map((status) => {
    const button = make("button", { type: "button", class: "rl-button", "data-status": status }, word(MOVE_WORDS[status]));
    button.addEventListener("click", () => move(study, status));
    return button;
  });
  return make("article", { class: "rl-card", "data-study": study.id }, [
    make("header", {}, [
      make("h2", {}, study.name),
      make("span", { class: "rl-pill", "data-status": study.status }, word(`lead.status.${study.status}`)),
      make("div", { class: "rl-row" }, moves),
    ]),
    make("div", { class: "rl-kinds" }, study.kinds.map(kindBar)),
    make("div", { class: "rl-halves" }, [
      make("section", {}, [make("h3", {}, word("lead.reviewers")), reviewerTable(study.reviewers)]),
      make("section", {}, [make("h3", {}, word("lead.flags")), flagList(study.flags)]),
    ]),
  ]);
}

function explain(error) {
  show(slot.trouble, true);
  show(slot["trouble-link"], error.signedOut);
  slot["trouble-text"].textContent = error.signedOut ? word("bar.session")
    : error.passing ? word("lead.offline", { time: shownAt ? clockTime(shownAt) : "–" })
    : error.message || word("error.unknown", { status: error.status });
}

/** Draws anew only what changed, so that the focus stays where it is. */
function draw(studies) {
  show(slot.none, studies.length === 0);
  const cards = new Map([...slot.studies.children].map((node) => [node.dataset.study, node]));
  studies.forEach((study, index) => {
    const state = JSON.stringify(study);
    let node = cards.get(study.id);
    if (node?.dataset.state !== state) {
      const fresh = card(study);
      fresh.dataset.state = state;
      node?.remove();
      node = fresh;
    }
    if (slot.studies.children[index] !== node) slot.studies.insertBefore(node, slot.studies.children[index] ?? null);
  });
}

async function refresh() {
  try {
    const { studies } = await call("GET", "lead/studies");
    draw(studies);
    shownAt = new Date();
    show(slot.trouble, false);
    slot.time.textContent = word("lead.refreshed", { time: clockTime(shownAt) });
  } catch (error) {
    explain(error);
  }
}

function sure(name) {
  slot["sure-text"].textContent = word("lead.close_sure", { name });
  slot.sure.returnValue = "no";
  slot.sure.showModal();
  return new Promise((resolve) => {
    slot.sure.addEventListener("close", () => resolve(slot.sure.returnValue === "yes"), { once: true });
  });
}

async function move(study, status) {
  if (status === "closed" && !(await sure(study.name))) return;
  try {
    await call("POST", `lead/studies/${study.id}/status`, { status });
    await refresh();
  } catch (error) {
    explain(error);
  }
}

await loadWords();
fillWords(root);
belongTo((await call("GET", "me")).id);
await refresh();
root.dataset.ready = "true";
setInterval(() => !document.hidden && refresh(), REFRESH_MS);

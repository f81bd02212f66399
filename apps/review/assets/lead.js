// Turns the progress of all studies into the lead's page, and clicks into calls.

import { clockTime, show, slots } from "./dom.js";
import { belongTo, call } from "./http.js";
import { fillLanguages, pickLanguage, rememberLanguage } from "./language.js";
import { Invitations } from "./lead-invitations.js";
import { Writing } from "./lead-messages.js";
import { StudyCard } from "./lead-study.js";
import { Notices } from "./notices.js";
import { counted, fillWords, loadWords, word } from "./words.js";

const REFRESH_MS = 10000;
const QUALITY_EVERY = 6;

const root = document.querySelector(".rl");
const slot = slots(root);
const cards = new Map();
let shownAt = null;
let n_refreshed = 0;

const notices = new Notices(slot, (error) =>
  error.passing ? word("lead.offline", { time: shownAt ? clockTime(shownAt) : "–" }) : null);

function draw(studies) {
  show(slot.none, studies.length === 0);
  const gone = new Map(cards);
  studies.forEach((study, index) => {
    if (!cards.has(study.id)) cards.set(study.id, new StudyCard(study, { move, write, release }));
    else cards.get(study.id).update(study);
    gone.delete(study.id);
    const { node } = cards.get(study.id);
    if (slot.studies.children[index] !== node) slot.studies.insertBefore(node, slot.studies.children[index] ?? null);
  });
  for (const [id, card] of gone) {
    card.node.remove();
    cards.delete(id);
  }
}

/** Quality changes slowly and costs more: it is asked for less often, and only where somebody works. */
async function refreshQuality() {
  for (const card of cards.values()) {
    if (card.study.reviewers.length === 0 || !card.folds.reviewers.open) continue;
    card.setQuality((await call("GET", `lead/studies/${card.study.id}/quality`)).reviewers);
  }
}

async function refresh() {
  await notices.attempt(async () => {
    draw((await call("GET", "lead/studies")).studies);
    shownAt = new Date();
    slot.time.textContent = word("lead.refreshed", { time: clockTime(shownAt) });
    if (n_refreshed % QUALITY_EVERY === 0) {
      await refreshQuality();
      await invitations.refresh();
    }
    n_refreshed += 1;
  });
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
  await notices.attempt(async () => {
    await call("POST", `lead/studies/${study.id}/status`, { status });
    await refresh();
  });
}

function write(study, reviewer) {
  writing.open(study, reviewer);
}

async function release(study, reviewer) {
  await notices.attempt(async () => {
    const body = { reviewer_id: reviewer.reviewer_id };
    const { n_released: count } = await call("POST", `lead/studies/${study.id}/release`, body);
    notices.toast(counted("lead.reviewers.released", count));
    await refresh();
  });
}

const me = await call("GET", "me");
await loadWords(pickLanguage(me.languages));
fillWords(root);
belongTo(me.id);
fillLanguages(slot.language, me.languages, document.documentElement.lang);
slot.language.addEventListener("change", () => {
  rememberLanguage(slot.language.value);
  location.reload();
});
const writing = new Writing(slot, {
  sent: (words) => {
    notices.toast(words);
    refresh();
  },
});
const invitations = new Invitations(slot, { done: (words) => notices.toast(words), failed: (error) => notices.explain(error) });
root.addEventListener("trouble", (event) => notices.explain(event.detail));
root.addEventListener("toggle", (event) => {
  if (event.target.dataset.fold === "reviewers" && event.target.open) notices.attempt(refreshQuality);
}, true);
await refresh();
root.dataset.ready = "true";
setInterval(() => !document.hidden && refresh(), REFRESH_MS);

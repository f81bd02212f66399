// Turns a lead's prompt into texts that stream side by side, and clicks into kept ones.

import { make, show, slots } from "./dom.js";
import { belongTo, call, lines } from "./http.js";
import { fillLanguages, pickLanguage, rememberLanguage } from "./language.js";
import { Notices } from "./notices.js";
import { Ask } from "./playground-ask.js";
import { Column } from "./playground-column.js";
import { Sending } from "./playground-sending.js";
import { BANDS } from "./playground-shade.js";
import { counted, fillWords, loadWords, word } from "./words.js";

const root = document.querySelector(".rl");
const slot = slots(root);
let columns = [];
let run = null;

const notices = new Notices(slot, (error) => error.status ? null : error.message || word("error.network"));

/** What can be done just now: stop what is being written, or keep and send what is whole. */
function refreshButtons() {
  const whole = columns.filter((one) => one.id !== null);
  show(slot.stop, run !== null);
  slot.write.disabled = run !== null;
  slot["keep-all"].disabled = run !== null || whole.every((one) => one.isKept);
  slot.send.disabled = run !== null || whole.length === 0;
}

async function write(asked, checkpoints) {
  columns = checkpoints.map((one) => new Column(one, { keep: (column) => keep([column]) }));
  slot.columns.replaceChildren(...columns.map((one) => one.node));
  slot.columns.style.setProperty("--rl-n", columns.length);
  show(slot.out, true);
  slot.out.setAttribute("aria-busy", "true");
  run = { id: null, where: null };
  const own = run;
  refreshButtons();
  slot.out.scrollIntoView({ block: "nearest" });
  await notices.attempt(async () => {
    for await (const event of lines("lead/playground/runs", asked)) hear(own, event);
  });
  for (const column of columns) column.stop();
  slot.out.removeAttribute("aria-busy");
  run = null;
  refreshButtons();
}

function hear(own, event) {
  if (event.event === "begin") {
    own.id = event.run;
    for (const column of columns) column.where = { dataset: event.dataset, split: event.split };
  } else if (event.event !== "end") {
    const meant = event.index === null ? columns.filter((one) => !one.isOver) : [columns[event.index]];
    for (const column of meant) column.hear(event);
  }
}

async function stop() {
  if (run?.id) await notices.attempt(() => call("POST", `lead/playground/runs/${run.id}/stop`, {}));
}

async function keep(chosen) {
  await notices.attempt(async () => {
    await call("POST", "lead/playground/keep", { generation_ids: chosen.map((one) => one.id) });
    for (const column of chosen) column.setKept();
    notices.toast(counted("playground.kept", chosen.length));
  });
  refreshButtons();
}

const whole = () => columns.filter((one) => one.id !== null);

const me = await call("GET", "me");
await loadWords(pickLanguage(me.languages));
fillWords(root);
document.title = `${word("playground.title")} · ${word("app.name")}`;
belongTo(me.id);
fillLanguages(slot.language, me.languages, document.documentElement.lang);
slot.language.addEventListener("change", () => {
  rememberLanguage(slot.language.value);
  location.reload();
});
slot.scale.append(...BANDS.map((_, band) => make("li", {}, [
  make("span", { class: "rl-swatch", "data-band": band, "aria-hidden": true }, "Aa"),
  make("span", {}, word(`playground.band_${band}`)),
])));
const sending = new Sending(slot, {
  sent: (chosen, words) => {
    for (const column of chosen) column.setKept();
    refreshButtons();
    notices.toast(words);
  },
});
slot.stop.addEventListener("click", stop);
slot["keep-all"].addEventListener("click", () => keep(whole().filter((one) => !one.isKept)));
slot.send.addEventListener("click", () => notices.attempt(() => sending.open(whole())));
await notices.attempt(async () => {
  const offer = await call("GET", "lead/playground");
  show(slot.none, offer.checkpoints.length === 0);
  const ask = new Ask(slot, offer, { write, failed: (error) => notices.explain(error) });
  ask.start();
});
refreshButtons();
root.dataset.ready = "true";

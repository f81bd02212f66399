// Shows flagged and disputed items; their texts are fetched when one is folded out, and are text.

import { make } from "./dom.js";
import { call } from "./http.js";
import { keyed } from "./lead-lists.js";
import { itemName, moment } from "./lead-words.js";
import { word } from "./words.js";

export class Flags {
  constructor() {
    this.none = make("p", { class: "rl-muted" }, word("lead.flags.none"));
    this.list = make("ul", { class: "rl-items" });
    this.node = make("div", {}, [this.none, this.list]);
  }

  update(flags) {
    this.none.hidden = flags.length > 0;
    keyed(this.list, flags, (one) => `${one.item_id} ${one.reviewer}`, (one) => {
      const by = word("lead.flags.by", { reviewer: one.reviewer, time: moment(one.flagged_at) });
      const about = [make("strong", {}, word(`flag.reasons.${one.flag}`)), make("span", { class: "rl-muted" }, `${itemName("flags", one)} · ${by}`)];
      if (one.comment) about.push(make("span", { class: "rl-said", dir: "auto" }, one.comment));
      return foldedItem(one.item_id, about);
    });
  }
}

export class Unsettled {
  constructor() {
    this.words = make("p", { class: "rl-muted" });
    this.list = make("ul", { class: "rl-items" });
    this.node = make("div", {}, [this.words, this.list]);
  }

  update(study) {
    const parts = study.unsettled.length ? [] : [word("lead.unsettled.none")];
    if (study.n_settled) parts.push(word("lead.unsettled.settled", { count: study.n_settled }));
    this.words.textContent = parts.join(" ");
    this.words.hidden = parts.length === 0;
    keyed(this.list, study.unsettled, (one) => one.item_id,
      (one) => foldedItem(one.item_id, [make("strong", {}, itemName("unsettled", one))]));
  }
}

function foldedItem(itemId, about) {
  const texts = make("div", { class: "rl-item-texts" });
  const fold = make("details", {}, [make("summary", { "data-act": "texts" }, [make("span", {}, about)]), texts]);
  fold.addEventListener("toggle", () => fold.open && !texts.firstChild && fetchTexts(itemId, texts));
  return make("li", {}, [fold]);
}

async function fetchTexts(itemId, place) {
  const note = make("p", { class: "rl-muted" }, "…");
  place.replaceChildren(note);
  try {
    const item = await call("GET", `lead/items/${itemId}`);
    place.replaceChildren(...panes(item));
  } catch (error) {
    place.replaceChildren();
    place.closest("details").open = false;
    place.dispatchEvent(new CustomEvent("trouble", { bubbles: true, detail: error }));
  }
}

function panes(item) {
  const shown = [["prompt", item.prompt], ["source", item.source]];
  const names = item.texts.length === 1 ? ["text"] : ["text_a", "text_b"];
  item.texts.forEach((text, at) => shown.push([names[at], text || word("task.empty_text")]));
  return shown.filter(([, text]) => text).map(([name, text]) => make("section", {}, [
    make("h4", {}, word(`task.${name}`)), make("div", { class: "rl-text", dir: "auto" }, text),
  ]));
}

// The form: a prompt, checkpoints and decoding settings become what is asked of the server.

import { make, show } from "./dom.js";
import { call } from "./http.js";
import { word } from "./words.js";

const FIND_MS = 250;

/** As in `lab sample`; the ranges are those in which people try things out. */
const SLIDERS = [
  { name: "temperature", min: 0, max: 2, step: 0.05, value: 0.8 },
  { name: "top_p", min: 0.05, max: 1, step: 0.05, value: 1 },
  { name: "top_k", min: 0, max: 200, step: 1, value: 0 },
  { name: "min_p", min: 0, max: 0.5, step: 0.01, value: 0 },
  { name: "repetition_penalty", min: 1, max: 2, step: 0.05, value: 1 },
  { name: "max_new_tokens", min: 10, max: 1000, step: 10, value: 200 },
];
const MOST_SEED = 2 ** 31;

export class Ask {
  /** on: {write: (asked, checkpoints) => void, failed: (error) => void}. */
  constructor(slot, offer, on) {
    Object.assign(this, { slot, offer, on, stored: null, timer: 0, n_found: 0 });
  }

  start() {
    const { slot, offer } = this;
    slot.most.textContent = word("playground.most", { count: offer.most_checkpoints });
    slot.checkpoints.replaceChildren(...offer.checkpoints.map((one, number) => choice(one, number < 2)));
    slot.sliders.replaceChildren(...SLIDERS.map(slider), seedField());
    slot.dataset.replaceChildren(...offer.datasets.map((name) => make("option", { value: name }, name)));
    show(slot.pick, offer.datasets.length > 0);
    this.setStored(null);
    slot.reset.addEventListener("click", () => SLIDERS.forEach((one) => this.setSetting(one.name, one.value)));
    slot.another.addEventListener("click", () => this.setSetting("seed", Math.floor(Math.random() * MOST_SEED)));
    slot.pick.addEventListener("toggle", () => slot.pick.open && this.find());
    slot.dataset.addEventListener("change", () => this.find());
    slot.find.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.find(), FIND_MS);
    });
    for (const field of [slot.prompt, slot.source]) field.addEventListener("input", () => this.setStored(null));
    slot.ask.addEventListener("submit", (event) => {
      event.preventDefault();
      this.write();
    });
  }

  setSetting(name, value) {
    const field = this.slot.ask.elements[name];
    field.value = value;
    field.dispatchEvent(new Event("input"));
  }

  setStored(prompt, dataset) {
    this.stored = prompt;
    this.slot.origin.textContent = prompt ? word("playground.stored", { dataset, key: prompt.key }) : word("playground.typed");
  }

  async find() {
    const { slot } = this;
    const dataset = slot.dataset.value;
    this.n_found += 1;
    const mine = this.n_found;
    try {
      const query = new URLSearchParams({ dataset, find: slot.find.value });
      const { prompts, most } = await call("GET", `lead/playground/prompts?${query}`);
      if (mine !== this.n_found) return;
      slot.found.replaceChildren(...prompts.map((one) => make("li", {}, [this.found(one, dataset)])));
      slot["found-more"].textContent = prompts.length === 0 ? word("playground.found_none")
        : prompts.length === most ? word("playground.found_more", { count: most }) : "";
    } catch (error) {
      this.on.failed(error);
    }
  }

  found(prompt, dataset) {
    const button = make("button", { type: "button", class: "rl-pick" }, [
      make("span", { class: "rl-muted" }, prompt.key),
      make("span", { dir: "auto" }, prompt.text),
    ]);
    button.addEventListener("click", () => {
      const { slot } = this;
      slot.prompt.value = prompt.text;
      slot.source.value = prompt.source ?? "";
      slot["source-fold"].open = Boolean(prompt.source);
      this.setStored(prompt, dataset);
      slot.pick.open = false;
      slot.prompt.focus();
    });
    return button;
  }

  write() {
    const { slot, offer } = this;
    const ids = [...slot.checkpoints.querySelectorAll("input:checked")].map((one) => one.value);
    const problem = ids.length === 0 ? word("playground.choose_checkpoint")
      : ids.length > offer.most_checkpoints ? word("playground.too_many", { count: offer.most_checkpoints })
      : slot.prompt.value.trim() === "" ? word("playground.no_prompt") : "";
    slot.problem.textContent = problem;
    show(slot.problem, problem !== "");
    if (problem) return;
    const settings = Object.fromEntries([...SLIDERS.map((one) => one.name), "seed"].map((name) => [name, Number(slot.ask.elements[name].value)]));
    const prompt = this.stored ? { prompt_id: this.stored.id } : { text: slot.prompt.value, source: slot.source.value || null };
    const chosen = ids.map((id) => offer.checkpoints.find((one) => one.id === id));
    this.on.write({ ...prompt, checkpoint_ids: ids, settings }, chosen);
  }
}

function choice(one, checked) {
  const size = one.n_parameters ? word("playground.size", { size: one.n_parameters.toLocaleString(document.documentElement.lang, { notation: "compact" }) }) : "";
  const about = [size, one.needs_source ? word("playground.needs_source") : ""].filter(Boolean).join(", ");
  return make("label", { class: "rl-check" }, [
    make("input", { type: "checkbox", value: one.id, checked }),
    make("span", { dir: "auto" }, one.name),
    make("span", { class: "rl-muted" }, about),
  ]);
}

function slider({ name, min, max, step, value }) {
  const input = make("input", { ...named(name), type: "range", min, max, step, value });
  const output = make("output", { for: input.id }, String(value));
  input.addEventListener("input", () => {
    output.textContent = input.value;
  });
  return setting(name, input, output);
}

function seedField() {
  return setting("seed", make("input", { ...named("seed"), type: "number", min: 0, max: 2 ** 53 - 1, step: 1, value: 0, required: true }));
}

function named(name) {
  return { id: `rl-set-${name}`, name, "aria-describedby": `rl-hint-${name}` };
}

function setting(name, input, ...more) {
  return make("div", { class: "rl-setting" }, [
    make("label", { for: input.id }, word(`playground.sliders.${name}`)), ...more, input,
    make("p", { class: "rl-muted", id: `rl-hint-${name}` }, word(`playground.hints.${name}`)),
  ]);
}

// The dialog in which whole texts are sent to a study that is still a draft, or to a new one.

import { make, show } from "./dom.js";
import { call } from "./http.js";
import { joined, word } from "./words.js";

const DESIGNS = ["ab", "rate", "mixed", "spans"];

export class Sending {
  /** on: {sent: (columns, words) => void}. */
  constructor(slot, on) {
    Object.assign(this, { slot, on, columns: [] });
    slot.design.append(...DESIGNS.map((one) => make("option", { value: one }, word(`playground.designs.${one}`))));
    slot.where.addEventListener("change", () => this.chosen());
    slot["sending-cancel"].addEventListener("click", () => slot.sending.close());
    slot["sending-form"].addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
  }

  async open(columns) {
    const { slot } = this;
    this.columns = columns;
    const { drafts } = await call("GET", "lead/playground/drafts");
    slot["sending-texts"].textContent = word("playground.send_texts", { names: joined(columns.map((one) => one.checkpoint.name)) });
    slot.where.replaceChildren(...drafts.map((one) => this.draft(one)), make("option", { value: "" }, word("playground.new_study")));
    slot.where.value = drafts.find((one) => this.problem(one) === null)?.id ?? "";
    slot.design.value = columns.length > 1 ? "ab" : "rate";
    this.chosen();
    show(slot["sending-problem"], false);
    slot.sending.showModal();
  }

  /** Why a draft does not take the texts; null where it does. */
  problem(draft) {
    const { where } = this.columns[0];
    if (!this.columns.every((one) => draft.checkpoints.includes(one.checkpoint.name))) return "other_checkpoints";
    return draft.dataset === where.dataset && draft.split === where.split ? null : "other_prompts";
  }

  draft(one) {
    const problem = this.problem(one);
    return make("option", { value: one.id, disabled: problem !== null }, problem ? word(`playground.${problem}`, one) : one.name);
  }

  chosen() {
    const isNew = this.slot.where.value === "";
    show(this.slot.new, isNew);
    this.slot.name.required = isNew;
  }

  async send() {
    const { slot } = this;
    const to = slot.where.value ? { study_id: slot.where.value } : { new: { name: slot.name.value, design: slot.design.value } };
    try {
      const sent = await call("POST", "lead/playground/send", { generation_ids: this.columns.map((one) => one.id), ...to });
      slot.sending.close();
      slot.name.value = "";
      const number = ["none", "one"][sent.n_items] ?? "many";
      this.on.sent(this.columns, word(`playground.sent_${number}`, { count: sent.n_items, study: sent.study }));
    } catch (error) {
      slot["sending-problem"].textContent = error.message || word(error.status ? "error.unknown" : "error.network", { status: error.status });
      show(slot["sending-problem"], true);
    }
  }
}

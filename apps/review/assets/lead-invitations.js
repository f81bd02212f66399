// Makes links with which people join, and shows what has become of each.

import { make, show } from "./dom.js";
import { base, call } from "./http.js";
import { keyed, redraw } from "./lead-lists.js";
import { moment } from "./lead-words.js";
import { word } from "./words.js";

const ROLES = ["reviewer", "lead", "analyst"];

export class Invitations {
  /** on: {done: (words) => void, failed: (error) => void}. */
  constructor(slot, on) {
    Object.assign(this, { slot, on });
    slot["invite-role"].append(...ROLES.map((role) => make("option", { value: role }, word(`lead.invitations.roles.${role}`))));
    slot["invite-whom"].addEventListener("change", () => this.chosen());
    slot.invite.addEventListener("submit", (event) => {
      event.preventDefault();
      this.run(() => this.make());
    });
    slot.copy.addEventListener("click", () => this.copy());
  }

  async run(work) {
    try {
      await work();
    } catch (error) {
      this.on.failed(error);
    }
  }

  async refresh() {
    const found = await call("GET", "lead/invitations");
    const { slot } = this;
    redraw(slot["invite-whom"], found.accounts, () => this.fillAccounts(found.accounts));
    slot["invite-days"].max = found.most_days;
    slot["invite-days"].value ||= found.days;
    show(slot["no-invitations"], found.invitations.length === 0);
    keyed(slot.invitations, found.invitations, (one) => one.id, (one) => this.row(one));
  }

  fillAccounts(accounts) {
    const select = this.slot["invite-whom"];
    const { value } = select;
    const known = accounts.map((one) => make("option", { value: one.id }, word("lead.invitations.existing", one)));
    select.replaceChildren(make("option", { value: "" }, word("lead.invitations.new")), ...known);
    select.value = accounts.some((one) => one.id === value) ? value : "";
    this.chosen();
  }

  /** Somebody who is here already keeps the role. */
  chosen() {
    const existing = this.slot["invite-whom"].value !== "";
    if (existing) this.slot["invite-role"].value = "reviewer";
    this.slot["invite-role"].disabled = existing;
  }

  async make() {
    const { slot } = this;
    const form = slot.invite.elements;
    const { link_path: path } = await call("POST", "lead/invitations", {
      role: form.role.value, note: form.note.value, days: Number(form.days.value), account_id: form.account_id.value || null,
    });
    slot.link.value = location.origin + base + path;
    form.note.value = "";
    show(slot["link-box"], true);
    slot.link.focus();
    slot.link.select();
    await this.refresh();
  }

  async copy() {
    const { slot } = this;
    slot.link.select();
    let copied = false;
    try {
      await navigator.clipboard.writeText(slot.link.value);
      copied = true;
    } catch {
      // Without HTTPS there is no clipboard but the old way.
      copied = document.execCommand("copy");
    }
    this.on.done(word(`lead.invitations.${copied ? "copied" : "not_copied"}`));
  }

  row(one) {
    const about = one.account ? word("lead.invitations.signs_in", { name: one.account }) : word(`lead.invitations.roles.${one.role}`);
    const name = one.note || one.account || word("lead.invitations.no_note");
    const node = make("li", {}, [
      make("span", { class: "rl-invited" }, [
        make("span", { class: one.note ? "rl-name" : "rl-muted", dir: "auto" }, one.note || word("lead.invitations.no_note")),
        make("span", { class: "rl-muted" }, `${about} · ${outcome(one)}`),
      ]),
      make("span", { class: "rl-pill", "data-status": one.state }, word(`lead.invitations.states.${one.state}`)),
    ]);
    if (one.state === "open") node.append(this.voiding(one, name));
    return node;
  }

  voiding(one, name) {
    const label = word("lead.invitations.take_back_label", { name });
    const button = make("button", { type: "button", class: "rl-act", "data-act": "void", "aria-label": label }, word("lead.invitations.take_back"));
    button.addEventListener("click", () => this.run(async () => {
      await call("POST", `lead/invitations/${one.id}/void`, {});
      await this.refresh();
    }));
    return button;
  }
}

function outcome(one) {
  if (one.state === "used") return word("lead.invitations.used", { name: one.used_by, time: moment(one.used_at) });
  if (one.state === "void") return word("lead.invitations.void");
  const time = moment(one.expires_at);
  return word(one.state === "open" ? "lead.invitations.until" : "lead.invitations.expired", { time });
}

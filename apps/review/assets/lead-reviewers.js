// Turns what reviewers did, and how carefully, into a table; on a narrow screen into cards.

import { make } from "./dom.js";
import { keyed } from "./lead-lists.js";
import { duration, moment, number, percent, share } from "./lead-words.js";
import { counted, word } from "./words.js";

const COLUMNS = ["reviewer", "answers", "pace", "known", "repeats", "agreement", "habits", "last"];
const KNOWN = ["gold", "degraded", "training"];

export class Reviewers {
  /** on: {write: (reviewer) => void, release: (reviewer) => void}. */
  constructor(on) {
    this.on = on;
    const head = COLUMNS.map((name) => make("th", { scope: "col" }, word(`lead.reviewers.${name}`)));
    this.body = make("tbody");
    this.none = make("p", { class: "rl-muted" }, word("lead.reviewers.none"));
    this.table = make("table", { class: "rl-people" }, [make("thead", {}, [make("tr", {}, head)]), this.body]);
    this.rule = make("p", { class: "rl-muted rl-rule" });
    this.legend = make("details", { class: "rl-legend" }, [
      make("summary", {}, word("lead.reviewers.legend_title")), make("p", { class: "rl-muted" }, word("lead.reviewers.legend")),
    ]);
    this.node = make("div", {}, [this.none, this.table, this.rule, this.legend]);
  }

  update(study, quality) {
    const some = study.reviewers.length > 0;
    this.none.hidden = some;
    this.table.hidden = this.legend.hidden = !some;
    this.rule.textContent = ruleWords(study.rule);
    const people = study.reviewers.map((one) => ({
      ...one, quality: quality[one.reviewer_id] ?? null, failed: failedTraining(study, one, quality),
    }));
    keyed(this.body, people, (one) => one.reviewer_id, (one) => this.row(one));
  }

  row(one) {
    const quality = one.quality ?? { known: {}, rule: [] };
    const cells = [
      [line(one.reviewer, "rl-name"), ...pills(one, quality), this.acts(one)],
      [line(String(one.n_answered)), ...extras(one)],
      [line(duration(one.median_seconds))],
      known(quality),
      quality.repeats ? shareLines(quality.repeats) : [line("–")],
      agreement(quality),
      habits(quality),
      [line(moment(one.last_at)), ...(one.n_held ? [small(counted("lead.reviewers.held", one.n_held))] : [])],
    ];
    return make("tr", {}, cells.map((content, at) => {
      const label = word(`lead.reviewers.${COLUMNS[at]}`);
      return make(at === 0 ? "th" : "td", { scope: at === 0 ? "row" : null, "data-label": at === 0 ? null : label },
        [make("div", {}, content)]);
    }));
  }

  acts(one) {
    const name = one.reviewer;
    const buttons = [this.act("message", name, () => this.on.write(one))];
    if (one.n_held) buttons.push(this.act("release", name, () => this.on.release(one)));
    return make("span", { class: "rl-acts" }, buttons);
  }

  act(what, name, run) {
    const label = word(`lead.reviewers.${what}_label`, { name });
    const button = make("button", { type: "button", class: "rl-act", "data-act": what, "aria-label": label },
      word(`lead.reviewers.${what}`));
    button.addEventListener("click", run);
    return button;
  }
}

const line = (words, name = "") => make("span", { class: name || null }, words);
const small = (words) => make("small", {}, words);

function pills(one, quality) {
  const names = quality.rule.map((reason) => `excluded_${reason}`);
  if (one.failed) names.push("not_qualified");
  return names.map((name) => make("span", { class: "rl-pill", "data-status": "paused" }, word(`lead.reviewers.${name}`)));
}

function extras(one) {
  const counts = { skipped: one.n_skipped, late: one.n_late, settled: one.n_settled };
  return Object.entries(counts).filter(([, count]) => count > 0)
    .map(([name, count]) => small(word(`lead.reviewers.${name}`, { count })));
}

function known(quality) {
  const kinds = KNOWN.filter((kind) => quality.known[kind]);
  if (kinds.length === 0) return [line("–")];
  return kinds.flatMap((kind) => shareLines(quality.known[kind], word(`lead.reviewers.${kind}`)));
}

function shareLines(one, name = "") {
  const { words, range } = share(one);
  return [make("span", { class: "rl-share" }, [line(name ? `${words} ${name}` : words), small(range)])];
}

function agreement(quality) {
  const lines = [];
  const { rating_agreement: rho, vote_agreement: same } = quality;
  if (typeof rho === "number") lines.push(line(word("lead.reviewers.rho", { value: number(rho, 2), n: quality.n_shared_ratings })));
  if (typeof same === "number") lines.push(line(word("lead.reviewers.same", { value: percent(same), n: quality.n_shared_votes })));
  return lines.length ? lines : [line("–")];
}

function habits(quality) {
  const lines = [];
  const { straight, left_share: left } = quality;
  if (straight) lines.push(line(word("lead.reviewers.straight", { value: percent(straight.n_right / straight.n), n: straight.n })));
  if (typeof left === "number") lines.push(line(word("lead.reviewers.left", { value: percent(left), n: quality.n_decided })));
  return lines.length ? lines : [line("–")];
}

/** Whether the whole training round is answered, with too few right answers. */
function failedTraining(study, one, quality) {
  const training = quality[one.reviewer_id]?.known.training;
  if (!training || one.n_trained < study.n_training) return false;
  return training.n_right / training.n < study.qualification;
}

function ruleWords(rule) {
  const parts = [];
  if (rule.words) parts.push(rule.words);
  if (rule.below_gold !== null) parts.push(word("lead.reviewers.rule_gold", { value: percent(rule.below_gold) }));
  if (rule.faster_than !== null) parts.push(word("lead.reviewers.rule_speed", { value: number(rule.faster_than, 1) }));
  if (parts.length === 0) return word("lead.reviewers.no_rule");
  return `${word("lead.reviewers.rule")} ${parts.join(" · ")}`;
}

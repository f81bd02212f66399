"""Quality and cost: turns judgements, latencies and prices into which checkpoints are worth it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from apps.dashboard import colours, cost_charts, data, parts, words
from apps.dashboard.filters import Filters
from apps.dashboard.results import cost as results
from apps.dashboard.results.cost import VOTES, CostQuestion, Kind
from lab.analysis.metrics.pareto import Tradeoff

TITLE = "Quality and cost"
FEW_REVIEWERS = 5
COSTS: dict[Kind, str] = {
    "p50": "Seconds per text, median",
    "p90": "Seconds per text, 90th percentile",
    "mean": "Seconds per text, mean",
    "pace": "Seconds per 100 tokens",
    "price": "Price per 1,000 texts",
    "parameters": "Millions of parameters",
}


def draw() -> None:
    """Draw the page."""
    filters: Filters = st.session_state["filters"]
    qualities = results.qualities(filters)
    known = results.known_costs(filters)
    if not qualities:
        parts.heading(TITLE, "Nobody has judged a text within these filters yet.")
        parts.no_ratings(data.ratings().empty and data.votes().empty)
        return
    if not known:
        parts.heading(TITLE, "No latency, no count of tokens and no size is known here.")
        parts.empty(
            "No cost yet",
            "Texts that the lab samples carry their time and tokens; texts from outside carry "
            "neither.",
            "lab sample",
        )
        return
    heading = st.container()
    question = _ask(qualities, known)
    found = results.against_cost(data.version(), filters, question)
    with heading:
        parts.heading(TITLE, _finding(found, question))
    if not found:
        _nothing(question)
        return
    _chart(found, filters, question)
    _table(found, question, results.speeds(data.version(), filters))


def _ask(qualities: list[str], known: list[Kind]) -> CostQuestion:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        quality = _choice("Quality", qualities, "quality")
        titles = {COSTS[kind]: kind for kind in known}
        cost = titles[_choice("Cost", list(titles), "cost")]
    prices: tuple[tuple[str, float], ...] = ()
    if cost == "price":
        given = st.text_input(
            "Prices per million tokens",
            key="prices",
            bind="query-params",
            placeholder="gpt-x=0.6, gpt-y=2.4",
            help="Of the written tokens, in any currency; kept in the address, so that a copied "
            "link shows the same.",
        )
        prices, wrong = results.read_prices(given)
        if wrong:
            parts.note(f"Not understood: {words.listed(wrong)}. Write NAME=PRICE, with commas.")
        if unknown := [name for name, _ in prices if name not in data.checkpoint_names()]:
            parts.note(f"There is no checkpoint named {words.listed(unknown)}.")
    return CostQuestion(quality=quality, cost=cost, prices=prices)


def _choice(label: str, names: list[str], key: str) -> str:
    # A choice that the filters have taken away would be an error of the widget's.
    if st.session_state.get(key, names[0]) not in names:
        del st.session_state[key]
    return st.selectbox(label, names, key=key, bind="query-params", width=260)


def _nothing(question: CostQuestion) -> None:
    if question.cost == "price":
        text = "Write what each checkpoint's tokens cost into the field above."
    else:
        text = "No checkpoint has both judgements and this cost; choose another cost."
    parts.empty("Nothing to compare yet", text)


def _finding(found: Sequence[Tradeoff], question: CostQuestion) -> str:
    if not found:
        return f"No checkpoint has both {question.quality} and a cost yet."
    front = sorted((one for one in found if not one.dominated_by), key=lambda one: one.cost)
    names = words.listed([one.checkpoint for one in front])
    if len(found) == 1:
        return f"{names} is the only checkpoint with both {question.quality} and a cost."
    if len(front) == 1:
        sentence = f"{names} is best and cheapest at once"
    else:
        sentence = f"{names} are each the best for their cost"
    few = min(one.n_reviewers for one in found)
    if few < FEW_REVIEWERS:
        return f"{sentence}, as far as {words.count(few, 'reviewer')} can tell."
    certain = [one for one in front if one.verdict == "on the front"]
    if len(certain) == len(front):
        return f"{sentence}; that is certain."
    if not certain:
        return f"{sentence}, as measured; none of that is certain yet."
    return f"{sentence}; certain only of {words.listed([one.checkpoint for one in certain])}."


def _chart(found: Sequence[Tradeoff], filters: Filters, question: CostQuestion) -> None:
    what = "Win rate" if question.quality == VOTES else f"Mean {question.quality}"
    parts.section(
        f"{what} against {COSTS[question.cost][0].lower()}{COSTS[question.cost][1:]}",
        "Better is higher, cheaper is further left. The dashed steps join those that nobody "
        "beats in both, as measured; a diamond says that this is not certain, a cross that the "
        "checkpoint is certainly beaten. Lines are 95 % intervals.",
    )
    shades = colours.by_checkpoint(data.checkpoint_names())
    shades = {one.checkpoint: shades[one.checkpoint] for one in found}
    drawing = cost_charts.pareto(_points(found), shades, COSTS[question.cost], what)
    parts.chart(drawing, key="chart-pareto", alt_text=f"{what} against {COSTS[question.cost]}")
    if left_out := results.n_left_out(data.version(), filters, question.quality):
        parts.note(
            f"Quality is from a seeded draw of {results.MOST_JUDGEMENTS:,} judgements; "
            f"{left_out:,} more are not in it."
        )
    few = min(one.n_reviewers for one in found)
    if few < FEW_REVIEWERS:
        parts.note(
            f"Only {words.count(few, 'reviewer')} for a checkpoint: with so few, resamples make "
            "places look surer than they are."
        )
    parts.explained(
        "Place on the front",
        "A checkpoint is dominated where another is no worse in both and better in one.",
        "Its share is that of 500 resamples in which nobody dominates it: reviewers and prompts "
        "are drawn anew, independently (Owen 2007), the same for all checkpoints and for quality "
        "and cost alike. From 95 % of them it counts as on the front, up to 5 % as dominated. The "
        "interval of a mean is mean ± t × the resamples' spread; of a cost, the resamples' "
        "percentiles. A tie counts ½ in the win rate, “both bad” not at all.",
    )


def _points(found: Sequence[Tradeoff]) -> pd.DataFrame:
    rows = []
    for one in found:
        quality, cost = one.quality_interval, one.cost_interval
        rows.append(
            {
                "name": one.checkpoint,
                "quality": one.quality,
                "low": quality.low if quality else None,
                "high": quality.high if quality else None,
                "cost": one.cost,
                "cost_low": cost.low if cost else None,
                "cost_high": cost.high if cost else None,
                "front": not one.dominated_by,
                "verdict": one.verdict,
                "quality_shown": f"{words.number(one.quality)} ({words.number_range(quality)})",
                "cost_shown": f"{one.cost:.3g}"
                + (f" ({cost.low:.3g} to {cost.high:.3g})" if cost else ""),
                "share": words.percent(one.front_share),
            }
        )
    numbers = dict.fromkeys(("low", "high", "cost_low", "cost_high"), float)
    return pd.DataFrame(rows).astype(numbers)


def _table(found: Sequence[Tradeoff], question: CostQuestion, speeds: pd.DataFrame) -> None:
    cost = COSTS[question.cost].lower()
    rows = [
        {
            "checkpoint": one.checkpoint,
            question.quality: one.quality,
            "low": one.quality_interval.low if one.quality_interval else None,
            "high": one.quality_interval.high if one.quality_interval else None,
            cost: one.cost,
            "cost, low": one.cost_interval.low if one.cost_interval else None,
            "cost, high": one.cost_interval.high if one.cost_interval else None,
            "place": one.verdict,
            "on the front": one.front_share,
            "dominated by": words.listed(one.dominated_by),
            "judgements": one.n_values,
            "reviewers": one.n_reviewers,
            "texts with a cost": one.n_texts,
        }
        for one in found
    ]
    table = pd.DataFrame(rows).merge(speeds, on="checkpoint", how="left")
    figures = (question.quality, "low", "high", "on the front")
    three = (cost, "cost, low", "cost, high", "tokens per text", "tokens per second")
    columns = {
        name: st.column_config.NumberColumn(name, format="%.2f" if name in figures else "%.3g")
        for name in (*figures, *three)
    }
    parts.table(table, "quality-and-cost", columns)

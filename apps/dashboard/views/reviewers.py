"""Reviewers: turns the answers into who did how much, how carefully, and how far they agree."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from apps.dashboard import (
    agreeing,
    control_items,
    data,
    excluding,
    findings,
    parts,
    reviewer_charts,
    words,
)
from apps.dashboard.filters import Filters
from apps.dashboard.results import reviewers
from lab.analysis.reviewers.advice import RULES

TITLE = "Reviewers"
_RARER = ("worth a look", "excluded", "rated", "compared", "marked")
"""Columns that are left out of the table where they say nothing of anybody."""


def draw() -> None:
    """Draw the page."""
    filters: Filters = st.session_state["filters"]
    at = data.version()
    everyone = reviewers.people(at, filters)
    if everyone.empty:
        parts.heading(TITLE, "No reviewer has answered within these filters yet.")
        _nothing()
        return
    people = _chosen(everyone, filters)
    parts.heading(TITLE, findings.reviewers(reviewers.agreement_rows(at, filters), everyone))
    parts.cards(_figures(people))
    _table(people)
    _following(people)
    _leaning(people, at, filters)
    agreeing.draw(filters)
    _alike(at, filters)
    control_items.show(filters)
    excluding.draw(filters)


def _chosen(everyone: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    if filters.reviewer is None:
        return everyone
    return everyone[everyone["reviewer"] == filters.reviewer]


def _nothing() -> None:
    at = data.version()
    if not (data.ratings().empty and data.votes().empty and reviewers.marked(at).empty):
        parts.hidden("answers")
        return
    parts.empty(
        "No reviewers yet",
        "Make an account for each reviewer and open a study; what they do appears here.",
        "lab account --help",
    )


def _figures(people: pd.DataFrame) -> list[tuple[str, str, str]]:
    out = int((people["excluded"] != "").sum())
    look = int((people["worth a look"] != "").sum())
    done = [
        f"{int(people[name].sum()):,} {name}"
        for name in ("rated", "compared", "marked")
        if people[name].sum()
    ]
    return [
        ("Reviewers", f"{len(people):,}", f"{out:,} left out by decision"),
        ("Answers", f"{int(people['answers'].sum()):,}", ", ".join(done)),
        ("Worth a second look", f"{look:,}", "by the rules below the table"),
        ("Usual pace", *_pace(people["pace"])),
    ]


def _pace(seconds: pd.Series) -> tuple[str, str]:
    if seconds.isna().all():
        return words.NOTHING, "no times recorded"
    fastest, slowest = words.duration(seconds.min()), words.duration(seconds.max())
    return words.duration(seconds.median()), f"per answer; from {fastest} to {slowest}"


def _table(people: pd.DataFrame) -> None:
    parts.section(
        "Each reviewer",
        "Agreement is Pearson's r with the mean of the others' ratings of the same texts, each "
        "person's severity taken out; below 0 severity is stricter than the average, in points.",
    )
    shown = people.sort_values(["worth a look", "answers"], ascending=False, kind="stable")
    hundred = {name: 100 * shown[name] for name in ("same_votes", "left", "known", "straight")}
    order = ["reviewer", "worth a look", "excluded", "answers", "rated", "compared", "marked",
             "pace", "agreement", "low", "high", "severity", *hundred]  # fmt: skip
    told = shown.assign(**hundred)[order]
    empty = [name for name in _RARER if not told[name].astype(bool).any()]
    empty += [str(name) for name in told if told[name].isna().all()]
    parts.table(told.drop(columns=empty), "reviewers", _columns())
    parts.note(RULES)


def _columns() -> dict[str, object]:
    number = st.column_config.NumberColumn
    return {
        "reviewer": "Reviewer",
        "worth a look": st.column_config.TextColumn("Worth a second look", width="large"),
        "excluded": "Excluded",
        "answers": "Answers",
        "rated": "Texts rated",
        "compared": "Pairs compared",
        "marked": "Texts marked",
        "pace": number("Seconds per answer", format="%.0f"),
        "agreement": number("Agreement", format="%.2f"),
        "low": number("from", format="%.2f"),
        "high": number("to", format="%.2f"),
        "severity": number("Severity", format="%+.2f"),
        "same_votes": number("Votes the same", format="%.0f %%"),
        "left": number("Went left", format="%.0f %%"),
        "known": number("Known answers right", format="%.0f %%"),
        "straight": number("One point throughout", format="%.0f %%"),
    }


def _following(people: pd.DataFrame) -> None:
    known = people.dropna(subset="agreement").sort_values("agreement", ascending=False)
    if known.empty:
        return
    parts.section(
        "Who follows the others",
        "Agreement with the mean of the others on the same texts, severities taken out, with 95 % "
        "intervals over other texts. A diamond is worth a second look; the line is no agreement.",
    )
    rows = _drawn(known, "agreement", [words.number(value) for value in known["agreement"]])
    rows = rows.assign(
        stands_out=(known["worth a look"] != "").to_numpy(),
        range=[
            f"{low:.2f} to {high:.2f}" if low == low else "fewer than four texts"
            for low, high in zip(known["low"], known["high"], strict=True)
        ],
        counts=[words.count(n, "rating") for n in known["shared"]],
    )
    drawing = reviewer_charts.caterpillar(rows, "agreement with the others (r)", 0, share=False)
    lowest = known.iloc[-1]
    said = f"Agreement of {len(known)} reviewers; lowest {lowest['reviewer']}"
    parts.chart(drawing, key="chart-following", alt_text=said)


def _drawn(known: pd.DataFrame, column: str, shown: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": known["reviewer"].to_numpy(),
            "value": known[column].to_numpy(),
            "low": known["low"].to_numpy(),
            "high": known["high"].to_numpy(),
            "shown": shown,
        }
    )


def _leaning(people: pd.DataFrame, at: str, filters: Filters) -> None:
    ids = set(people["reviewer_id"])
    found = [one for one in reviewers.sides(at, filters) if one.reviewer_id in ids]
    if not found:
        return
    parts.section(
        "Who leans to one side",
        "Share of decided pairs that went to the text on the left, with exact 95 % intervals. "
        "Sides are dealt by chance, so that the line at one half is no leaning; a diamond leans, "
        "tested for all reviewers together (Benjamini–Hochberg, 5 %).",
    )
    rows = pd.DataFrame(
        {
            "name": one.reviewer,
            "value": one.share,
            "low": one.interval.low,
            "high": one.interval.high,
            "shown": words.percent(one.share),
            "range": words.percent_range(one.interval),
            "counts": f"{one.n_left} of {words.count(one.n_items, 'pair')}; q {one.q:.3f}",
            "stands_out": one.leans,
        }
        for one in sorted(found, key=lambda one: -one.share)
    )
    drawing = reviewer_charts.caterpillar(rows, "went to the left", 0.5, share=True)
    leaning = int(rows["stands_out"].sum())
    said = f"Share to the left of {len(rows)} reviewers; {leaning} lean to a side"
    parts.chart(drawing, key="chart-sides", alt_text=said)


def _alike(at: str, filters: Filters) -> None:
    found = reviewers.probe(at, filters)
    parts.section(
        "Answers that are the same too often",
        "Pairs of reviewers who give the same answers more often than how often each gives each "
        "answer, and how far each agrees with all others, would explain. It may be copying, or one "
        "person with two accounts; it may be a shared habit: look at their answers first.",
    )
    if found.reason:
        parts.note(f"Not looked at: {found.reason}.")
    elif not found.pairs:
        parts.note(f"None of {words.count(found.n_pairs, 'pair')} stands out.")
    else:
        percent = st.column_config.NumberColumn
        columns = {
            "the same": percent(format="%.0f %%"),
            "expected": percent(format="%.0f %%"),
            "p (Holm)": percent(format="%.4f"),
        }
        parts.table(reviewers.alike(at, filters), "alike", columns)

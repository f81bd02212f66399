"""Reviewers: turns the answers into who did how much, how fast, and how far they agree."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from apps.dashboard import charts, colours, control_items, data, findings, parts, words
from apps.dashboard.filters import Filters
from apps.dashboard.results.reviewers import alphas, summaries
from lab.analysis.reviewers import ReviewerSummary

TITLE = "Reviewers"


def draw() -> None:
    """Draw the page."""
    filters: Filters = st.session_state["filters"]
    ratings, votes = filters.ratings(data.ratings()), filters.votes(data.votes())
    if ratings.empty and votes.empty:
        parts.heading(TITLE, "No reviewer has answered within these filters yet.")
        _nothing(data.ratings().empty and data.votes().empty)
        return
    people = _people(summaries(data.version(), filters))
    agreed = alphas(filters)
    parts.heading(TITLE, findings.agreement(agreed, len(people)))
    parts.cards(_figures(people))
    _agreement(agreed)
    parts.section("Answers per reviewer")
    shown = people.head(30).assign(name=people["reviewer"], value=people["answers"])
    shown = shown.assign(shown=[words.count(n, "answer") for n in shown["value"]])
    parts.chart(charts.bars(shown, "Answers"), key="chart-people", alt_text="Answers per reviewer")
    parts.section(
        "Each reviewer beside the others",
        "Pace is the median time from showing an item to the answer. Agreement compares a person "
        "with the mean of the others on the same texts (Spearman's rho) and with their votes on "
        "the same pairs; severity below 0 is stricter than the others, in points.",
    )
    parts.table(people, "reviewers", _columns())
    control_items.show(filters)


def _nothing(none_at_all: bool) -> None:
    if not none_at_all:
        parts.hidden("answers")
        return
    parts.empty(
        "No reviewers yet",
        "Make an account for each reviewer and open a study; what they do appears here.",
        "lab account --help",
    )


def _people(summaries: Sequence[ReviewerSummary]) -> pd.DataFrame:
    rows = [
        {
            "reviewer": one.reviewer,
            "rated": one.n_rated,
            "compared": one.n_voted,
            "answers": one.n_rated + one.n_voted,
            "pace": one.median_seconds,
            "rating_agreement": one.rating_agreement,
            "severity": one.severity,
            "vote_agreement": _hundredfold(one.vote_agreement),
            "left_share": _hundredfold(one.left_share),
        }
        for one in summaries
    ]
    people = pd.DataFrame(rows).astype({"pace": "float64"})
    return people.sort_values("answers", ascending=False, kind="stable")


def _figures(people: pd.DataFrame) -> list[tuple[str, str, str]]:
    answers = int(people["answers"].sum())
    return [
        ("Reviewers", f"{len(people):,}", "who answered"),
        (
            "Answers",
            f"{answers:,}",
            f"{int(people['rated'].sum()):,} rated, {int(people['compared'].sum()):,} compared",
        ),
        ("Fastest pace", *_pace(people["pace"].min())),
        ("Slowest pace", *_pace(people["pace"].max())),
    ]


def _pace(seconds: float) -> tuple[str, str]:
    if pd.isna(seconds):
        return "–", "no times recorded"
    return words.duration(seconds), "median per item"


def _agreement(alphas: pd.DataFrame) -> None:
    parts.section(
        "Agreement",
        "Krippendorff's alpha for ordered values: 1 is full agreement, 0 what chance gives. Lines "
        "are 95 % intervals over texts.",
    )
    known = alphas.dropna(subset="value") if len(alphas) else alphas
    if known.empty:
        reason = alphas["reason"].iloc[0] if len(alphas) else "there are no ratings yet"
        parts.empty("No agreement to show yet", f"Because {reason}.")
        return
    lowest = min(0.0, float(known[["low", "value"]].min().min()))
    drawing = charts.dots(
        known, dict.fromkeys(known["name"], colours.PALETTE[0]), (lowest, 1), reference=0
    )
    parts.chart(drawing, key="chart-alpha", alt_text="Alpha per criterion with intervals")
    titles = {
        "name": "criterion",
        "shown": "alpha",
        "range": "95 % interval",
        "n_texts": "texts",
        "n_ratings": "ratings",
    }
    parts.table(alphas[list(titles)].rename(columns=titles), "agreement")


def _columns() -> dict[str, object]:
    number = st.column_config.NumberColumn
    return {
        "reviewer": "Reviewer",
        "rated": "Texts rated",
        "compared": "Pairs compared",
        "answers": "Answers",
        "pace": number("Pace in seconds", format="%.0f"),
        "rating_agreement": number("Agreement of ratings", format="%.2f"),
        "severity": number("Severity", format="%+.2f"),
        "vote_agreement": number("Agreement of votes", format="%.0f %%"),
        "left_share": number("Left won", format="%.0f %%"),
    }


def _hundredfold(share: float | None) -> float | None:
    return None if share is None else 100 * share

"""A/B tests: turns the votes into who beats whom, and whether the side matters."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from apps.dashboard import charts, data, findings, parts, results, words
from apps.dashboard.filters import Filters

TITLE = "A/B tests"
COLUMNS = {
    "name": "preferred",
    "opponent": "against",
    "shown": "win rate",
    "range": "95 % interval",
    "votes": "votes counted",
    "wins": "won",
    "ties": "tied",
    "losses": "lost",
    "both_bad": "both bad",
    "reviewers": "reviewers",
    "prompts": "prompts",
}


def draw() -> None:
    """Draw the page."""
    filters: Filters = st.session_state["filters"]
    votes = filters.votes(data.votes())
    pairs = results.pairs(filters) if len(votes) else pd.DataFrame()
    if pairs.empty:
        parts.heading(TITLE, "No vote within these filters yet.")
        parts.no_votes(data.votes().empty)
        return
    wins = results.win_rates(filters).sort_values("value", ascending=False)
    parts.heading(TITLE, findings.preferred(wins))
    parts.cards(_figures(votes))
    parts.section(
        "Who beats whom",
        "How often the row's text is preferred to the column's, ties counting half; votes for "
        "“both bad” are not in the rate.",
    )
    drawing = charts.matrix(_cells(pairs), list(wins["name"]))
    parts.chart(drawing, key="chart-matrix", alt_text="Win rate of each checkpoint against each")
    _side(filters)
    parts.section("All pairs")
    parts.table(pairs[list(COLUMNS)].rename(columns=COLUMNS), "pairs")


def _figures(votes: pd.DataFrame) -> list[tuple[str, str, str]]:
    counts = votes["winner"].value_counts()
    ties, bad = int(counts.get("tie", 0)), int(counts.get("both_bad", 0))
    return [
        ("Votes", f"{len(votes):,}", words.count(votes["item_id"].nunique(), "pair")),
        ("Reviewers", f"{votes['reviewer_id'].nunique():,}", "who voted"),
        ("Ties", f"{ties:,}", f"{words.percent(ties / len(votes))} of the votes"),
        ("Both bad", f"{bad:,}", f"{words.percent(bad / len(votes))} of the votes"),
    ]


def _cells(pairs: pd.DataFrame) -> pd.DataFrame:
    cells = pairs.rename(columns={"name": "row", "opponent": "column", "value": "rate"})
    return cells.assign(votes=[words.count(n, "vote") for n in pairs["votes"]])


def _side(filters: Filters) -> None:
    bias = results.leaning(data.version(), filters)
    shown = words.percent(bias.value)
    low, high = (bias.interval.low, bias.interval.high) if bias.interval else (None, None)
    parts.section("Does the side matter?", findings.side(bias.value, low, high, shown))
    spread = words.percent_range(bias.interval) if bias.interval else bias.reason or ""
    under = f"95 % interval {spread}" if bias.interval else spread
    by = words.count(bias.n_reviewers, "reviewer")
    parts.cards(
        [
            ("Left text won", shown, under),
            ("Decided votes", f"{bias.n_decided:,}", f"by {by}"),
        ]
    )

"""Shows all checkpoints on one criterion: leaderboard of tie groups, every pair, sides and ties."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from apps.dashboard import (
    charts,
    colours,
    control_items,
    data,
    parts,
    verdict_charts,
    words,
)
from apps.dashboard.filters import Filters
from apps.dashboard.results import verdict as verdicts
from lab.analysis.preferences.bradley_terry import BradleyTerry, Effect
from lab.analysis.verdict import explaining


def show(filters: Filters, criterion: str) -> None:
    """Show the sections of one criterion."""
    model = verdicts.strengths(data.version(), filters, criterion)
    parts.section(
        f"Leaderboard: {criterion}",
        "Bradley–Terry strengths with ties (Davidson 1970) and a side effect. Lines are 95 % "
        "intervals for one look at the planned end, clustered by reviewer and by prompt; the "
        "figures at the right are the places that it may hold: only differences with a "
        "Holm-adjusted p under .05 tell two apart.",
    )
    parts.meaning(explaining.about_leaders(model))
    parts.cautions(model.remarks)
    if model.places:
        _forest(model)
        table = verdicts.leaderboard(model)
        parts.table(table, "leaderboard", _leaderboard_columns() | _hidden(table))
        _explained()
        _pairs(model)
    else:
        parts.empty(
            "No leaderboard yet",
            "It needs checkpoints of which each has won, and lost or tied, against another. More "
            "votes will bring it; the verdict and the win rates below need no such thing.",
        )
    _matrix(filters, model)
    _sides(filters, model)


def _forest(model: BradleyTerry) -> None:
    naive = st.toggle(
        "Show naive intervals too",
        key="naive",
        bind="query-params",
        help="As if every vote were independent of all others: too narrow wherever reviewers "
        "differ in taste or prompts suit one checkpoint.",
    )
    shades = colours.by_checkpoint(data.checkpoint_names())
    sets = sorted({place.comparable_set for place in model.places if place.strength is not None})
    for number in sets:
        places = [one for one in model.places if number == one.comparable_set]
        if number == sets[0]:
            places += [one for one in model.places if one.strength is None]
        if len(sets) > 1:
            parts.subsection(f"Comparable among themselves: group {number + 1}")
        drawing = verdict_charts.forest(verdicts.forest(places), shades, naive=naive)
        key = f"chart-forest-{number}"
        parts.chart(drawing, key=key, alt_text="Strength of each checkpoint with its interval")


def _explained() -> None:
    parts.explained(
        "the leaderboard",
        "Who stands in one group cannot be told apart; a place is a range, not a rank.",
        "Bradley–Terry with ties (Davidson 1970) and a side effect, by maximum likelihood. Errors "
        "are clustered by reviewer and by prompt (Cameron, Gelbach and Miller 2011), each way by "
        "the jackknife (CR3), t with effective degrees of freedom; a pair is told apart by a p "
        "under .05 after Holm (1979) over all pairs. “Best in” is the share of 1,000 "
        "score-bootstrap resamples in which it is the strongest.",
    )


def _pairs(model: BradleyTerry) -> None:
    parts.section(
        "Every pair",
        "“Wins” is the share of decided votes that the model expects for the first of the two, "
        "from 0 to 1, with its 95 % interval; the naive one takes every vote as independent. "
        "“Holm p” is adjusted for all pairs (Holm 1979): under .05 the two are told apart. The "
        "difference and its standard error are log odds.",
    )
    table = verdicts.contrasts(model)
    parts.table(table, "contrasts", _contrast_columns() | _hidden(table))


def _matrix(filters: Filters, model: BradleyTerry) -> None:
    found = verdicts.matrix(data.version(), filters, model.criterion)
    parts.section(
        "Who beats whom",
        "How often the row's text is preferred to the column's, ties counting half, counted and "
        "not modelled; a dash, or an empty cell, is a pair that was never compared.",
    )
    ranked = [place.checkpoint for place in model.places]
    order = ranked + [name for name in found.checkpoints if name not in ranked]
    drawing = charts.matrix(verdicts.cells(found), order)
    parts.chart(drawing, key="chart-matrix", alt_text="Win rate of each checkpoint against each")


def _sides(filters: Filters, model: BradleyTerry) -> None:
    parts.section(
        "Sides, ties and “both bad”",
        "The side effect and the share of ties are estimated with the strengths, so that neither "
        "passes for a difference between checkpoints.",
    )
    parts.cards(_figures(model))
    for sentence in (
        explaining.about_side(model),
        explaining.about_ties(model),
        explaining.about_both_bad(model),
    ):
        parts.meaning(sentence)
    floor = verdicts.noise(data.version(), filters.study, model.criterion)
    parts.note(
        control_items.noise(floor)
        if floor
        else "No A/A pairs were voted on here, so ties cannot be compared with those of equals; "
        "“aa_pairs” in a study's protocol mixes some in."
    )


def _figures(model: BradleyTerry) -> list[tuple[str, str, str]]:
    n_all = model.n_votes + model.n_both_bad
    equals = explaining.tie_share_of_equals(model.tie)
    among = (
        f"{words.percent(equals)} between equals" if equals is not None else "of those that count"
    )
    people = words.count(model.n_reviewers, "reviewer")
    prompts = words.count(model.n_prompts, "prompt")
    return [
        (
            "Left wins between equals",
            words.percent(verdicts.share(model.side.value)),
            _side(model.side),
        ),
        ("Ties", words.percent(model.n_ties / model.n_votes if model.n_votes else None), among),
        ("Both bad", f"{model.n_both_bad:,}", f"{words.percent(model.n_both_bad / n_all)} of all"),
        ("Votes that count", f"{model.n_votes:,}", f"{people}, {prompts}"),
    ]


def _side(side: Effect) -> str:
    if side.interval is None:
        return "not to be told from strength" if side.value is None else "no interval yet"
    low, high = verdicts.share(side.interval.low), verdicts.share(side.interval.high)
    return f"95 % interval {words.percent(low)} to {words.percent(high)}"


def _leaderboard_columns() -> dict[str, Any]:
    share = "Share of resamples in which it is the strongest, 0 to 1."
    return {
        "place": st.column_config.TextColumn("place", pinned=True),
        "checkpoint": st.column_config.TextColumn("checkpoint", pinned=True),
        "best in": st.column_config.NumberColumn("best in", format="%.2f", help=share),
        **_decimals(2, "strength", "low", "high", "naive low", "naive high"),
    }


def _contrast_columns() -> dict[str, Any]:
    return {
        **_decimals(2, "wins", "low", "high", "naive low", "naive high", "difference"),
        **_decimals(2, "standard error"),
        **_decimals(4, "Holm p", "p"),
        **_decimals(1, "degrees of freedom"),
    }


def _decimals(n: int, *columns: str) -> dict[str, Any]:
    return {name: st.column_config.NumberColumn(name, format=f"%.{n}f") for name in columns}


def _hidden(table: pd.DataFrame) -> dict[str, None]:
    """Hide what says nothing here; the download has it."""
    empty = {"note": not table["note"].any(), "group": "group" in table and _is_one(table["group"])}
    return {name: None for name, is_empty in empty.items() if is_empty}


def _is_one(column: pd.Series) -> bool:
    return column.nunique() == 1

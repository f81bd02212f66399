"""Asks lab.analysis whether what reviewers do changed over time."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from apps.dashboard import data, words
from apps.dashboard.filters import Filters
from apps.dashboard.results.rows import once, once_large
from lab.analysis.reviewers.drift import ControlChart, control_chart

Measure = Literal["rating", "disagreement", "seconds", "controls"]
"""What is followed: mean rating, how far ratings of one text lie apart, time per answer, share of
right answers to control items."""
Per = Literal["auto", "day", "25", "50", "100"]
"""What one point is: a day, so many values, or about a twenty-fifth of all."""

_POINTS, _LEAST = 25, 10
_USUAL = ("reviewer_id", "checkpoint", "criterion")
_TOLD = ("created_at", "value", "reviewer", *_USUAL)
_BY_CRITERION = ("rating", "disagreement")


@once
def chart(
    at: str, filters: Filters, measure: Measure, per: Per, checkpoint: str | None = None
) -> ControlChart:
    """Return the control chart of one measure.

    Args:
        at: version of the records.
        filters: what to look at.
        measure: what is followed.
        per: what one point is.
        checkpoint: name of one checkpoint; None for all that the filters leave.
    """
    if measure in _BY_CRITERION:
        # All charts of the page are cut from one frame.
        frame = values(at, replace(filters, criterion=None), measure)
        frame = _only(frame, "criterion", filters.criterion)
    else:
        frame = values(at, filters, measure)
    frame = _only(frame, "checkpoint", checkpoint)
    return control_chart(frame, _per(len(frame), per), _adjusted(frame))


@once
def severities(at: str, filters: Filters) -> dict[str, ControlChart]:
    """Return each reviewer's chart of how far above the others' their ratings lie, in points."""
    whole = values(at, replace(filters, criterion=None), "disagreement")
    frame = _only(whole, "criterion", filters.criterion)
    charts = {
        str(name): control_chart(
            group.assign(value=group["difference"]), _per(len(group), "auto"), ("criterion",)
        )
        for name, group in frame.groupby("reviewer", observed=True)
    }
    return {name: charts[name] for name in sorted(charts, key=words.in_order)}


@once_large
def values(at: str, filters: Filters, measure: Measure) -> pd.DataFrame:
    """Return one row per value of a measure: created_at, value, reviewer_id and what is usual."""
    if measure == "controls":
        return _controls(filters)
    ratings = filters.ratings(data.ratings())
    if measure == "rating":
        rated = ratings[list(_TOLD)]
        return rated.assign(value=rated["value"].astype(float))
    if measure == "disagreement":
        return _apart(ratings)
    return _seconds(ratings, filters.votes(data.votes()))


def checkpoints(filters: Filters) -> list[str]:
    """Return the names of the checkpoints with ratings, oldest first."""
    rated = set(filters.ratings(data.ratings())["checkpoint"].unique())
    return [name for name in data.checkpoint_names() if name in rated]


def criteria(filters: Filters) -> list[str]:
    """Return the names of the criteria with ratings, sorted."""
    return sorted(filters.ratings(data.ratings())["criterion"].unique())


def _per(n: int, per: Per) -> Literal["day"] | int:
    if per == "day":
        return "day"
    return max(_LEAST, n // _POINTS) if per == "auto" else int(per)


def _adjusted(frame: pd.DataFrame) -> tuple[str, ...]:
    return tuple(name for name in _USUAL if name in frame.columns)


def _only(frame: pd.DataFrame, column: str, value: str | None) -> pd.DataFrame:
    return frame if value is None else frame[(frame[column] == value).to_numpy(dtype=bool)]


def _apart(ratings: pd.DataFrame) -> pd.DataFrame:
    """Compare each rating with the mean of the others of the same text and criterion."""
    texts, criteria = (pd.factorize(ratings[name])[0] for name in ("generation_id", "criterion"))
    unit = texts * (int(criteria.max(initial=0)) + 1) + criteria
    given = ratings["value"].to_numpy(dtype=float)
    n = np.bincount(unit)[unit] if len(unit) else unit
    shared = np.flatnonzero(n > 1)
    total = np.bincount(unit, given)[unit[shared]] if len(unit) else given
    given = given[shared]
    difference = given - (total - given) / (n[shared] - 1)
    rows = ratings[list(_TOLD)].iloc[shared]
    return rows.assign(difference=difference, value=np.abs(difference))


def _seconds(ratings: pd.DataFrame, votes: pd.DataFrame) -> pd.DataFrame:
    """Take the logarithm of each answer's time once, however many criteria it has."""
    shared = ["created_at", "seconds", "reviewer_id", "answer_id"]
    kinds = [(ratings, "rating"), (votes, "vote")]
    frame = pd.concat(
        [given[shared].drop_duplicates("answer_id").astype({"reviewer_id": str, "answer_id": str})
         .assign(criterion=kind) for given, kind in kinds]
    )  # fmt: skip
    known = frame[(frame["seconds"] > 0).fillna(False)].drop_duplicates("answer_id")
    return known.assign(value=np.log(known["seconds"].astype(float)))


def _controls(filters: Filters) -> pd.DataFrame:
    """Take each answer to a control item of which it is known whether it is right."""
    found = data.controls()
    known = found[found["is_right"].notna() & (found["kind"] != "training")]
    known = known.drop_duplicates("answer_id")
    keep = pd.Series(True, index=known.index)
    for column, wanted in (("study", filters.study), ("reviewer", filters.reviewer)):
        if wanted is not None:
            keep &= known[column] == wanted
    day = known["created_at"].dt.date
    if filters.since is not None:
        keep &= day >= filters.since
    if filters.until is not None:
        keep &= day <= filters.until
    if not filters.with_excluded:
        keep &= ~_left_out(known)
    rest = known[keep]
    return rest.assign(value=rest["is_right"].astype(float)).drop(columns="criterion")


def _left_out(answers: pd.DataFrame) -> pd.Series:
    names = {study: set(data.excluded_names(study)) for study in answers["study"].unique()}
    pairs = zip(answers["study"], answers["reviewer"], strict=True)
    return pd.Series([who in names[study] for study, who in pairs], answers.index, dtype=bool)

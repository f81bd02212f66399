"""Turns ratings into checkpoints' ratings with reviewers' severity and texts' luck taken out.

A cumulative-link mixed model, as `ordinal::clmm` of R fits (Christensen 2019), with crossed random
effects for reviewers, their likings, prompts and texts. It knows nothing of the order of the rows.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from lab.analysis.frames import codes_of, columns_of
from lab.analysis.intervals import check_level
from lab.analysis.preferences.contrasts import holm_adjusted
from lab.analysis.ratings import ordinal_results
from lab.analysis.ratings.ordinal_design import Design, make_design
from lab.analysis.ratings.ordinal_fit import Estimate, estimate
from lab.analysis.ratings.ordinal_records import OrdinalModel
from lab.analysis.ratings.separation import rated_apart

_NEEDED = ["checkpoint", "criterion", "reviewer_id", "prompt_id", "generation_id", "value"]
_MOST_POINTS = 30
_MOST_REVIEWERS = 3000
_LARGE, _SAMPLE = 20_000, 6_000


def ordinal_models(frame: pd.DataFrame, level: float = 0.95) -> tuple[OrdinalModel, ...]:
    """Fit the model on every criterion, and adjust p over all pairs and criteria together.

    Args:
        frame: one row per rating: checkpoint, criterion, reviewer_id, prompt_id, generation_id,
            value.
        level: confidence of the intervals.

    Returns:
        One result per criterion, sorted by name; `p_holm` is adjusted (Holm 1979) over every pair
        on every criterion.

    Raises:
        ValueError: a column is missing, or the level is out of range.
    """
    check_level(level)
    rows = columns_of(frame, _NEEDED, "ordinal_models")
    models = [
        _model(group, str(criterion), level)
        for criterion, group in rows.groupby("criterion", sort=True, observed=True)
    ]
    p = np.array([np.nan if one.p is None else one.p for m in models for one in m.pairs])
    adjusted = iter(holm_adjusted(p) if len(p) else p)
    return tuple(
        replace(
            model,
            pairs=tuple(
                replace(pair, p_holm=None if pair.p is None else float(value))
                for pair, value in zip(model.pairs, adjusted)  # noqa: B905 (an iterator for all)
            ),
        )
        for model in models
    )


def _model(rows: pd.DataFrame, criterion: str, level: float) -> OrdinalModel:
    if reason := _why_not(rows):
        return ordinal_results.without(criterion, rows, reason, level)
    codes = codes_of(rows["checkpoint"])
    ends = rows["value"].groupby(codes).agg(["min", "max"])
    sets = rated_apart(ends["min"].to_numpy(), ends["max"].to_numpy())
    largest = int(np.bincount(sets[codes]).argmax())
    kept = rows[sets[codes] == largest]
    if reason := _why_not(kept):
        return ordinal_results.without(criterion, rows, reason, level)
    design = make_design(kept)
    found = _fitted(kept, design)
    if found is None:
        reason = "the model found no finite estimates; the raw means stand beside"
        return ordinal_results.without(criterion, rows, reason, level)
    return ordinal_results.described(criterion, rows, kept, design, found, level)


def _why_not(rows: pd.DataFrame) -> str | None:
    points = rows["value"].unique()
    if len(points) < 2:
        return f"every rating is {float(points[0]):g}: nothing differs that a model could explain"
    if len(points) > _MOST_POINTS:
        return (
            f"{len(points)} different points were given; a model of thresholds takes at most "
            f"{_MOST_POINTS}"
        )
    if (n := rows["reviewer_id"].nunique()) > _MOST_REVIEWERS:
        return f"{n:,} reviewers are more than the {_MOST_REVIEWERS:,} that the model takes"
    return None


def _fitted(rows: pd.DataFrame, design: Design) -> Estimate | None:
    """Fit; where there are many ratings, begin with the spreads that whole prompts' share has."""
    if len(rows) < _LARGE:
        return estimate(design)
    prompts, _ = pd.factorize(rows["prompt_id"], sort=True)
    some = rows[prompts % (len(rows) // _SAMPLE) == 0]
    first = None
    if not some.empty and _why_not(some) is None:
        first = estimate(make_design(some))
    return estimate(design, first.spreads if first else None)

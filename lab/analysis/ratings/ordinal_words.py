"""Turns an ordinal model's fit into the sentences that a reader needs before believing it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lab.analysis.ratings.ordinal_design import LIKING, PROMPT, REVIEWER, TEXT, Design
from lab.analysis.ratings.ordinal_fit import Estimate
from lab.analysis.ratings.separation import linked

_FEW = 6
_VAGUE = 1.0
_VARIES = {
    REVIEWER: "reviewers’ severities",
    LIKING: "reviewers’ likings of a checkpoint",
    PROMPT: "prompts",
    TEXT: "texts on one prompt",
}


def apart(rows: pd.DataFrame, kept: set[str]) -> dict[str, str]:
    """Say of each checkpoint that is not in the model how its ratings lie apart.

    Args:
        rows: all ratings on the criterion.
        kept: names of the checkpoints in the model.
    """
    ends = rows.groupby("checkpoint", observed=True)["value"].agg(["min", "max"])
    others = rows[rows["checkpoint"].isin(kept)]["value"]
    found = {}
    for name, low, high in ends.itertuples():
        if str(name) not in kept:
            above = low >= others.max()
            mine = f"every rating of {name} is {_range(low, high)}"
            theirs = (
                f"at {'most' if above else 'least'} {others.max() if above else others.min():g}"
            )
            found[str(name)] = (
                f"{mine} and every one of the checkpoints compared {theirs}: it lies "
                f"{'above' if above else 'below'} them, by how much the ratings cannot tell"
            )
    return found


def remarks(design: Design, found: Estimate, outside: dict[str, str]) -> tuple[str, ...]:
    """List what a reader should know of a fit, in sentences."""
    said = [f"{reason[0].upper()}{reason[1:]}." for reason in outside.values()]
    said += _links(design)
    names = {name for name, _ in design.random}
    n = len(design.reviewers)
    if 1 < n < _FEW:
        said.append(f"{n} reviewers tell little of how much reviewers differ; intervals are wide.")
    if n > 1 and len(design.checkpoints) > 1 and LIKING not in names:
        said.append(
            "That reviewers may like one checkpoint better than others do is left out: too few "
            "rated several checkpoints often enough to tell."
        )
    if TEXT not in names and PROMPT not in names:
        said.append("No prompt was rated often enough to tell its share from chance.")
    vague = [name for name, _ in design.random if not found.spread_errors[name] < _VAGUE]
    if vague:
        what = " and ".join(_VARIES[name] for name in vague)
        said.append(f"These ratings hardly tell how much {what} differ.")
    if not found.is_converged:
        said.append(
            "The search for how much reviewers, prompts and texts differ stopped before its end; "
            "take the intervals as rough."
        )
    return tuple(said)


def _links(design: Design) -> list[str]:
    n = len(design.checkpoints)
    if n < 2 or len(design.reviewers) < 2:
        return []
    seen = np.unique(design.reviewer.astype(np.int64) * n + design.checkpoint)
    if np.bincount(seen // n).max() == 1:
        return [
            "Each reviewer rated one checkpoint only: differences between checkpoints are also "
            "differences between people. The intervals allow for it if chance decided who rated "
            "which."
        ]
    sets = linked(design.reviewer, design.checkpoint)
    if sets.max() == 0:
        return []
    groups = [
        " and ".join(np.array(design.checkpoints)[sets == number]) for number in np.unique(sets)
    ]
    return [
        f"No reviewer rated texts of both {', '.join(groups[:-1])} and {groups[-1]}: between these "
        "the comparison is one between different people, which the intervals allow for."
    ]


def _range(low: float, high: float) -> str:
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"

"""Turns the votes and controls in view into what a verdict is about: criterion, pair, noise floor.

The pair is chosen by how often it was compared, never by who is ahead: a pair chosen for its
result would make the verdict on it too sure.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from lab.analysis.preferences.outcomes import votes_on
from lab.analysis.reviewers.controls import NoiseFloor, control_results

OVERALL = "overall"


def voted_criteria(votes: pd.DataFrame) -> tuple[str, ...]:
    """Return the criteria that were voted on: "overall" first, then by name."""
    found = sorted(map(str, votes["criterion"].unique()))
    return tuple(sorted(found, key=lambda name: name != OVERALL))


def compared(votes: pd.DataFrame, criterion: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return the checkpoints with a vote against another one, in the order of `names`.

    Args:
        votes: one row per vote, as `storage.frames.votes` gives it.
        criterion: count only votes on this criterion.
        names: all checkpoints.
    """
    between = votes_on(votes, criterion, "compared")
    met = {*between["checkpoint_a"].unique(), *between["checkpoint_b"].unique()}
    return tuple(name for name in names if name in met)


def most_compared(
    votes: pd.DataFrame, criterion: str, names: Sequence[str], checkpoint: str | None = None
) -> tuple[str, str] | None:
    """Choose the pair with the most votes, among equals the one with the newest checkpoint.

    Args:
        votes: one row per vote, as `storage.frames.votes` gives it.
        criterion: count only votes on this criterion.
        names: all checkpoints, the oldest first.
        checkpoint: take only pairs with this one.

    Returns:
        The newer checkpoint and its older opponent, or `checkpoint` and its opponent; None where
        nothing was compared.
    """
    between = votes_on(votes, criterion, "most_compared")
    age = {name: place for place, name in enumerate(names)}
    counts: dict[tuple[str, str], int] = {}
    together = between.groupby(["checkpoint_a", "checkpoint_b"]).size().reset_index(name="n")
    for a, b, n in together.itertuples(index=False):
        if a in age and b in age and checkpoint in (None, a, b):
            pair = (a, b) if age[a] > age[b] else (b, a)
            counts[pair] = counts.get(pair, 0) + n
    if not counts:
        return None
    newer, older = max(counts, key=lambda pair: (counts[pair], age[pair[0]], age[pair[1]]))
    return (older, newer) if checkpoint == older else (newer, older)


def noise_floor(controls: pd.DataFrame, criterion: str, level: float = 0.95) -> NoiseFloor | None:
    """Return what A/A pairs gave on a criterion, all studies in the frame together.

    Args:
        controls: one row per answer to a control, as `storage.frames.controls` gives it.
        criterion: what was compared.
        level: confidence of the intervals.

    Returns:
        The noise floor; None where no A/A pair was voted on.
    """
    together = " and ".join(sorted(map(str, controls["study"].unique())))
    found = control_results(controls.assign(study=together), level).noise
    of_all = [one for one in found if one.reviewer_id is None and one.criterion == criterion]
    return of_all[0] if of_all else None

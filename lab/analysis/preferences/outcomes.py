"""Turns votes into points for one checkpoint: 1 for a win, ½ for a tie, 0 for a loss."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lab.analysis.frames import columns_of
from lab.records import Winner

VOTE_COLUMNS = (
    "checkpoint_a", "checkpoint_b", "reviewer_id", "prompt_id", "criterion", "winner", "swapped"
)  # fmt: skip


def votes_on(frame: pd.DataFrame, criterion: str, caller: str) -> pd.DataFrame:
    """Keep the votes on one criterion between different checkpoints.

    Raises:
        ValueError: a column is missing, or a winner is none of a, b, tie, both_bad.
    """
    votes = columns_of(frame, VOTE_COLUMNS, caller)
    check_winners(votes["winner"], caller)
    keep = (votes["criterion"] == criterion) & (votes["checkpoint_a"] != votes["checkpoint_b"])
    return votes[keep]


def check_winners(winners: pd.Series, caller: str) -> None:
    """Raise ValueError for a winner that is none of a, b, tie, both_bad."""
    known = {winner.value for winner in Winner}
    if unknown := sorted(set(map(str, winners.unique())) - known):
        raise ValueError(f"{caller}: winner {unknown[0]!r} is none of {', '.join(sorted(known))}")


def points_for_a(votes: pd.DataFrame) -> np.ndarray:
    """Return the first generation's points, shape (votes,); NaN for both_bad."""
    points = {Winner.A: 1.0, Winner.B: 0.0, Winner.TIE: 0.5, Winner.BOTH_BAD: np.nan}
    codes, known = pd.factorize(votes["winner"])
    return np.array([points[Winner(winner)] for winner in known], dtype=np.float64)[codes]

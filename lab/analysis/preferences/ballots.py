"""Turns a frame of votes into numbered arrays, and these into counts of alike votes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lab.analysis.frames import columns_of
from lab.analysis.preferences.outcomes import VOTE_COLUMNS, check_winners
from lab.records import Winner

TIE = 2
_OUTCOMES = {Winner.A.value: 0, Winner.B.value: 1, Winner.TIE.value: TIE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballots:
    """The votes on one criterion between different checkpoints, without both_bad.

    All arrays have the shape (votes,); a is always the checkpoint that comes first by name.
    """

    checkpoints: tuple[str, ...]
    """Names of all checkpoints that were compared, sorted; the numbers below count them."""

    a: np.ndarray
    """Number of the first checkpoint."""

    b: np.ndarray
    """Number of the second checkpoint, greater than a."""

    outcome: np.ndarray
    """0: a won, 1: b won, 2: tie."""

    side: np.ndarray
    """1 where a stood on the left, −1 where b did."""

    reviewers: np.ndarray
    """Number of the reviewer, from 0."""

    prompts: np.ndarray
    """Number of the prompt, from 0."""

    n_both_bad: np.ndarray
    """Votes left out because both were bad, by checkpoint; shape (checkpoints,)."""

    total_both_bad: int
    """Votes left out because both were bad."""

    def __len__(self) -> int:
        return len(self.a)

    def keep(self, chosen: np.ndarray) -> Ballots:
        """Return only the chosen votes; `chosen` is a mask of shape (votes,)."""
        return Ballots(
            checkpoints=self.checkpoints,
            a=self.a[chosen],
            b=self.b[chosen],
            outcome=self.outcome[chosen],
            side=self.side[chosen],
            reviewers=_renumber(self.reviewers[chosen]),
            prompts=_renumber(self.prompts[chosen]),
            n_both_bad=self.n_both_bad,
            total_both_bad=self.total_both_bad,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Votes that are alike counted together: same pair, same outcome, same sides."""

    a: np.ndarray
    """Number of the first checkpoint, shape (cells,)."""

    b: np.ndarray
    """Number of the second checkpoint, shape (cells,)."""

    outcome: np.ndarray
    """0: a won, 1: b won, 2: tie; shape (cells,)."""

    side: np.ndarray
    """1 where a stood on the left, else −1; shape (cells,)."""

    n: np.ndarray
    """Votes of the cell, at least 1; shape (cells,)."""

    of_vote: np.ndarray
    """Number of each vote's cell; shape (votes,)."""


def read_ballots(frame: pd.DataFrame, criterion: str, caller: str) -> Ballots:
    """Give numbers to the votes on one criterion.

    Args:
        frame: one row per vote, as `storage.frames.votes` gives it.
        criterion: the votes on others are left out.
        caller: the function's name, for the message.

    Raises:
        ValueError: a column is missing, or a winner is none of a, b, tie, both_bad.
    """
    votes = columns_of(frame, VOTE_COLUMNS, caller)
    check_winners(votes["winner"], caller)
    votes = votes[(votes["criterion"] == criterion).to_numpy(dtype=bool)]
    first, second, names = _number_pairs(votes)
    outcome = _look_up(votes["winner"], _OUTCOMES)
    bad = (outcome < 0) & (first != second)
    good = (outcome >= 0) & (first != second)
    flipped = (first > second)[good]
    won = outcome[good]
    a_left = ~votes["swapped"].to_numpy(dtype=bool)[good] ^ flipped
    return Ballots(
        checkpoints=names,
        a=np.minimum(first, second)[good],
        b=np.maximum(first, second)[good],
        outcome=np.where(flipped & (won != TIE), 1 - won, won),
        side=np.where(a_left, 1, -1),
        reviewers=pd.factorize(votes["reviewer_id"][good])[0],
        prompts=pd.factorize(votes["prompt_id"][good])[0],
        n_both_bad=np.bincount(first[bad], minlength=len(names))
        + np.bincount(second[bad], minlength=len(names)),
        total_both_bad=int(bad.sum()),
    )


def count_cells(ballots: Ballots) -> Cells:
    """Count alike votes together."""
    k = len(ballots.checkpoints)
    code = ((ballots.a * k + ballots.b) * 3 + ballots.outcome) * 2 + (ballots.side > 0)
    counts = np.bincount(code, minlength=6 * k * k)
    present = np.flatnonzero(counts)
    number = np.zeros(len(counts), dtype=np.intp)
    number[present] = np.arange(len(present))
    pair = present // 6
    return Cells(
        a=pair // k,
        b=pair % k,
        outcome=present // 2 % 3,
        side=np.where(present % 2, 1, -1),
        n=counts[present].astype(np.float64),
        of_vote=number[code],
    )


def _number_pairs(votes: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    coded = [pd.factorize(votes[column]) for column in ("checkpoint_a", "checkpoint_b")]
    first, second = (codes for codes, _ in coded)
    met = [[str(name) for name in known] for _, known in coded]
    # A checkpoint that only met itself (an A/A pair) takes no part in any comparison.
    apart = np.array([[x != y for y in met[1]] for x in met[0]], dtype=bool).reshape(
        len(met[0]), len(met[1])
    )
    seen = np.zeros(apart.shape, dtype=bool)
    seen[first, second] = True
    rows, columns = np.nonzero(seen & apart)
    names = sorted({met[0][i] for i in rows} | {met[1][i] for i in columns})
    number = {name: index for index, name in enumerate(names)}
    places = [np.array([number.get(name, -1) for name in known], dtype=np.intp) for known in met]
    return places[0][first], places[1][second], tuple(names)


def _look_up(column: pd.Series, numbers: dict[str, int]) -> np.ndarray:
    codes, known = pd.factorize(column)
    return np.array([numbers.get(str(value), -1) for value in known], dtype=np.intp)[codes]


def _renumber(codes: np.ndarray) -> np.ndarray:
    return pd.factorize(codes)[0]

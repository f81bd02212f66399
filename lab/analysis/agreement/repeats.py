"""Turns answers to items that came twice into how far a reviewer agrees with themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from lab.analysis.intervals import Interval, wilson_interval

LEAST_PAIRS = 10
"""Fewer pairs of answers than this give no kappa: it would be mostly chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatAgreement:
    """How often the second answer to an item was the same as the first."""

    study: str
    """Label of the study."""

    reviewer_id: str | None
    """The account; None for all reviewers of the study together."""

    reviewer: str | None
    """The pseudonym; None for all together."""

    criterion: str | None
    """What was judged ("spans" for marks); None for all criteria together."""

    n: int
    """Pairs of answers, first and second."""

    n_same: int
    """Of these, exactly the same ones; for marks, the same pieces."""

    rate: float
    """n_same / n, 0 to 1."""

    interval: Interval
    """Wilson interval of the rate, as if all pairs were independent."""

    kappa: float | None
    """Cohen's kappa (1960), for ratings with quadratic weights (1968): 1 is full agreement, 0
    what chance gives; None with a reason."""

    overlap: float | None
    """For marks: mean of 2 × shared code points / (first + second), 1 where both marked nothing;
    None for everything else."""

    reason: str | None
    """Why there is no kappa; None where there is one."""


Who = tuple[str, str | None, str | None]
"""Study, account and pseudonym; no person where all of the study are meant."""


def repeat_agreements(rows: pd.DataFrame, level: float) -> tuple[RepeatAgreement, ...]:
    """Compare second answers with first ones, of every study and person, all and by criterion.

    Args:
        rows: answers to repeats, as `storage.frames.controls` gives them; those without an
            original are left out.
        level: confidence of the intervals.
    """
    pairs = rows[rows["original_answer_id"].notna()]
    if not len(pairs):
        return ()
    answers = _Answers(pairs)
    return tuple(
        answers.agreement(who, criterion, where, level)
        for who, inside in people_of(pairs)
        for criterion, where in answers.by_criterion(inside)
    )


def people_of(rows: pd.DataFrame) -> Iterator[tuple[Who, np.ndarray]]:
    """Give the rows' places of each study, and after it those of each of its people by name."""
    if not len(rows):
        return
    names = [rows[name].astype(str).to_numpy() for name in ("study", "reviewer", "reviewer_id")]
    keys, codes = zip(*(np.unique(name, return_inverse=True) for name in names), strict=True)
    order = np.lexsort(codes[::-1])
    sorted_codes = np.stack(codes)[:, order]
    studies = np.flatnonzero(np.r_[True, np.diff(sorted_codes[0]) != 0, True])
    starts = np.flatnonzero(np.r_[True, (np.diff(sorted_codes, axis=1) != 0).any(axis=0), True])
    for begin, end in pairwise(studies):
        study = str(keys[0][sorted_codes[0, begin]])
        yield (study, None, None), order[begin:end]
        inside = starts[(starts >= begin) & (starts <= end)]
        for first, last in pairwise(inside):
            _, name, id = (
                key[code] for key, code in zip(keys, sorted_codes[:, first], strict=True)
            )
            yield (study, str(id), str(name)), order[first:last]


class _Answers:
    """Pairs of answers as plain columns, so that a group of them is a few places."""

    def __init__(self, pairs: pd.DataFrame) -> None:
        self.criteria, self.criterion = np.unique(
            pairs["criterion"].astype(str).to_numpy(), return_inverse=True
        )
        self.same = _same(pairs)
        self.is_mark = pairs["spans"].notna().to_numpy()
        self.is_vote = pairs["winner"].notna().to_numpy()
        self.now, self.before = (
            pairs[name].astype(object).to_numpy() for name in ("winner", "original_winner")
        )
        self.value, self.first = (
            pairs[name].to_numpy(dtype=np.float64, na_value=np.nan)
            for name in ("value", "original_value")
        )
        self.marks = _marks(pairs)

    def by_criterion(self, places: np.ndarray) -> Iterator[tuple[str | None, np.ndarray]]:
        """Give all places together, then those of each criterion by name."""
        yield None, places
        codes = self.criterion[places]
        for code in np.unique(codes):
            yield str(self.criteria[code]), places[codes == code]

    def agreement(
        self, who: Who, criterion: str | None, places: np.ndarray, level: float
    ) -> RepeatAgreement:
        """Compare the answers at some places."""
        n, n_same = len(places), int(self.same[places].sum())
        kappa, reason = self._kappa(places) if criterion else (None, "each criterion has its own")
        marks = criterion is not None and bool(self.is_mark[places].any())
        overlaps = [_overlap(self.marks[0][i], self.marks[1][i]) for i in places] if marks else []
        return RepeatAgreement(
            study=who[0],
            reviewer_id=who[1],
            reviewer=who[2],
            criterion=criterion,
            n=n,
            n_same=n_same,
            rate=n_same / n,
            interval=wilson_interval(n_same, n, level),
            kappa=kappa,
            overlap=float(np.mean(overlaps)) if marks else None,
            reason=reason,
        )

    def _kappa(self, places: np.ndarray) -> tuple[float | None, str | None]:
        if self.is_mark[places].any():
            return None, "marks have an overlap instead"
        if len(places) < LEAST_PAIRS:
            return None, f"{len(places)} pairs so far; kappa needs {LEAST_PAIRS}"
        if self.is_vote[places].any():
            kappa = plain_kappa(list(self.before[places]), list(self.now[places]))
        else:
            kappa = weighted_kappa(self.first[places], self.value[places])
        return kappa, None if kappa is not None else "every answer is the same"


def weighted_kappa(
    first: Sequence[float] | np.ndarray, second: Sequence[float] | np.ndarray
) -> float | None:
    """Compute Cohen's kappa with quadratic weights (Cohen 1968).

    Args:
        first: points of the first answers.
        second: points of the second answers, in the same order.

    Returns:
        Kappa; None where neither varies, so that chance agrees always.
    """
    x, y = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    # The mean of (x − y)² over all pairs of one's first and another's second answer.
    by_chance = float(np.var(x) + np.var(y) + (x.mean() - y.mean()) ** 2)
    return _kappa(float(np.mean((x - y) ** 2)), by_chance)


def plain_kappa(first: Sequence[str], second: Sequence[str]) -> float | None:
    """Compute Cohen's kappa (1960) of outcomes without an order; see `weighted_kappa`."""
    before, now = Counter(first), Counter(second)
    n = len(first)
    alike = sum(before[name] * now[name] for name in before) / n**2
    apart = sum(one != other for one, other in zip(first, second, strict=True)) / n
    return _kappa(apart, 1 - alike)


def _kappa(apart: float, apart_by_chance: float) -> float | None:
    return None if apart_by_chance == 0 else 1 - apart / apart_by_chance


def _same(pairs: pd.DataFrame) -> np.ndarray:
    same = (pairs["value"] == pairs["original_value"]).fillna(False).to_numpy(dtype=bool)
    winners = [pairs[name].astype(object) for name in ("winner", "original_winner")]
    same |= ((winners[0] == winners[1]) & winners[0].notna()).to_numpy(dtype=bool)
    marked = [
        now is not None and set(map(tuple, now)) == set(map(tuple, before))
        for now, before in zip(*_marks(pairs), strict=True)
    ]
    return same | np.array(marked, dtype=bool)


def _marks(group: pd.DataFrame) -> tuple[list, list]:
    return list(group["spans"]), list(group["original_spans"])


def _overlap(now: list[tuple[int, int]], before: list[tuple[int, int]]) -> float:
    first, second = _code_points(before), _code_points(now)
    if not first and not second:
        return 1.0
    return 2 * len(first & second) / (len(first) + len(second))


def _code_points(marks: list[tuple[int, int]]) -> set[int]:
    return {place for start, end in marks for place in range(start, end)}

"""Turns answers to items that came twice into how far a reviewer agrees with themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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


def repeat_agreement(
    rows: pd.DataFrame, study: str, reviewer_id: str | None, reviewer: str | None, level: float
) -> Iterator[RepeatAgreement]:
    """Compare second answers with first ones, all together and by criterion.

    Args:
        rows: answers to repeats, as `storage.frames.controls` gives them; those without an
            original are left out.
        study: label of the study, for the result.
        reviewer_id: whose answers these are; None for everybody's.
        reviewer: the pseudonym.
        level: confidence of the intervals.
    """
    pairs = rows[rows["original_answer_id"].notna()]
    if not len(pairs):
        return
    groups: list[tuple[str | None, pd.DataFrame]] = [(None, pairs)]
    groups += [(str(name), group) for name, group in pairs.groupby("criterion", sort=True)]
    same = _same(pairs)
    for criterion, group in groups:
        n, n_same = len(group), int(same.loc[group.index].sum())
        kappa, reason = _kappa_of(group) if criterion else (None, "each criterion has its own")
        marks = criterion is not None and _is_marks(group)
        yield RepeatAgreement(
            study=study,
            reviewer_id=reviewer_id,
            reviewer=reviewer,
            criterion=criterion,
            n=n,
            n_same=n_same,
            rate=n_same / n,
            interval=wilson_interval(n_same, n, level),
            kappa=kappa,
            overlap=float(np.mean(list(map(_overlap, *_marks(group))))) if marks else None,
            reason=reason,
        )


def weighted_kappa(first: Sequence[int], second: Sequence[int]) -> float | None:
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


def _same(pairs: pd.DataFrame) -> pd.Series:
    same = (pairs["value"] == pairs["original_value"]).fillna(False).astype(bool)
    same |= (pairs["winner"] == pairs["original_winner"]).fillna(False).astype(bool)
    marked = [
        now is not None and set(map(tuple, now)) == set(map(tuple, before))
        for now, before in zip(*_marks(pairs), strict=True)
    ]
    return same | np.array(marked, dtype=bool)


def _kappa_of(group: pd.DataFrame) -> tuple[float | None, str | None]:
    if _is_marks(group):
        return None, "marks have an overlap instead"
    if len(group) < LEAST_PAIRS:
        return None, f"{len(group)} pairs so far; kappa needs {LEAST_PAIRS}"
    if group["winner"].notna().any():
        kappa = plain_kappa(list(group["original_winner"]), list(group["winner"]))
    else:
        kappa = weighted_kappa(list(group["original_value"]), list(group["value"]))
    return kappa, None if kappa is not None else "every answer is the same"


def _is_marks(group: pd.DataFrame) -> bool:
    return bool(group["spans"].notna().any())


def _marks(group: pd.DataFrame) -> tuple[list, list]:
    return list(group["spans"]), list(group["original_spans"])


def _overlap(now: list[tuple[int, int]], before: list[tuple[int, int]]) -> float:
    first, second = _code_points(before), _code_points(now)
    if not first and not second:
        return 1.0
    return 2 * len(first & second) / (len(first) + len(second))


def _code_points(marks: list[tuple[int, int]]) -> set[int]:
    return {place for start, end in marks for place in range(start, end)}

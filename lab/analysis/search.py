"""Turns the trials of a search into how much each setting alone decided about the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

import numpy as np
from scipy.stats import rankdata, spearmanr

from lab.analysis.preferences.contrasts import holm_adjusted

LEAST = 10
"""Finished trials below which nothing is said."""

_FEW, _GROUPS, _SHUFFLES = 4, 3, 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """What one setting alone explains of the ranks of the trials' values."""

    name: str
    """The setting."""

    share: float | None
    """Share of the ranks' variance explained, from 0 to 1, corrected for chance: epsilon squared
    of Kruskal and Wallis (Kelley 1935; Tomczak and Tomczak 2014). None where it cannot be told."""

    p: float | None
    """How often shuffled values are explained as well, adjusted for all settings (Holm 1979)."""

    tendency: float | None
    """Spearman's rank correlation of setting and value, in [-1, 1]; below 0, more of it went with
    a smaller value. None for choices that are no numbers."""

    n: int
    """Finished trials that it is told from."""

    reason: str | None = None
    """Why nothing can be told."""


def importances(
    trials: Sequence[Mapping[str, Any]], values: Sequence[float], seed: int = 0
) -> tuple[Importance, ...]:
    """Say how much each setting alone decided about the trials' values.

    Numbers with more than four different values are cut into thirds of the trials, so that a
    best value in the middle is found too. What settings do only together is not seen.

    Args:
        trials: the settings of each finished trial, by name; all of the same names.
        values: what each came to.
        seed: of the shuffles.

    Returns:
        One per setting, the most important first, those that nothing is told of last.

    Raises:
        ValueError: there are not as many values as trials, or one is not finite.
    """
    ranks = _ranks(trials, values)
    names = list(dict.fromkeys(name for one in trials for name in one))
    found = [_importance(name, [one.get(name) for one in trials], ranks, seed) for name in names]
    told = _holm(found)
    return tuple(sorted(told, key=lambda one: -1.0 if one.share is None else one.share)[::-1])


def _ranks(trials: Sequence[Mapping[str, Any]], values: Sequence[float]) -> np.ndarray:
    numbers = np.asarray(values, float)
    if len(numbers) != len(trials):
        raise ValueError(f"importances: {len(trials)} trials, but {len(numbers)} values")
    if not np.isfinite(numbers).all():
        raise ValueError("importances: a value is not finite; leave failed trials out")
    return np.asarray(rankdata(numbers), float)


def _importance(name: str, drawn: list[Any], ranks: np.ndarray, seed: int) -> Importance:
    n = len(ranks)

    def untold(reason: str) -> Importance:
        return Importance(name=name, share=None, p=None, tendency=None, n=n, reason=reason)

    if n < LEAST:
        return untold(f"needs {LEAST} finished trials")
    if np.ptp(ranks) == 0:
        return untold("all trials came to the same")
    numeric = all(isinstance(one, Real) and not isinstance(one, bool) for one in drawn)
    groups = _grouped(drawn, numeric)
    n_groups = int(groups.max()) + 1
    if n_groups < 2:
        return untold("had one value in all trials")
    if n - n_groups < 2:
        return untold("nearly as many values as trials")
    observed = _explained(groups, ranks[None])[0]
    random = np.random.default_rng(seed)
    shuffled = random.permuted(np.tile(ranks, (_SHUFFLES, 1)), axis=1)
    as_well = (_explained(groups, shuffled) >= observed - 1e-12).sum()
    share = 1 - (1 - observed) * (n - 1) / (n - n_groups)
    tendency = float(spearmanr(np.asarray(drawn, float), ranks).statistic) if numeric else None
    return Importance(
        name=name,
        share=float(max(share, 0.0)),
        p=float((as_well + 1) / (_SHUFFLES + 1)),
        tendency=tendency,
        n=n,
    )


def _grouped(drawn: list[Any], numeric: bool) -> np.ndarray:
    """Say which group each trial is in, from 0 on; equal values are never torn apart."""
    if numeric and len(set(drawn)) > _FEW:
        places = (rankdata(drawn, "min") - 1) * _GROUPS // len(drawn)
        return np.unique(places, return_inverse=True)[1]
    return np.unique([repr(one) for one in drawn], return_inverse=True)[1]


def _explained(groups: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    """Return the share of the variance between groups, per row of ranks (shuffles, trials)."""
    member = np.eye(int(groups.max()) + 1)[groups]
    means = ranks @ member / member.sum(axis=0)
    centre = ranks.mean(axis=1, keepdims=True)
    between = ((means - centre) ** 2 * member.sum(axis=0)).sum(axis=1)
    total: np.ndarray = ((ranks - centre) ** 2).sum(axis=1)
    return np.asarray(between / total)


def _holm(found: list[Importance]) -> list[Importance]:
    tested = [one for one in found if one.p is not None]
    adjusted = holm_adjusted(np.array([one.p for one in tested], float))
    of_name = {one.name: float(p) for one, p in zip(tested, adjusted, strict=True)}
    return [replace(one, p=of_name.get(one.name)) for one in found]

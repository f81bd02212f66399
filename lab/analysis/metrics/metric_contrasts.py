"""Turns metrics' scores of the same texts into which of two metrics follows people better."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from lab.analysis.frames import columns_of
from lab.analysis.metrics import soft_accuracy
from lab.analysis.metrics.correlation import Asked
from lab.analysis.metrics.measures import own_values, system_means, system_rowwise
from lab.analysis.metrics.rated_texts import RatedTexts, rated_texts, with_people
from lab.analysis.preferences.contrasts import holm_adjusted

_CELLS = 4_000_000
Compared = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricContrast:
    """How much better one metric follows people than another, on the texts that have both."""

    metric: str
    """Name of the first metric."""

    other: str
    """Name of the second."""

    value: float | None
    """The first's measure less the second's; None where one of them has none."""

    p: float | None
    """Two-sided p-value of the paired permutation test over prompts."""

    p_holm: float | None
    """The same adjusted for all pairs of metrics (Holm 1979)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricStanding:
    """Which places of the ranking a metric may hold."""

    metric: str
    """Name of the metric."""

    best_rank: int
    """1 + the metrics that certainly follow people better (Holm-adjusted p < .05)."""

    worst_rank: int
    """Number of metrics − those that certainly follow people less well."""

    tied_with: tuple[str, ...]
    """Metrics that it cannot be told from."""


def metric_contrasts(
    texts: pd.DataFrame, people: pd.Series, metrics: Sequence[str], asked: Asked
) -> tuple[MetricContrast, ...]:
    """Compare each pair of metrics on one criterion.

    The paired permutation test of Deutsch, Dror and Roth (2021, "A Statistical Analysis of
    Summarization Evaluation Metrics using Resampling Methods"), over prompts: on each prompt the
    two metrics may swap the scores of all its texts. It speaks of other prompts and the same
    checkpoints. For the checkpoints' means, scores are standardised before they are swapped.

    Args:
        texts: one row per text: generation_id, prompt_id, checkpoint and one column per metric.
        people: mean ratings on the criterion, indexed by generation_id.
        metrics: names of the metrics.
        asked: level, measure and settings.

    Returns:
        One result per pair, in the order of the metrics.

    Raises:
        ValueError: a column is missing.
    """
    needed = ["generation_id", "prompt_id", "checkpoint", *metrics]
    rows = columns_of(texts, needed, "metric_contrasts")
    rows = rows.assign(**{name: -rows[name] for name in metrics if name in asked.lower_is_better})
    rated = with_people(rows, people)
    pairs = list(combinations(metrics, 2))
    if not pairs or rated.empty:
        return ()
    grid = rated_texts(rated, [*metrics, "people"], "metric_contrasts")
    # So many draws that the smallest p, times all pairs, can still be under .05.
    signs = _signs(grid.n_prompts, max(1999, 25 * len(pairs)), asked.seed)
    compare = _within if asked.level == "within prompt" else _between
    compared = compare(grid, pairs, asked, signs)
    found = [
        MetricContrast(metric=a, other=b, value=value, p=p, p_holm=None)
        for (a, b), (value, p) in zip(pairs, compared, strict=True)
    ]
    adjusted = holm_adjusted(np.array([np.nan if one.p is None else one.p for one in found]))
    return tuple(
        replace(one, p_holm=None if one.p is None else float(p))
        for one, p in zip(found, adjusted, strict=True)
    )


def metric_standings(
    metrics: Sequence[str], contrasts: Sequence[MetricContrast], alpha: float = 0.05
) -> tuple[MetricStanding, ...]:
    """Turn comparisons of pairs into the places that each metric may hold.

    Args:
        metrics: names of the metrics that have a value.
        contrasts: comparisons between them.
        alpha: a pair is decided at a Holm-adjusted p below it.

    Returns:
        One result per metric, in the order given.
    """
    better: dict[str, set[str]] = {name: set() for name in metrics}
    for one in contrasts:
        if one.p_holm is None or one.value is None or one.p_holm >= alpha or not one.value:
            continue
        winner, loser = (one.metric, one.other) if one.value > 0 else (one.other, one.metric)
        if winner in better and loser in better:
            better[winner].add(loser)
    return tuple(
        MetricStanding(
            metric=name,
            best_rank=1 + sum(name in beaten for beaten in better.values()),
            worst_rank=len(better) - len(better[name]),
            tied_with=tuple(
                other
                for other in metrics
                if other != name and other not in better[name] and name not in better[other]
            ),
        )
        for name in metrics
    )


def _within(
    grid: RatedTexts, pairs: Sequence[tuple[str, str]], asked: Asked, signs: np.ndarray
) -> Iterator[Compared]:
    """Swap whole prompts: the difference of their own values changes its sign."""
    human, nothing = grid.values["people"], np.full(grid.n_prompts, np.nan)
    own = {}
    for name in dict.fromkeys(name for pair in pairs for name in pair):
        found = own_values(grid, grid.values[name], human, asked.measure, asked.seed)
        own[name] = nothing if found is None else found.values
    gaps = np.stack([own[a] - own[b] for a, b in pairs], axis=1)
    n = np.isfinite(gaps).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        seen = np.nansum(gaps, axis=0) / n
        drawn = signs @ np.nan_to_num(gaps) / n
    for pair in range(len(pairs)):
        yield _judged(float(seen[pair]), drawn[:, pair]) if n[pair] > 1 else (None, None)


def _between(
    grid: RatedTexts, pairs: Sequence[tuple[str, str]], asked: Asked, signs: np.ndarray
) -> Iterator[Compared]:
    """Swap whole prompts of standardised scores: each checkpoint's two means move apart."""
    human = grid.values["people"]
    of = _swapped_soft if asked.measure == "soft accuracy" else _swapped_means(asked)
    size = max(1, _CELLS // max(1, grid.n_checkpoints**2))
    for a, b in pairs:
        held = np.isfinite(grid.values[a]) & np.isfinite(grid.values[b])
        if len(np.unique(grid.checkpoints[held])) < 3:
            yield (None, None)
            continue
        one, two = (_standardised(grid.values[name], held) for name in (a, b))
        seen = of(grid, one, two, human, held, np.ones((1, grid.n_prompts)))[0]
        parts = (signs[start : start + size] for start in range(0, len(signs), size))
        drawn = [of(grid, one, two, human, held, part) for part in parts]
        yield _judged(float(seen), np.concatenate(drawn))


Swapped = Callable[
    [RatedTexts, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray], np.ndarray
]


def _swapped_means(asked: Asked) -> Swapped:
    of = system_rowwise(asked.measure)

    def gaps(
        grid: RatedTexts,
        one: np.ndarray,
        two: np.ndarray,
        human: np.ndarray,
        held: np.ndarray,
        signs: np.ndarray,
    ) -> np.ndarray:
        every = np.ones((1, grid.n_prompts))
        people = np.broadcast_to(
            system_means(grid, human, held, every), (len(signs), grid.n_checkpoints)
        )
        middle = system_means(grid, (one + two) / 2, held, every)
        n = grid.sums(np.ones(len(one)), held).sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            apart = signs @ grid.sums((one - two) / 2, held) / n
        return of(np.round(middle + apart, 12), people) - of(np.round(middle - apart, 12), people)

    return gaps


def _swapped_soft(
    grid: RatedTexts,
    one: np.ndarray,
    two: np.ndarray,
    human: np.ndarray,
    held: np.ndarray,
    signs: np.ndarray,
) -> np.ndarray:
    cells = [grid.cells(each, held) for each in (one, two, human)]
    i, j = np.triu_indices(grid.n_checkpoints, 1)
    first, second, people = (np.nan_to_num(each[:, i] - each[:, j]) for each in cells)
    middle, apart = (first + second) / 2, (first - second) / 2
    p_human = soft_accuracy.p_of_sums(people.sum(axis=0), (people**2).sum(axis=0))
    squares = (middle**2 + apart**2).sum(axis=0)
    moved, bent = signs @ apart, 2 * signs @ (middle * apart)
    values = [
        soft_accuracy.soft_accuracy(
            soft_accuracy.p_of_sums(
                middle.sum(axis=0) + side * moved, np.maximum(squares + side * bent, 0)
            ),
            p_human,
        )
        for side in (1, -1)
    ]
    return values[0] - values[1]


def _judged(seen: float, drawn: np.ndarray) -> Compared:
    if not np.isfinite(seen):
        return None, None
    held = drawn[np.isfinite(drawn)]
    return seen, float((1 + (np.abs(held) >= abs(seen) - 1e-9).sum()) / (1 + len(held)))


def _standardised(values: np.ndarray, held: np.ndarray) -> np.ndarray:
    kept = values[held]
    return np.where(held, (values - kept.mean()) / (kept.std() or 1.0), np.nan)


def _signs(n_prompts: int, n_draws: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).choice([-1.0, 1.0], size=(n_draws, n_prompts))

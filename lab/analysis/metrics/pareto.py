"""Turns checkpoints' quality and cost into who is dominated, and how certain that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy import sparse

from lab.analysis.bootstrap import check_resamples, resample_weights
from lab.analysis.frames import codes_of, columns_of, text_codes
from lab.analysis.intervals import Interval, check_level, percentile_interval, t_interval

Statistic = Literal["mean", "p50", "p90"]
_AT_A_TIME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Tradeoff:
    """One checkpoint's quality and cost, and its place among the others."""

    checkpoint: str
    """Name of the checkpoint."""

    quality: float
    """Mean of its values; more is better."""

    quality_interval: Interval | None
    """Interval over other reviewers and prompts; None with one of either."""

    cost: float
    """Its cost; less is better."""

    cost_interval: Interval | None
    """Interval over other prompts; None with one prompt, or where the cost is a constant."""

    dominated_by: tuple[str, ...]
    """Checkpoints that are no worse in both and better in one, as measured."""

    front_share: float | None
    """Share of the resamples in which no other dominates it; None with one reviewer or prompt."""

    n_values: int
    """Ratings or votes."""

    n_reviewers: int
    """People who gave them."""

    n_texts: int
    """Texts with a known cost."""

    @property
    def verdict(self) -> str:
        """Say in words how certain its place is, at 95 %."""
        if self.front_share is None:
            return "not known"
        if self.front_share >= 0.95:
            return "on the front"
        return "dominated" if self.front_share <= 0.05 else "not certain"


def tradeoffs(
    values: pd.DataFrame,
    costs: pd.DataFrame,
    statistic: Statistic = "mean",
    confidence: float = 0.95,
    n_resamples: int = 500,
    seed: int = 0,
) -> tuple[Tradeoff, ...]:
    """Set quality against cost.

    Resamples draw reviewers and prompts anew, independently (Owen 2007, "The pigeonhole
    bootstrap"); a prompt counts as often for the costs as for the quality, and for all
    checkpoints alike, so that what two of them share does not blur who dominates whom.

    Args:
        values: one row per judgement: checkpoint, prompt_id, reviewer_id, value (more is better).
        costs: one row per text: checkpoint, prompt_id, cost, and per, what the cost is for (1 for
            a text; its tokens where the cost is per token).
        statistic: "mean" is all costs over all that they are for; "p50" and "p90" are the
            smallest cost that so many per cent of the texts do not exceed.
        confidence: confidence of the intervals.
        n_resamples: resamples, at least 100.
        seed: seed of the bootstrap.

    Returns:
        One result per checkpoint that has both, the best quality first.

    Raises:
        ValueError: a column is missing, or a setting out of range.
    """
    check_level(confidence)
    check_resamples(n_resamples)
    if statistic not in get_args(Statistic):
        raise ValueError(f"statistic is {statistic!r}; it must be one of: mean, p50, p90")
    values = columns_of(values, ["checkpoint", "prompt_id", "reviewer_id", "value"], "tradeoffs")
    costs = columns_of(costs, ["checkpoint", "prompt_id", "cost", "per"], "tradeoffs").dropna()
    names = sorted({str(name) for name in values["checkpoint"].unique()}
                   & {str(name) for name in costs["checkpoint"].unique()})  # fmt: skip
    if not names:
        return ()
    values, costs = (each[each["checkpoint"].isin(names)] for each in (values, costs))
    prompts = text_codes(values["prompt_id"], costs["prompt_id"])
    reviewers = codes_of(values["reviewer_id"])
    n_prompts, n_reviewers = int(prompts.max()) + 1, int(reviewers.max()) + 1
    cells = _cells(values, names, reviewers, prompts[: len(values)], n_reviewers)
    lists = _lists(costs, names, prompts[len(values) :])
    seen = _estimate(cells, lists, np.ones((1, n_reviewers)), np.ones((1, n_prompts)), statistic)
    drawn = None
    if n_reviewers > 1 and n_prompts > 1:
        rng = np.random.default_rng(seed)
        parts = [
            _estimate(
                cells,
                lists,
                resample_weights(n_reviewers, size, rng),
                resample_weights(n_prompts, size, rng),
                statistic,
            )
            for size in _sizes(n_resamples)
        ]
        drawn = tuple(np.concatenate(each) for each in zip(*parts, strict=True))
    found = [
        _tradeoff(i, names, values, costs, (seen[0][0], seen[1][0]), drawn, confidence)
        for i in range(len(names))
    ]
    return tuple(sorted(found, key=lambda one: -one.quality))


def vote_values(votes: pd.DataFrame) -> pd.DataFrame:
    """Turn votes into values: 1 for the preferred, 0 for the other, ½ each for a tie.

    Args:
        votes: checkpoint_a, checkpoint_b, prompt_id, reviewer_id, winner. "both_bad" says nothing
            of the two and is left out.

    Returns:
        Two rows per vote: checkpoint, prompt_id, reviewer_id, value.
    """
    needed = ["checkpoint_a", "checkpoint_b", "prompt_id", "reviewer_id", "winner"]
    rows = columns_of(votes, needed, "vote_values")
    points = rows["winner"].astype(object).map({"a": 1.0, "tie": 0.5, "b": 0.0})
    rows = rows.assign(value=points)[points.notna()]
    sides = [
        rows[["prompt_id", "reviewer_id"]].assign(
            checkpoint=rows[f"checkpoint_{side}"].astype(str), value=value
        )
        for side, value in (("a", rows["value"]), ("b", 1 - rows["value"]))
    ]
    return pd.concat(sides, ignore_index=True)


_Cells = list[tuple[np.ndarray, sparse.csr_array, sparse.csr_array]]
_Lists = list[tuple[np.ndarray, np.ndarray, np.ndarray]]


def _cells(
    values: pd.DataFrame,
    names: list[str],
    reviewers: np.ndarray,
    prompts: np.ndarray,
    n_reviewers: int,
) -> _Cells:
    """Add values up, and count them, by prompt and reviewer of each checkpoint.

    Returns:
        By checkpoint: its prompts, and the sums and counts of shape (its prompts, reviewers).
    """
    numbers = values["value"].to_numpy(dtype=np.float64)
    found = []
    for name in names:
        mine = np.flatnonzero((values["checkpoint"] == name).to_numpy(dtype=bool))
        own, rows = np.unique(prompts[mine], return_inverse=True)
        at, shape = (rows, reviewers[mine]), (len(own), n_reviewers)
        parts = (numbers[mine], np.ones(len(mine)))
        sums, counts = (sparse.csr_array((part, at), shape=shape) for part in parts)
        found.append((own, sums, counts))
    return found


def _lists(costs: pd.DataFrame, names: list[str], prompts: np.ndarray) -> _Lists:
    """List each checkpoint's costs, the lowest first, with what they are for and the prompts."""
    found = []
    for name in names:
        mine = np.flatnonzero((costs["checkpoint"] == name).to_numpy(dtype=bool))
        cost, per = (costs[column].to_numpy(dtype=np.float64)[mine] for column in ("cost", "per"))
        order = np.argsort(cost, kind="stable")
        found.append((cost[order], per[order], prompts[mine][order]))
    return found


def _estimate(
    cells: _Cells,
    lists: _Lists,
    by_reviewer: np.ndarray,
    by_prompt: np.ndarray,
    statistic: Statistic,
) -> tuple[np.ndarray, np.ndarray]:
    """Compute quality and cost under rows of weights, each of shape (resamples, checkpoints)."""
    people, texts = np.ascontiguousarray(by_reviewer.T), np.ascontiguousarray(by_prompt.T)
    quality = []
    for own, *pair in cells:
        weights = texts[own]
        sums, counts = (np.einsum("ij,ij->j", each @ people, weights) for each in pair)
        quality.append(_over(sums, counts))
    cost = [_cost(*each, by_prompt, statistic) for each in lists]
    return np.stack(quality, axis=1), np.stack(cost, axis=1)


def _cost(
    cost: np.ndarray, per: np.ndarray, prompts: np.ndarray, weights: np.ndarray, statistic: str
) -> np.ndarray:
    if statistic == "mean":
        paid, bought = np.bincount(prompts, cost), np.bincount(prompts, per)
        n = len(paid)
        return _over(weights[:, :n] @ paid, weights[:, :n] @ bought)
    held = weights.astype(np.int32)[:, prompts].cumsum(axis=1, dtype=np.int32)
    wanted = int(statistic[1:]) / 100 * held[:, -1] - 1e-9
    place = [int(np.searchsorted(row, least)) for row, least in zip(held, wanted, strict=True)]
    ratio = cost / per
    return np.where(held[:, -1] > 0, ratio[np.minimum(place, len(cost) - 1)], np.nan)


def _over(sums: np.ndarray, counts: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(counts > 0, sums / counts, np.nan)


def _sizes(n_resamples: int) -> list[int]:
    starts = range(0, n_resamples, _AT_A_TIME)
    return [min(_AT_A_TIME, n_resamples - start) for start in starts]


def _dominates(quality: np.ndarray, cost: np.ndarray, i: int) -> np.ndarray:
    """Tell which checkpoints dominate the i-th; shape (…, checkpoints)."""
    mine_q, mine_c = quality[..., i : i + 1], cost[..., i : i + 1]
    no_worse = (quality >= mine_q - 1e-12) & (cost <= mine_c + 1e-12)
    return no_worse & ((quality > mine_q + 1e-12) | (cost < mine_c - 1e-12))


def _tradeoff(
    i: int,
    names: list[str],
    values: pd.DataFrame,
    costs: pd.DataFrame,
    seen: tuple[np.ndarray, np.ndarray],
    drawn: tuple[np.ndarray, ...] | None,
    confidence: float,
) -> Tradeoff:
    mine = values[values["checkpoint"] == names[i]]
    few = min(mine["reviewer_id"].nunique(), mine["prompt_id"].nunique())
    quality_interval = cost_interval = share = None
    if drawn is not None and few > 1:
        qualities, paid = drawn
        spread = float(np.nanstd(qualities[:, i], ddof=1))
        quality_interval = t_interval(float(seen[0][i]), spread, few - 1, confidence)
        if np.nanmax(paid[:, i]) > np.nanmin(paid[:, i]):
            cost_interval = percentile_interval(paid[:, i], confidence)
        known = np.isfinite(qualities[:, i]) & np.isfinite(paid[:, i])
        beaten = _dominates(qualities[known], paid[known], i).any(axis=1)
        share = float(1 - beaten.mean())
    beats = _dominates(*seen, i)
    return Tradeoff(
        checkpoint=names[i],
        quality=float(seen[0][i]),
        quality_interval=quality_interval,
        cost=float(seen[1][i]),
        cost_interval=cost_interval,
        dominated_by=tuple(name for name, better in zip(names, beats, strict=True) if better),
        front_share=share,
        n_values=len(mine),
        n_reviewers=int(mine["reviewer_id"].nunique()),
        n_texts=int((costs["checkpoint"] == names[i]).sum()),
    )

"""Turns a check's flags on all texts and people's labels on some into rates without its errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lab.analysis.checks.ratios import cluster_totals, spread
from lab.analysis.frames import codes_of, columns_of
from lab.analysis.intervals import Interval, check_level, share_interval

_FEWEST_PROMPTS = 5  # with fewer labelled prompts the interval's own spread is a guess


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedRate:
    """The share of a checkpoint's texts that people would call hallucinated."""

    checkpoint: str
    """Name of the checkpoint."""

    value: float | None
    """The share, 0 to 1; None with a reason."""

    interval: Interval | None
    """Interval over other prompts and other draws of the labelled texts; None with a reason."""

    reason: str | None
    """Why there is no value or no interval."""

    by_check: float | None
    """Share of the checkpoint's checked texts that the check flags."""

    by_people: float | None
    """Share of its labelled texts that people call hallucinated; None where none is labelled."""

    weight: float
    """How much the check's flags count, 0 (not at all: they follow nobody) to 1."""

    n_checked: int
    """Checked texts."""

    n_labelled: int
    """Of these, labelled by people."""


def corrected_rates(frame: pd.DataFrame, level: float = 0.95) -> tuple[CorrectedRate, ...]:
    """Correct each checkpoint's flagged share by what people say of some of its texts.

    Prediction-powered inference for a mean with the weight that makes the variance least
    (Angelopoulos, Duchi and Zrnic 2023, "PPI++"): people's share of the labelled texts, plus the
    weight times the difference of the flagged share of the other texts and of the labelled ones.
    The standard error is summed within prompts; t with labelled prompts − 1, on the logit scale.
    It holds where the labelled texts are a random draw of the checkpoint's, as those of a study
    are. Unlike the correction of Rogan and Gladen (1978) it does not assume that the check errs
    alike on all checkpoints, and it never divides by nearly nothing.

    Args:
        frame: one row per checked text: checkpoint, prompt_id, flagged, and hallucinated: what
            people say, empty where it is not labelled.
        level: confidence of the intervals.

    Returns:
        One result per checkpoint, sorted by name.

    Raises:
        ValueError: a column is missing, or the level is out of range.
    """
    check_level(level)
    needed = ["checkpoint", "prompt_id", "flagged", "hallucinated"]
    rows = columns_of(frame, needed, "corrected_rates")
    return tuple(
        _corrected(str(name), group, level)
        for name, group in rows.groupby("checkpoint", sort=True, observed=True)
    )


def _corrected(name: str, group: pd.DataFrame, level: float) -> CorrectedRate:
    flags = group["flagged"].to_numpy(dtype=float)
    labels = group["hallucinated"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    prompts, known = codes_of(group["prompt_id"]), ~np.isnan(labels)
    n_prompts = len(np.unique(prompts[known]))
    value: float | None = None
    interval: Interval | None = None
    weight = 0.0
    reason: str | None = "nobody has looked through its texts"
    if known.any():
        value, influence, weight = _joined(flags, labels, known)
        few = f"labelled texts on {n_prompts} prompts; an interval needs {_FEWEST_PROMPTS}"
        reason = few if n_prompts < _FEWEST_PROMPTS else None
        if reason is None:
            error = spread(cluster_totals(influence, prompts))
            interval = share_interval(value, error, n_prompts, level)
    return CorrectedRate(
        checkpoint=name,
        value=value,
        interval=interval,
        reason=reason,
        by_check=float(flags.mean()) if len(flags) else None,
        by_people=float(labels[known].mean()) if known.any() else None,
        weight=weight,
        n_checked=len(flags),
        n_labelled=int(known.sum()),
    )


def _joined(
    flags: np.ndarray, labels: np.ndarray, known: np.ndarray
) -> tuple[float, np.ndarray, float]:
    """Return the estimate, what each text contributes to its error, and the flags' weight."""
    n, others = int(known.sum()), int((~known).sum())
    f, y = flags[known], labels[known]
    weight = _best_weight(f, y, others)
    influence = np.zeros(len(flags))
    influence[known] = (y - y.mean() - weight * (f - f.mean())) / n
    value = float(y.mean())
    if others:
        rest = flags[~known]
        influence[~known] = weight * (rest - rest.mean()) / others
        value += weight * float(rest.mean() - f.mean())
    return min(1.0, max(0.0, value)), influence, weight


def _best_weight(flags: np.ndarray, labels: np.ndarray, n_others: int) -> float:
    variance = float(flags.var())
    if not n_others or variance == 0:
        return 0.0
    covariance = float(((flags - flags.mean()) * (labels - labels.mean())).mean())
    return min(1.0, max(0.0, covariance / variance / (1 + len(flags) / n_others)))

"""Turns the results of hallucination checks into each checkpoint's hallucination rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lab.analysis.clusters import clustered_mean, clustered_share_interval
from lab.analysis.frames import codes_of, columns_of
from lab.analysis.intervals import Interval, check_level
from lab.records import CheckStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class HallucinationRate:
    """How many of a checkpoint's texts have at least one hallucination, by the check."""

    checkpoint: str
    """Name of the checkpoint."""

    value: float | None
    """Share of checked texts with a marked span, 0 to 1; None where none was checked."""

    interval: Interval | None
    """Interval over other prompts; None with a reason."""

    reason: str | None
    """Why there is no value or no interval."""

    n_checked: int
    """Texts that the check could say something about."""

    n_flagged: int
    """Of these, texts with at least one span."""

    n_spans: int
    """Spans in all checked texts."""

    n_not_checked: int
    """Texts not checked yet, without anything to check against, or failed: not in the rate."""

    n_prompts: int
    """Prompts of the checked texts."""


def hallucination_rate(frame: pd.DataFrame, level: float = 0.95) -> tuple[HallucinationRate, ...]:
    """Compute every checkpoint's share of texts with a hallucination.

    The interval is clustered by prompt, with t on the logit scale; where all or none of the texts
    are flagged each prompt counts as one observation (Clopper and Pearson 1934).

    Args:
        frame: one row per generation: checkpoint, prompt_id, check_status, n_spans.
        level: confidence of the interval.

    Returns:
        One result per checkpoint, sorted by name.

    Raises:
        ValueError: a column is missing, or the level is out of range.
    """
    check_level(level)
    needed = ["checkpoint", "prompt_id", "check_status", "n_spans"]
    rows = columns_of(frame, needed, "hallucination_rate")
    return tuple(
        _rate(str(name), group, level)
        for name, group in rows.groupby("checkpoint", sort=True, observed=True)
    )


def _rate(checkpoint: str, group: pd.DataFrame, level: float) -> HallucinationRate:
    checked = group[(group["check_status"] == CheckStatus.OK.value).fillna(False).astype(bool)]
    n_spans = checked["n_spans"].fillna(0).to_numpy(dtype=np.float64)
    value, interval, reason = _share((n_spans > 0).astype(np.float64), checked, level)
    return HallucinationRate(
        checkpoint=checkpoint,
        value=value,
        interval=interval,
        reason=reason,
        n_checked=len(checked),
        n_flagged=int((n_spans > 0).sum()),
        n_spans=int(n_spans.sum()),
        n_not_checked=len(group) - len(checked),
        n_prompts=int(checked["prompt_id"].nunique()),
    )


def _share(
    flagged: np.ndarray, checked: pd.DataFrame, level: float
) -> tuple[float | None, Interval | None, str | None]:
    if not len(flagged):
        return None, None, "no text checked; run `lab check`"
    mean = clustered_mean(flagged, (codes_of(checked["prompt_id"]),))
    interval = clustered_share_interval(mean, level)
    too_few = "one prompt so far; an interval needs at least two"
    return mean.value, interval, None if interval else too_few

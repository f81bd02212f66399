"""Turns an undecided look into the votes that are probably still needed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.analysis.verdict.sequence import Look, bound

_MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What is needed if the share of points stays as it is."""

    n_votes: int | None
    """Further votes, if new reviewers and prompts come in as they did so far; None where even
    1,000 times as many would probably not do."""

    by_same_reviewers: bool
    """Whether the present reviewers could give enough, by voting on and on."""


def forecast(now: Look, smallest: float, level: float) -> Forecast | None:
    """Estimate how many more votes lead to a verdict.

    The variance falls as 1 / votes where reviewers and prompts grow alike; what the same reviewers
    can still lessen is only the part of the variance that is not lasting.

    Args:
        now: an undecided look.
        smallest: smallest difference from one half that matters, as a share.
        level: confidence for all looks together.

    Returns:
        The forecast; None with one reviewer.
    """
    if now.standard_error is None or now.df is None or now.lasting is None:
        return None
    times = np.geomspace(1, _MOST, 2000)
    grown = now.standard_error / np.sqrt(times)
    enough = np.flatnonzero(_decides(now.value, grown, (now.df + 1) * times - 1, smallest, level))
    n_votes = int(np.ceil(now.n_votes * (times[enough[0]] - 1))) if len(enough) else None
    left = now.standard_error * np.sqrt(now.lasting + (1 - now.lasting) / times)
    return Forecast(
        n_votes=None if n_votes is None else _round(max(1, n_votes)),
        by_same_reviewers=bool(_decides(now.value, left, now.df, smallest, level).any()),
    )


def _decides(
    value: float, error: np.ndarray, df: np.ndarray | float, smallest: float, level: float
) -> np.ndarray:
    reach = bound(np.maximum(error, 1e-9), df, level) * error
    apart = abs(value - 0.5)
    return (apart > reach) | (apart + reach <= smallest)


def _round(n: int) -> int:
    """Round up to two figures: more would claim a knowledge that a forecast does not have."""
    step = 10 ** max(0, len(str(n)) - 2)
    return -(-n // step) * step

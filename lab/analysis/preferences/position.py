"""Turns votes into how far a leaning to one side, or plain noise, could pass for a difference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lab.analysis.intervals import Interval
from lab.analysis.preferences.win_rates import side_bias
from lab.analysis.reviewers.controls import NoiseFloor
from lab.records import Winner


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What about the procedure, not about the texts, could have moved the votes."""

    left_share: float | None
    """Share of decided votes for the text on the left; None without such votes."""

    left_interval: Interval | None
    """Its interval over other reviewers and prompts; None where there is none."""

    leans: bool
    """Whether the interval leaves out one half."""

    shown_left: float
    """Share of the votes in which the checkpoint stood on the left; one half is balanced."""

    shift: float
    """How much of the share of points may come of the leaning: 0 where sides are balanced."""

    tie_share: float
    """Share of ties among the votes that count."""

    tie_share_of_equals: float | None
    """The same in A/A pairs, where neither text is better; None without them."""

    n_equals: int
    """Votes on A/A pairs behind it."""

    cautions: tuple[str, ...]
    """What a reader must know before believing the votes, in sentences."""


def audit(votes: pd.DataFrame, checkpoint: str, criterion: str, noise: NoiseFloor | None) -> Audit:
    """Look for a leaning to one side and compare with pairs of equals.

    Args:
        votes: the votes between the checkpoint and its opponent, without both_bad; at least one.
        checkpoint: the one of the two whose share of points is asked for.
        criterion: what was compared.
        noise: what A/A pairs of the study gave, if it has them.
    """
    bias = side_bias(votes, criterion)
    is_left = (votes["checkpoint_a"] == checkpoint) != votes["swapped"].astype(bool)
    tie_share = float((votes["winner"] == Winner.TIE.value).mean())
    shown_left = float(is_left.mean())
    leans = bias.interval is not None and not bias.interval.low <= 0.5 <= bias.interval.high
    shift = 0.0
    if bias.value is not None:
        shift = (bias.value - 0.5) * (2 * shown_left - 1) * (1 - tie_share)
    of_equals, n_equals = _ties_of(noise)
    return Audit(
        left_share=bias.value,
        left_interval=bias.interval,
        leans=leans,
        shown_left=shown_left,
        shift=shift,
        tie_share=tie_share,
        tie_share_of_equals=of_equals,
        n_equals=n_equals,
        cautions=(
            *_about_sides(bias.value, leans, shift),
            *_about_equals(tie_share, of_equals, n_equals, noise),
        ),
    )


def _ties_of(noise: NoiseFloor | None) -> tuple[float | None, int]:
    if noise is None:
        return None, 0
    counts = {outcome.name: outcome.n for outcome in noise.outcomes}
    n = noise.n - counts.get(Winner.BOTH_BAD.value, 0)
    return (counts.get(Winner.TIE.value, 0) / n if n else None), n


def _about_sides(left_share: float | None, leans: bool, shift: float) -> list[str]:
    if left_share is None or not leans:
        return []
    side = "left" if left_share > 0.5 else "right"
    share = max(left_share, 1 - left_share)
    said = f"Reviewers lean to the text on the {side} ({_percent(share)} of decided votes)"
    if abs(shift) < 0.01:
        return [f"{said}; sides were balanced, so that this takes nothing from the result."]
    return [f"{said}, and sides were not balanced: {abs(shift) * 100:.0f} points may come of that."]


def _about_equals(
    tie_share: float, of_equals: float | None, n_equals: int, noise: NoiseFloor | None
) -> list[str]:
    if of_equals is None or noise is None:
        return []
    said = []
    # One standard error of the A/A pairs' own share is what chance alone moves it.
    slack = float(np.sqrt(max(of_equals * (1 - of_equals), 0.01) / n_equals))
    if tie_share >= of_equals - slack:
        said.append(
            f"Ties are as frequent ({_percent(tie_share)}) as in pairs of equals "
            f"({_percent(of_equals)} of {n_equals}): reviewers hardly tell the two apart."
        )
    left, around = noise.left_share, noise.left_interval
    if left is not None and around is not None and not around.low <= 0.5 <= around.high:
        said.append(
            f"In pairs of equals {_percent(left)} of {noise.n_decided} decided votes went to the "
            "left: look at the procedure first."
        )
    return said


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"

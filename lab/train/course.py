"""Turns losses and gradients into an error where they are no numbers, or past any use."""

from __future__ import annotations

import math
from typing import Any

from lab.train.stopping import Diverged


def check_finite(step: int, rate: float, loss: float, norm: float, scaler: Any) -> None:
    """Refuse a step whose loss or gradients are no numbers.

    Args:
        step: the optimiser step.
        rate: its learning rate.
        loss: mean cross-entropy per target token, in nats.
        norm: the gradients' L2 norm before clipping.
        scaler: of fp16, which leaves out steps with too large gradients; None without.

    Raises:
        Diverged: they are no numbers.
    """
    fine = math.isfinite(norm) if scaler is None else scaler.get_scale() >= 1
    if not (math.isfinite(loss) and fine):
        raise Diverged(
            f"training broke {at(step, rate)}: loss {loss:.4g}, gradient norm {norm:.4g}; lower "
            "learning_rate, or try precision fp32"
        )


def check_course(
    step: int, rate: float, loss: float, vocabulary: int, first: float | None, parent: str
) -> None:
    """Refuse a loss that is past any use: twice that of guessing tokens evenly, ln(vocabulary).

    Args:
        step: the optimiser step.
        rate: its learning rate.
        loss: mean cross-entropy per target token since the last look, in nats.
        vocabulary: tokens that the model knows.
        first: the loss of the first step, before anything was learned; None if it is not known.
        parent: what was trained on from; empty for a model from scratch.

    Raises:
        Diverged: the loss is past use.
    """
    guessing = math.log(vocabulary)
    if loss <= 2 * guessing:
        return
    advice = "lower learning_rate, or raise warmup"
    if first is not None and first > 2 * guessing:
        sizes = "the architecture at these sizes; try a larger width, or another architecture"
        cause = f"the parent {parent!r}, which does not fit these rows" if parent else sizes
        advice = f"it was {first:.2f} before the first step, so the cause is {cause}"
    raise Diverged(
        f"training diverged: {at(step, rate)} the loss is {loss:.2f} nats per token, where "
        f"guessing has {guessing:.2f}; {advice}"
    )


def at(step: int, rate: float) -> str:
    """Say where in a training something was seen."""
    return f"at step {step} at learning rate {rate:.3g}"

"""Turns the share of the budget that is used up into a learning rate; knows no clock."""

from __future__ import annotations

import math
from dataclasses import dataclass

FLOOR = 0.02
HALVE_AFTER = 2


def rate_factor(share: float, warmup: float, schedule: str = "cosine") -> float:
    """Rise in a line over the warm-up, then fall as the schedule says, or stay.

    Args:
        share: part of the budget used up, in [0, 1].
        warmup: part of the budget in which the rate rises, in [0, 1).
        schedule: "cosine" falls by half a cosine (Loshchilov & Hutter 2017), "linear" in a line;
            "constant" stays, and so does "plateau", which `Plateau` lowers.

    Returns:
        Factor of the peak rate, from 1 down to FLOOR at the end.
    """
    if share < warmup:
        return max(share / warmup, FLOOR)
    if schedule in ("constant", "plateau"):
        return 1.0
    done = min((share - warmup) / (1 - warmup), 1.0)
    left = 1 - done if schedule == "linear" else 0.5 * (1 + math.cos(math.pi * done))
    return FLOOR + (1 - FLOOR) * left


@dataclass(slots=True)
class Plateau:
    """Halves the rate whenever the validation loss has not fallen in HALVE_AFTER validations."""

    least_gain: float
    """How much lower a loss must be to have fallen, in nats per token."""

    best: float = math.inf
    """The loss that the next must be lower than; infinite before the first."""

    waited: int = 0
    """Validations since it fell, or since the rate was halved."""

    factor: float = 1.0
    """What the rate is multiplied by, not below FLOOR."""

    def see(self, loss: float) -> None:
        """Take the next validation loss, in nats per token."""
        if loss < self.best - self.least_gain:
            self.best, self.waited = loss, 0
            return
        self.waited += 1
        if self.waited >= HALVE_AFTER:
            self.factor, self.waited = max(self.factor / 2, FLOOR), 0

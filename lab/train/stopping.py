"""Decides from validation losses what the best weights are and when a run gains nothing more."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lab.errors import TrainingError


class Diverged(TrainingError):
    """Loss or gradients ran away or are no numbers: going on from a saved state cannot help."""


class Pruned(Exception):
    """Raised by whoever watches a run, to give it up as worse than others; nothing is kept."""


@dataclass(slots=True)
class Stopper:
    """Watches validation losses; early stopping with patience (Prechelt 1998)."""

    patience: int | None
    """Validations without a gain after which to stop; None for never."""

    least_gain: float
    """How much lower a loss must be to count as a gain, in nats per token."""

    best: float = math.inf
    """The lowest loss so far; infinite before the first."""

    reference: float = math.inf
    """The loss that the next must be lower than to count as a gain."""

    waited: int = 0
    """Validations since the last gain."""

    def see(self, loss: float) -> bool:
        """Take the next loss.

        Args:
            loss: mean validation loss in nats per token.

        Returns:
            Whether it is the lowest so far; however little lower, its weights are the best.
        """
        if loss < self.reference - self.least_gain:
            self.reference, self.waited = loss, 0
        else:
            self.waited += 1
        is_best = loss < self.best
        self.best = min(loss, self.best)
        return is_best

    @property
    def is_over(self) -> bool:
        """Whether the patience is used up."""
        return self.patience is not None and self.waited >= self.patience

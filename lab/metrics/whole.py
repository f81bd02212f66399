"""All texts of a checkpoint on a data set into the value of a metric that is of the whole set."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Literal

from lab.metrics.aids import Aids, Need
from lab.metrics.types import ScoreInput
from lab.records import CheckpointScore


@dataclass(frozen=True, slots=True, kw_only=True)
class SetValue:
    """A metric's number for a set of texts, or why there is none."""

    value: float | None = None
    """The number; None where it cannot be computed."""

    low: float | None = None
    """Lower end of its 95 % interval; None where there is none."""

    high: float | None = None
    """Upper end of its 95 % interval; None where there is none."""

    reason: str | None = None
    """Why there is no number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMetric:
    """One metric of a whole set of texts, and what its numbers mean."""

    name: str
    """What the commands and the dashboard call it."""

    definition: str
    """Version of the computation and its settings."""

    library: str | None = None
    """The distribution that computes it, whose version belongs to the metric's version."""

    better: Literal["higher", "lower", "neither"]
    """Which direction is better, if either."""

    range: tuple[float, float]
    """Smallest and largest possible value, both ends included unless infinite."""

    needs: frozenset[Need] = frozenset()
    """What must be there besides the texts."""

    compute: Callable[[Sequence[ScoreInput], Aids], SetValue]
    """All texts of a checkpoint on a data set, and aids, into one value."""

    @property
    def docstring(self) -> str:
        """What the numbers mean, when there is none, and the paper."""
        return inspect.getdoc(self.compute) or ""

    def version_with(self, aids: Aids) -> str:
        """Return the version to store: with the library's, and each aid that is needed."""
        library = f"|version:{metadata.version(self.library)}" if self.library else ""
        return self.definition + library + aids.named(self.needs)


def score_set(
    inputs: Sequence[ScoreInput], metric: SetMetric, aids: Aids | None = None
) -> CheckpointScore:
    """Score all texts of one checkpoint on one data set together.

    Args:
        inputs: the texts with their prompts; at least one.
        metric: the metric.
        aids: the models to score with, for a metric that needs one.

    Returns:
        The score; without a value, but with a reason, where it cannot be computed.

    Raises:
        ValueError: there is no text, or they are of several checkpoints or data sets.
    """
    sets = {(given.generation.checkpoint_id, given.prompt.dataset_id) for given in inputs}
    if len(sets) != 1:
        raise ValueError(f"a set has texts of one checkpoint and data set, not of {len(sets)}")
    [(checkpoint_id, dataset_id)] = sets
    aids = aids or Aids()
    found = metric.compute(inputs, aids)
    return CheckpointScore(
        checkpoint_id=checkpoint_id,
        dataset_id=dataset_id,
        metric=metric.name,
        version=metric.version_with(aids),
        value=found.value,
        low=found.low,
        high=found.high,
        n_texts=len(inputs),
        reason=found.reason,
    )

"""What goes into a metric, what comes out, and what a metric says of itself."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from typing import Literal

from lab.metrics.aids import Aids, Need
from lab.records import Generation, Prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreInput:
    """One generation with the prompt that it answers."""

    generation: Generation
    """The text to score."""

    prompt: Prompt
    """What it answers, with the reference where there is one."""


@dataclass(frozen=True, slots=True)
class Value:
    """A metric's number for one text, or why there is none: exactly one of the two is set."""

    value: float | None
    """The number; None where it cannot be computed."""

    reason: str | None = None
    """Why there is no number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One automatic metric: a function over a batch, and what its numbers mean."""

    name: str
    """What the commands and the dashboard call it."""

    definition: str
    """Version of the computation and its settings; a new one makes all texts be scored anew."""

    library: str | None = None
    """The distribution that computes it, whose version belongs to the metric's version."""

    better: Literal["higher", "lower", "neither"]
    """Which direction is better, if either."""

    range: tuple[float, float]
    """Smallest and largest possible value, both ends included unless infinite."""

    needs: frozenset[Need] = frozenset()
    """What must be there besides the text: a text without it gets no value."""

    together: bool = False
    """Whether a text's value depends on the others: all of a checkpoint's on a data set at once."""

    compute: Callable[[list[ScoreInput], Aids], list[Value]]
    """Texts and aids in, one value per text out, in order."""

    @property
    def version(self) -> str:
        """The definition with its library's version, without any aid."""
        if self.library is None:
            return self.definition
        return f"{self.definition}|{self.library}:{metadata.version(self.library)}"

    @property
    def docstring(self) -> str:
        """What the numbers mean, when there is none, and the paper."""
        compute = self.compute.func if isinstance(self.compute, partial) else self.compute
        return inspect.getdoc(compute) or ""

    def version_with(self, aids: Aids) -> str:
        """Return the version to store: with name and precision of each aid that is needed."""
        return self.version + aids.named(self.needs)

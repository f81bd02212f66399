"""A text into its number of words."""

from __future__ import annotations

from lab.metrics.aids import Aids
from lab.metrics.types import Metric, ScoreInput, Value
from lab.text import words


def compute(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """Length in words, by the rule of `lab.text`.

    Range 0 to infinity; neither direction is better. 0 is a text without any word (empty, or
    emoji and punctuation only). Every text has a value. Read it beside the other metrics: people's
    story ratings rise with length alone.
    """
    return [Value(float(len(words(given.generation.text)))) for given in inputs]


LENGTH = Metric(
    name="length",
    definition="words-1",
    better="neither",
    range=(0.0, float("inf")),
    compute=compute,
)

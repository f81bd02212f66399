"""A text into the share of its 4-grams that repeat an earlier one."""

from __future__ import annotations

from lab.metrics.aids import Aids
from lab.metrics.distinct import distinct
from lab.metrics.types import Metric, ScoreInput, Value


def compute(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """Repetition (seq-rep-4): 1 minus different 4-grams of words divided by all 4-grams.

    Range [0, 1), lower is better. 0: no four words in a row come twice; near 1: the text is stuck
    in a loop. No value for a text of fewer than four words. Welleck et al. 2020, Neural Text
    Generation with Unlikelihood Training, there over model tokens, here over words, so that texts
    of different models compare.
    """
    found = [distinct(given.generation.text, 4) for given in inputs]
    return [
        Value(None, one.reason and one.reason.replace("distinct-4", "repetition"))
        if one.value is None
        else Value(1.0 - one.value)
        for one in found
    ]


REPETITION = Metric(
    name="repetition",
    definition="seq-rep-4-words-1",
    better="lower",
    range=(0.0, 1.0),
    compute=compute,
)

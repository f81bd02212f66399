"""Turns topics into the lab's figures about itself, one after the other."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

from lab.selftest.figures import Figure

TOPICS = {
    "preferences": "Bradley–Terry, verdicts that may be watched, tests of all pairs",
    "ratings": "means and the ordinal model, where reviewers differ in severity",
    "agreement": "alpha and its interval, copied answers",
    "prediction": "human ratings joined with automatic scores",
    "sampling": "which pair comes next, and what that costs",
    "checks": "rates, areas and thresholds of hallucination checks",
    "drift": "changes over the time of a study",
}
"""What is tried, each in the module of its name, with what it is about."""


def figures(topic: str, runs: int, seed: int) -> Iterator[Figure]:
    """Simulate one topic.

    Args:
        topic: one of TOPICS.
        runs: simulated studies per figure, at least 2.
        seed: seed of the draws; the same call gives the same figures.

    Yields:
        Each figure as it is done.

    Raises:
        ValueError: the topic is unknown, or the number of runs too small.
    """
    if topic not in TOPICS:
        raise ValueError(f"figures: topic {topic!r} is none of {', '.join(TOPICS)}")
    if runs < 2:
        raise ValueError(f"figures: {runs} runs; a Monte-Carlo error needs 2 or more")
    # Each topic pulls in its own part of lab.analysis, so only the one asked for is imported.
    yield from importlib.import_module(f"lab.selftest.{topic}").figures(runs, seed)

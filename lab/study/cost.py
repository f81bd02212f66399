"""Turns a protocol and its number of items into the time that reviewers will need."""

from __future__ import annotations

from dataclasses import dataclass

from lab.study.protocol import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a study asks of its reviewers."""

    n_items: int
    """Items in the queue."""

    reviewers_per_item: int
    """Different people who judge each item, the least number of reviewers needed."""

    seconds_per_item: float
    """Expected time for one answer, in seconds."""

    n_answers: int
    """Answers in all: items × reviewers per item."""

    seconds: float
    """Expected working time of all reviewers together, in seconds."""


def plan_cost(protocol: Protocol, n_items: int) -> Cost:
    """Multiply items by reviewers by seconds.

    Args:
        protocol: says how many reviewers judge an item and how long one takes.
        n_items: the length of the queue, as `design` made it.

    Returns:
        The cost, with what it was computed from.

    Raises:
        ValueError: a negative number of items.
    """
    if n_items < 0:
        raise ValueError(f"n_items is {n_items}; it cannot be negative")
    n_answers = n_items * protocol.reviewers_per_item
    return Cost(
        n_items=n_items,
        reviewers_per_item=protocol.reviewers_per_item,
        seconds_per_item=protocol.seconds_per_item,
        n_answers=n_answers,
        seconds=n_answers * protocol.seconds_per_item,
    )

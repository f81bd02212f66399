"""Turns a study's items and its number of reviewers into the time that it will take them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lab.records import Control, ControlKind, Item
from lab.study.protocol import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a study asks of its reviewers."""

    n_items: dict[tuple[str, str], int]
    """Number of items by kind ("rate", "spans", "ab") and by kind of control; "" for those that
    are the study itself."""

    reviewers_per_item: int
    """Different people who judge each item but the training items, which everybody gets."""

    n_reviewers: int
    """People among whom the work is divided."""

    seconds_per_item: float
    """Expected time for one answer, in seconds."""

    n_answers: int
    """Answers in all; at most the protocol's limit."""

    share: float
    """Share of the items' places that get an answer: 1 unless the limit comes first."""

    seconds: float
    """Expected working time of all reviewers together, in seconds."""

    @property
    def seconds_each(self) -> float:
        """Expected working time of one reviewer, in seconds."""
        return self.seconds / self.n_reviewers


def plan_cost(
    protocol: Protocol, items: Sequence[Item], controls: Sequence[Control], n_reviewers: int
) -> Cost:
    """Multiply places by seconds.

    An item in the arm with suggestions takes its time twice: marking alone, then judging the
    suggestions.

    Args:
        protocol: says how many reviewers judge an item and how long one takes.
        items: the queue, as `design` made it.
        controls: its controls.
        n_reviewers: how many people there are.

    Returns:
        The cost, with what it was computed from.

    Raises:
        ValueError: fewer than one reviewer.
    """
    if n_reviewers < 1:
        raise ValueError(f"n_reviewers is {n_reviewers}; it must be at least 1")
    kinds = {control.item_id: control.kind for control in controls}
    counts = Counter((str(item.kind), str(kinds.get(item.id, ""))) for item in items)
    n_training = sum(n for (_, control), n in counts.items() if control == ControlKind.TRAINING)
    k = protocol.reviewers_per_item
    places = k * (len(items) - n_training) + n_reviewers * n_training
    n_answers = min(places, protocol.max_answers or places)
    share = n_answers / places if places else 1.0
    n_second_steps = k * sum(item.suggests for item in items)
    return Cost(
        n_items=dict(sorted(counts.items())),
        reviewers_per_item=k,
        n_reviewers=n_reviewers,
        seconds_per_item=protocol.seconds_per_item,
        n_answers=n_answers,
        share=share,
        seconds=(n_answers + share * n_second_steps) * protocol.seconds_per_item,
    )

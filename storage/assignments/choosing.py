"""Draws what comes next in a study that chooses its pairs as it goes, by weights made elsewhere.

Pairs stand apart, each by itself; ratings, marks and controls come prompt by prompt as in any
balanced study. Before there are weights, all pairs of checkpoints weigh alike.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Collection
from datetime import datetime

from lab.errors import ReviewError
from storage.assignments.book import Book
from storage.assignments.entries import Block
from storage.assignments.room import Pair
from storage.desk import Desk


def set_weights(
    desk: Desk, moment: datetime, *, study_id: str, weights: list[tuple[str, str, float]]
) -> None:
    """Say how often each pair of checkpoints is to be shown from now on.

    They are kept in memory only, until the owner ends or others are said.

    Args:
        desk: the books.
        moment: the time of this operation.
        study_id: the study.
        weights: ids of two checkpoints, either way round, and a number from 0 on; a pair that is
            not named comes only where no other is left.

    Raises:
        ReviewError: there is no such study, it does not choose its pairs, or a weight is no such
            number.
    """
    if not desk.book(study_id, moment).plan.is_active:
        raise ReviewError(f"study {study_id} does not choose its pairs; its order is not 'active'")
    for one, other, weight in weights:
        if not isinstance(weight, int | float) or not 0 <= weight < math.inf:
            raise ReviewError(
                f"the weight of {one} and {other} is {weight!r}; it must be 0 or more"
            )
    found = {tuple(sorted((one, other))): float(weight) for one, other, weight in weights}
    desk.weigh_pairs(study_id, found)


def draw_active(book: Book, blocks: list[Block], generator: random.Random) -> Block | None:
    """Draw the next block for a reviewer who has nothing left in those begun.

    In a study with ratings or marks too, a pair is shown only after the texts of its prompt were
    judged one by one, as many pairs for each prompt as connect its texts; the others come at the
    end. With controls only, these come as often as they are among what is left.

    Args:
        book: the study.
        blocks: the blocks of which the reviewer has had something, none of which has anything left.
        generator: the draws.

    Returns:
        A block that the reviewer has had nothing of; None where there is none.
    """
    had = set(blocks)
    usual = book.room.draw(had, generator)
    if usual is None:
        return _any_pair(book, had, generator)
    if all(entry.control is not None for entry in usual.entries):
        n_left = len(book.room.positions)
        if generator.random() < (n_left - book.room.n_pairs) / n_left:
            return usual
        return _any_pair(book, had, generator) or usual
    begun = [block for block in blocks if block.pair is None]
    n_due = sum(book.n_connecting.get(block.prompt_id, 0) for block in begun)
    if sum(block.pair is not None for block in blocks) < n_due:
        return _own_pair(book, begun, had, generator) or usual
    return usual


def _any_pair(book: Book, had: Collection[Block], generator: random.Random) -> Block | None:
    def draw(pair: Pair) -> Block | None:
        return book.room.draw(had, generator, pair)

    return _by_weight(book, book.room.pairs(), draw, generator)


def _own_pair(
    book: Book, begun: list[Block], had: Collection[Block], generator: random.Random
) -> Block | None:
    """Draw among the pairs of the prompts whose texts a reviewer has judged one by one."""
    free: dict[Pair, list[Block]] = {}
    for block in begun:
        for one in book.pairs_of.get(block.prompt_id, ()):
            if one.pair is not None and one.n_roomy and one not in had:
                free.setdefault(one.pair, []).append(one)
    return _by_weight(book, sorted(free), lambda pair: generator.choice(free[pair]), generator)


def _by_weight(
    book: Book, pairs: list[Pair], draw: Callable[[Pair], Block | None], generator: random.Random
) -> Block | None:
    """Draw a pair by its weight, and another one where a reviewer has had all of it."""
    left = list(pairs)
    while left:
        weights = [book.weights.get(pair, 0.0) for pair in left]
        pair = generator.choices(left, weights if sum(weights) else None)[0]
        block = draw(pair)
        if block is not None:
            return block
        left.remove(pair)
    return None

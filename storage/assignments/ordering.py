"""Chooses the item that a reviewer gets next."""

from __future__ import annotations

import random
from collections.abc import Iterator

from lab.records import ItemKind
from storage.assignments.book import Book
from storage.assignments.choosing import draw_active
from storage.assignments.entries import Block, Entry, Place
from storage.assignments.qualifying import is_qualified, training_left

REPEAT_GAP = 10
"""How many answers lie at least between an item and its repeat, while there is other work."""

_WITHIN_BLOCK = (ItemKind.RATE, ItemKind.SPANS, ItemKind.AB)
"""A rating given after the comparison would be drawn towards it."""


def choose(book: Book, reviewer_id: str) -> Entry | None:
    """Choose the next item for a reviewer, beside those that the reviewer holds.

    What the adjudicator has to settle comes first, then the training round, alone; after it come
    items by number, or in a balanced study whole prompts at random, the least judged ones first,
    or in an active study the same with the pairs apart, drawn by their weights.

    Returns:
        The item; None where there is nothing for this reviewer now.
    """
    if unsettled := unsettled_by(book, reviewer_id):
        return min(unsettled, key=lambda entry: entry.position)
    if is_over(book):
        return None
    if left := training_left(book, reviewer_id):
        return next((entry for entry in left if entry.is_free_for(reviewer_id)), None)
    if is_qualified(book, reviewer_id) is False:
        return None
    return _ordinary(book, reviewer_id)


def is_over(book: Book) -> bool:
    """Say whether the study has as many answers as it is to have."""
    return book.plan.max_answers is not None and book.n_counted >= book.plan.max_answers


def unsettled_by(book: Book, reviewer_id: str) -> list[Entry]:
    """List what waits for a reviewer who is the adjudicator, and is not held yet."""
    if reviewer_id != book.plan.adjudicator_id:
        return []
    waiting = ((entry, entry.places.get(reviewer_id)) for entry in book.unsettled.values())
    return [entry for entry, place in waiting if place is None or not place.holds]


def _ordinary(book: Book, reviewer_id: str) -> Entry | None:
    own = book.own(reviewer_id)
    # The newest first, each once.
    blocks = list(dict.fromkeys(place.entry.block for place in reversed(own) if place.entry.block))
    generator = random.Random(f"{book.study_id} {reviewer_id} {len(own)}")
    if book.plan.is_balanced:
        entry = _balanced(book, reviewer_id, blocks, generator)
    else:
        entry = _by_number(book, reviewer_id)
    if entry is not None and entry.block in blocks:
        return entry
    return _repeat(own, list(repeats_due(book, reviewer_id)), entry)


def _balanced(
    book: Book, reviewer_id: str, blocks: list[Block], generator: random.Random
) -> Entry | None:
    for block in blocks:
        if free := _free(block, reviewer_id):
            return _one_of(free, generator)
    if book.plan.is_active:
        drawn = draw_active(book, blocks, generator)
    else:
        drawn = book.room.draw(set(blocks), generator)
    return _one_of(_free(drawn, reviewer_id), generator) if drawn else None


def _free(block: Block, reviewer_id: str) -> list[Entry]:
    return [entry for entry in block.entries if entry.is_free_for(reviewer_id)]


def _one_of(free: list[Entry], generator: random.Random) -> Entry:
    first = min(_WITHIN_BLOCK.index(entry.kind) for entry in free)
    return generator.choice([entry for entry in free if _WITHIN_BLOCK.index(entry.kind) == first])


def _by_number(book: Book, reviewer_id: str) -> Entry | None:
    entries = (book.room.entry(position) for position in book.room.positions)
    return next((entry for entry in entries if entry.is_free_for(reviewer_id)), None)


def repeats_due(book: Book, reviewer_id: str) -> Iterator[tuple[Place, Entry]]:
    """Yield what a reviewer has answered and can be given again, the longest given first."""
    for place in book.own(reviewer_id):
        for repeat in book.repeats.get(place.entry.id, ()):
            if place.counts and not place.adjudicates and repeat.is_free_for(reviewer_id):
                yield place, repeat


def _repeat(
    own: list[Place], due: list[tuple[Place, Entry]], otherwise: Entry | None
) -> Entry | None:
    if otherwise is None:
        return due[0][1] if due else None
    if own and own[-1].entry.repeats_id:
        # Never two in succession while there is other work: they would be noticed.
        return otherwise
    far = (repeat for place, repeat in due if _n_since(own, place) >= REPEAT_GAP)
    return next(far, otherwise)


def _n_since(own: list[Place], place: Place) -> int:
    since = place.answered_at
    return sum(
        1
        for one in own
        if one.answered_at and since and not one.is_open and one.answered_at > since
    )

"""Says whether the answers to an item disagree so far that somebody has to settle it."""

from __future__ import annotations

from collections.abc import Sequence

from lab.records import ItemKind, Winner
from storage.assignments.entries import Content, Entry
from storage.assignments.plan import Plan


def is_disputed(entry: Entry, plan: Plan) -> bool:
    """Say whether an item has all its answers and they disagree.

    Controls are never disputed: their right answer is known, or they count in no result.
    """
    if plan.adjudicate_at is None or entry.control is not None:
        return False
    places = entry.places.values()
    contents = [one.content for one in places if one.counts and not one.adjudicates]
    return len(contents) >= entry.n_places and disagree(entry.kind, contents, plan.adjudicate_at)


def disagree(kind: ItemKind, contents: Sequence[Content], n_points: int) -> bool:
    """Say whether answers disagree.

    Args:
        kind: what was asked.
        contents: the answers.
        n_points: from which difference on ratings disagree.

    Returns:
        For ratings: on one criterion they lie that far apart. For pairs: on one criterion one
        reviewer prefers a and another b. For marks: one finds the text clean, another does not.
    """
    if kind == ItemKind.RATE:
        return any(max(values) - min(values) >= n_points for values in _by_rated(contents))
    if kind == ItemKind.AB:
        return any({Winner.A, Winner.B} <= winners for winners in _by_compared(contents))
    return len({bool(content.marks) for content in contents}) > 1


def _by_rated(contents: Sequence[Content]) -> list[list[int]]:
    names = {name for content in contents for name in content.ratings}
    return [[one.ratings[name] for one in contents if name in one.ratings] for name in names]


def _by_compared(contents: Sequence[Content]) -> list[set[str]]:
    names = {name for content in contents for name in content.winners}
    return [{one.winners[name] for one in contents if name in one.winners} for name in names]

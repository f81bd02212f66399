"""Turns blocks of items into one queue in which some items come again later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lab.records import Control, ControlKind, Item, new_id
from lab.study.controls import Made
from lab.study.drawing import draw_for, share_of, spread
from lab.study.protocol import Protocol

GAP = 10
"""Least number of items between an item and its repeat, so that few remember their answer."""


def with_repeats(protocol: Protocol, blocks: Sequence[Sequence[Made]]) -> list[Made]:
    """Put the blocks one after the other, and repeats of ordinary items between them.

    Kinds of items have the same share of repeats, by at most one item. Items in the arm with
    suggestions are not repeated: their second answer would be made with the checker's in mind.
    A repeat stands at a boundary of two blocks, at least `GAP` items after its original, or at
    the end where there is no such boundary.

    Args:
        protocol: the plan.
        blocks: one sequence per prompt, in the order of the queue.

    Returns:
        The queue.
    """
    draw = draw_for(protocol, "repeats")
    flat = [made for block in blocks for made in block]
    ordinary = [at for at, (_, control) in enumerate(flat) if control is None]
    able = [at for at in ordinary if not flat[at][0].suggests]
    n_repeats = min(share_of(protocol.repeats, len(ordinary)), len(able))
    early = [at for at in able if len(flat) - at > GAP]
    drawn = early if len(early) >= n_repeats else able
    draw.shuffle(drawn)
    drawn.sort(key=lambda at: flat[at][0].kind)
    starts = _starts(blocks)
    inserts: dict[int, list[Made]] = {}
    for at in sorted(drawn[place] for place in spread(len(drawn), n_repeats)):
        late = [start for start in starts if start - at > GAP]
        where = draw.choice(late) if late else len(flat)
        inserts.setdefault(where, []).append(_again(flat[at][0]))
    queue: list[Made] = []
    for place in range(len(flat) + 1):
        queue += inserts.get(place, [])
        queue += flat[place : place + 1]
    return queue


def _starts(blocks: Sequence[Sequence[Made]]) -> list[int]:
    """List the places before which a block may be interrupted, the end among them."""
    starts = [0]
    for block in blocks:
        starts.append(starts[-1] + len(block))
    return starts


def _again(item: Item) -> Made:
    again = replace(item, id=new_id())
    return again, Control(item_id=again.id, kind=ControlKind.REPEAT, of_item_id=item.id)

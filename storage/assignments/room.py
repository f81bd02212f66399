"""Keeps which items and blocks have room, so that nobody has to look through all of them."""

from __future__ import annotations

import random
from bisect import bisect_left, insort
from collections.abc import Collection

from storage.assignments.entries import Block, Entry


class Bag:
    """Blocks from which one is drawn at random, in constant time."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._indices: dict[Block, int] = {}

    def __len__(self) -> int:
        return len(self._blocks)

    def add(self, block: Block) -> None:
        """Put a block in."""
        self._indices[block] = len(self._blocks)
        self._blocks.append(block)

    def remove(self, block: Block) -> None:
        """Take a block out; the last one takes its index."""
        index, last = self._indices.pop(block), self._blocks.pop()
        if last is not block:
            self._blocks[index] = last
            self._indices[last] = index

    def draw(self, without: Collection[Block], generator: random.Random) -> Block | None:
        """Draw a block that is not among `without`; None where all are."""
        if len(self) > 2 * len(without):
            # More than half of the blocks will do: two tries on average.
            while True:
                block = generator.choice(self._blocks)
                if block not in without:
                    return block
        others = [block for block in self._blocks if block not in without]
        return generator.choice(others) if others else None

    def blocks(self) -> frozenset[Block]:
        """Return what is in it."""
        return frozenset(self._blocks)


Pair = tuple[str, ...]


class Room:
    """The items of a study that have room, by number and by how often their block was taken."""

    def __init__(self) -> None:
        self.positions: list[int] = []
        """Numbers of the items with room, ascending; training and repeats are not among them."""
        self.rounds: dict[Pair | None, dict[int, Bag]] = {}
        """Pair of checkpoints, None for blocks of several items → how often taken → the blocks
        with room."""
        self.n_pairs = 0
        """Items with room that stand apart as pairs."""
        self._entries: dict[int, Entry] = {}

    def add(self, block: Block) -> None:
        """Take a whole block up, whose items have room all."""
        for entry in block.entries:
            self._entries[entry.position] = entry
            insort(self.positions, entry.position)
        block.n_roomy = len(block.entries)
        self.n_pairs += block.pair is not None
        self._put(block)

    def entry(self, position: int) -> Entry:
        """Return the item of a number."""
        return self._entries[position]

    def change(self, entry: Entry, block: Block, n_more: int) -> None:
        """Note that so many more (or fewer) of an item's places are taken."""
        had_room = entry.has_room
        self._take(block)
        entry.n_held += n_more
        block.n_held += n_more
        block.n_roomy += entry.has_room - had_room
        self.n_pairs += (entry.has_room - had_room) * (block.pair is not None)
        self._put(block)
        if had_room and not entry.has_room:
            del self.positions[bisect_left(self.positions, entry.position)]
        elif entry.has_room and not had_room:
            insort(self.positions, entry.position)

    def draw(
        self, without: Collection[Block], generator: random.Random, pair: Pair | None = None
    ) -> Block | None:
        """Draw one of a pair's least taken blocks with room that are not among `without`."""
        rounds = self.rounds.get(pair, {})
        for n_rounds in sorted(rounds):
            block = rounds[n_rounds].draw(without, generator)
            if block is not None:
                return block
        return None

    def pairs(self) -> list[Pair]:
        """List the pairs of checkpoints that have items with room, in order."""
        return sorted(pair for pair in self.rounds if pair is not None)

    def _put(self, block: Block) -> None:
        if block.n_roomy:
            rounds = self.rounds.setdefault(block.pair, {})
            rounds.setdefault(block.n_rounds, Bag()).add(block)

    def _take(self, block: Block) -> None:
        if block.n_roomy:
            rounds = self.rounds[block.pair]
            bag = rounds[block.n_rounds]
            bag.remove(block)
            if not bag:
                del rounds[block.n_rounds]
            if not rounds:
                del self.rounds[block.pair]

"""Turns what happens to a study's items into the picture that its queue decides by.

The writer keeps it in memory. It is told of every assignment, lease and answer and counts as it
goes, so that nothing has to look through all items; told of the stored ones in order, it comes to
the same picture.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lab.errors import ReviewError
from lab.records import AnswerKind, ItemKind, StudyStatus
from storage.assignments import sides
from storage.assignments.adjudicating import is_disputed
from storage.assignments.entries import Block, Content, Entry, Place
from storage.assignments.plan import Plan
from storage.assignments.room import Room


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer, as far as the queue asks."""

    id: str
    """The answer."""
    assignment_id: str
    """What it answers."""
    kind: AnswerKind
    """What the reviewer did."""
    late: bool
    """Whether the place had gone by then."""
    created_at: datetime
    """When it came; later than every answer before it."""
    seconds: float | None
    """Active time."""
    content: Content
    """What it says."""


class Book:
    """One study."""

    def __init__(
        self, study_id: str, status: StudyStatus, plan: Plan, entries: Iterable[Entry]
    ) -> None:
        self.study_id = study_id
        """The study."""
        self.status = status
        """Whether it hands out items."""
        self.plan = plan
        """What the queue follows."""
        self.entries = {entry.id: entry for entry in entries}
        """Item's id → item, in queue order."""
        self.training = [entry for entry in self.entries.values() if entry.is_training]
        """The training round in its order."""
        self.repeats: dict[str, list[Entry]] = {}
        """Item's id → the items that repeat it."""
        self.room = Room()
        """The ordinary items that have room."""
        self.pairs_of: dict[str, list[Block]] = {}
        """Prompt's id → its pairs, where these stand apart."""
        self.n_connecting: dict[str, int] = {}
        """Prompt's id → how many pairs connect its texts: one less than there are texts."""
        self.weights: dict[tuple[str, ...], float] = {}
        """Pair of checkpoints → how often it is to be shown, beside the others; empty before
        anybody has said so."""
        self.n_coming_repeats = 0
        """Repeats with room whose originals have room, so that anybody may still get both."""
        self.places: dict[str, Place] = {}
        """Assignment's id → place."""
        self.answers: dict[str, Given] = {}
        """Answer's id → answer."""
        self.n_counted = 0
        """Answers that count, without training and adjudication."""
        self.unsettled: dict[str, Entry] = {}
        """Item's id → item that the adjudicator has still to settle."""
        self.text_lengths: dict[str, int] = {}
        """Generation's id → length of its text in code points, as far as it was asked for."""
        self._own: dict[str, list[Place]] = {}
        self._leans: dict[tuple[str, tuple[str, ...]], int] = {}
        self._expiries: list[tuple[datetime, str]] = []
        self._arrange()

    def _arrange(self) -> None:
        blocks: dict[str, Block] = {}
        for entry in self.entries.values():
            if entry.repeats_id is not None:
                self.repeats.setdefault(entry.repeats_id, []).append(entry)
                self.n_coming_repeats += 1
            elif self.plan.is_active and entry.kind == ItemKind.AB and entry.control is None:
                entry.block = Block(
                    prompt_id=entry.prompt_id, entries=[entry], pair=sides.pair(entry)
                )
                self.pairs_of.setdefault(entry.prompt_id, []).append(entry.block)
                self.room.add(entry.block)
            elif not entry.is_training:
                entry.block = blocks.setdefault(entry.prompt_id, Block(prompt_id=entry.prompt_id))
                entry.block.entries.append(entry)
        for block in blocks.values():
            self.room.add(block)
        for prompt_id, apart in self.pairs_of.items():
            checkpoints = {name for block in apart for name in block.entries[0].checkpoint_ids}
            self.n_connecting[prompt_id] = len(checkpoints) - 1

    def own(self, reviewer_id: str) -> list[Place]:
        """List what a reviewer was given, in the order in which it was given."""
        return self._own.get(reviewer_id, [])

    def lean(self, entry: Entry, reviewer_id: str) -> int:
        """Say how often a pair's first checkpoint was on a reviewer's left, less on the right."""
        return self._leans.get((reviewer_id, sides.pair(entry)), 0)

    def place_of(self, assignment_id: str, reviewer_id: str) -> Place:
        """Find an assignment of a reviewer.

        Raises:
            ReviewError: there is none, or it is another reviewer's.
        """
        place = self.places.get(assignment_id)
        if place is None or place.reviewer_id != reviewer_id:
            raise ReviewError(f"assignment {assignment_id} is not yours; load the page again")
        return place

    def advance(self, moment: datetime) -> None:
        """Give the places back whose leases have run out by a moment."""
        while self._expiries and self._expiries[0][0] <= moment:
            place = self.places[heapq.heappop(self._expiries)[1]]
            if place.is_open and place.expires_at <= moment:
                self._hold(place, False)

    def add_place(self, place: Place) -> None:
        """Note a new assignment under its newest lease."""
        entry = place.entry
        self.places[place.id] = place
        self._own.setdefault(place.reviewer_id, []).append(place)
        entry.places[place.reviewer_id] = place
        if entry.kind == ItemKind.AB:
            lean, key = sides.lean(entry, place.swapped), (place.reviewer_id, sides.pair(entry))
            entry.lean += lean
            self._leans[key] = self._leans.get(key, 0) + lean
        self._hold(place, True)
        heapq.heappush(self._expiries, (place.expires_at, place.id))

    def lease(self, place: Place, expires_at: datetime, moment: datetime) -> None:
        """Note, at a moment, until when a place is held from now on."""
        place.expires_at = expires_at
        if place.is_open:
            self._hold(place, expires_at > moment)
        heapq.heappush(self._expiries, (expires_at, place.id))

    def note_answer(self, given: Given) -> None:
        """Note an answer, which is the newest of its assignment."""
        place = self.places[given.assignment_id]
        counted = place.counts
        place.kind, place.late = given.kind, given.late
        place.answered_at, place.seconds = given.created_at, given.seconds
        if given.kind == AnswerKind.SPANS and place.entry.suggests and not given.late:
            place.own_answer_id = given.id
        is_skip_of_suggestions = given.kind == AnswerKind.SKIP and place.own_answer_id is not None
        if given.kind != AnswerKind.UNDO and not is_skip_of_suggestions:
            # The own marks stay on the screen, whatever becomes of the suggestions.
            place.given_answer_id, place.content = given.id, given.content
        self.answers[given.id] = given
        self._hold(place, place.counts or (place.is_open and place.expires_at > given.created_at))
        if not place.entry.is_training and not place.adjudicates:
            self.n_counted += place.counts - counted
        self._weigh(place.entry)

    def _weigh(self, entry: Entry) -> None:
        mine = entry.places.get(self.plan.adjudicator_id or "")
        is_settled = mine is not None and not (mine.adjudicates and mine.is_open)
        if self.plan.adjudicator_id and not is_settled and is_disputed(entry, self.plan):
            self.unsettled[entry.id] = entry
        else:
            self.unsettled.pop(entry.id, None)

    def _hold(self, place: Place, holds: bool) -> None:
        if place.holds == holds:
            return
        place.holds = holds
        entry, n_more = place.entry, 1 if holds else -1
        if place.adjudicates or entry.is_training:
            return
        n_before = self._n_coming(entry)
        if entry.block is None:
            entry.n_held += n_more
        else:
            self.room.change(entry, entry.block, n_more)
        self.n_coming_repeats += self._n_coming(entry) - n_before

    def _n_coming(self, entry: Entry) -> int:
        original = self.entries[entry.repeats_id] if entry.repeats_id else entry
        repeats = [entry] if entry.repeats_id else self.repeats.get(entry.id, [])
        return sum(original.has_room and repeat.has_room for repeat in repeats)

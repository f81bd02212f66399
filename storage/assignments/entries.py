"""What a study's queue is made of, as the writer keeps it in memory: items, blocks and places."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from lab.expected import Piece
from lab.records import AnswerKind, Control, ControlKind, ItemKind

GIVEN = (AnswerKind.RATE, AnswerKind.VOTE, AnswerKind.SPANS, AnswerKind.JUDGE)
"""Kinds of answers that say something about a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What an answer says, as far as the queue asks."""

    ratings: dict[str, int] = field(default_factory=dict)
    """Value by criterion."""
    winners: dict[str, str] = field(default_factory=dict)
    """Winner in item order by criterion."""
    marks: tuple[Piece, ...] = ()
    """Marked pieces as half-open ranges of code points, in order."""


@dataclass(slots=True, kw_only=True, eq=False)
class Entry:
    """One item and who has been given it."""

    id: str
    """The item."""
    kind: ItemKind
    """What is asked."""
    position: int
    """0-based place in the queue."""
    prompt_id: str
    """The prompt."""
    generation_ids: tuple[str, ...]
    """One generation, or two in item order."""
    checkpoint_ids: tuple[str, ...]
    """What wrote them, in the same order."""
    suggests: bool = False
    """Whether the checker's suggestions follow the reviewer's own marks."""
    control: Control | None = None
    """What is known about it; None for an ordinary item."""
    n_places: int
    """How many ordinary reviewers it takes; training items take everyone."""
    n_held: int = 0
    """How many of the places are taken."""
    lean: int = 0
    """How often the pair's first checkpoint stood on the left, less how often on the right."""
    block: Block | None = None
    """The items that it stands with; None for training and repeats, which stand alone."""
    places: dict[str, Place] = field(default_factory=dict)
    """Reviewer's id → what that reviewer was given."""

    @property
    def is_training(self) -> bool:
        """Whether it belongs to the training round."""
        return self.control is not None and self.control.kind == ControlKind.TRAINING

    @property
    def repeats_id(self) -> str | None:
        """The item that it is the same as; None unless it is a repeat."""
        if self.control is None or self.control.kind != ControlKind.REPEAT:
            return None
        return self.control.of_item_id

    @property
    def has_room(self) -> bool:
        """Whether another reviewer may be given it."""
        return self.is_training or self.n_held < self.n_places

    def is_free_for(self, reviewer_id: str) -> bool:
        """Whether it may be given to this reviewer now: room, and not had yet or given up."""
        if not self.has_room:
            return False
        place = self.places.get(reviewer_id)
        return place is None or (place.is_open and not place.holds and not place.adjudicates)


@dataclass(slots=True, kw_only=True, eq=False)
class Block:
    """The items of one prompt, which a reviewer gets one after another."""

    prompt_id: str
    """The prompt."""
    entries: list[Entry] = field(default_factory=list)
    """Its items in queue order."""
    pair: tuple[str, ...] | None = None
    """Checkpoints of its one item, in a study that chooses pairs as it goes; None for a block of
    items that come one after another."""
    n_held: int = 0
    """How many places of its items are taken."""
    n_roomy: int = 0
    """How many of its items have room."""

    @property
    def n_rounds(self) -> int:
        """How often it has been taken: places per item, a begun round counted whole."""
        return -(-self.n_held // len(self.entries))


@dataclass(slots=True, kw_only=True, eq=False)
class Place:
    """One assignment: what a reviewer was given, and what has become of it."""

    id: str
    """The assignment."""
    entry: Entry
    """Its item."""
    reviewer_id: str
    """Who was given it."""
    swapped: bool
    """Whether generation b stands on the left."""
    adjudicates: bool = False
    """Whether it settles a disagreement and so takes none of the item's places."""
    expires_at: datetime
    """When the newest lease runs out."""
    holds: bool = False
    """Whether it takes a place: by an answer that counts, or by a running lease."""
    kind: AnswerKind | None = None
    """Kind of the newest answer; None before the first."""
    late: bool = False
    """Whether the newest answer came late."""
    answered_at: datetime | None = None
    """When the newest answer came."""
    seconds: float | None = None
    """Active time of the newest answer."""
    given_answer_id: str | None = None
    """The newest answer that is no undoing: what a screen shows when it is opened again."""
    own_answer_id: str | None = None
    """The reviewer's own marks where suggestions follow; they are never taken back."""
    content: Content = field(default_factory=Content)
    """What the newest answer that is no undoing says."""

    @property
    def is_open(self) -> bool:
        """Whether nothing was answered yet, or what was is taken back."""
        return self.kind in (None, AnswerKind.UNDO)

    @property
    def counts(self) -> bool:
        """Whether its newest answer counts."""
        return self.kind in GIVEN and not self.late

    @property
    def step(self) -> str:
        """What is asked now: the reviewer's "own" answer, or a word on the "suggestions"."""
        return "suggestions" if self.own_answer_id else "own"

    @property
    def awaits_judging(self) -> bool:
        """Whether the own marks are in and the suggestions wait for a word on them."""
        return self.entry.suggests and self.counts and self.kind == AnswerKind.SPANS

    @property
    def is_pending(self) -> bool:
        """Whether the reviewer has still something to do."""
        return self.is_open or self.awaits_judging

    @property
    def has_room(self) -> bool:
        """Whether an answer given now counts, or a lease can be renewed."""
        return self.adjudicates or self.holds or self.entry.has_room

"""Turns what the browser sends into checked values."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from lab.records import Severity, SpanCategory, StudyStatus

LARGEST_DRAFT = 200_000
"""Bytes of JSON that a draft may have."""


def _canonical(text: str) -> str:
    return str(UUID(text))


def _storable(content: dict[str, Any]) -> dict[str, Any]:
    try:
        written = json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        raise ValueError("holds a number or a letter that cannot be stored") from None
    if len(written) > LARGEST_DRAFT:
        raise ValueError(f"has {len(written)} bytes; at most {LARGEST_DRAFT} are kept")
    return content


Id = Annotated[str, AfterValidator(_canonical)]
"""A UUID in its usual spelling."""

Side = Literal["left", "right", "tie", "both_bad"]
"""The outcome of a comparison, as it stood on the screen."""


class Body(BaseModel):
    """What all bodies have in common: unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SpanBody(Body):
    """One piece that a reviewer marked."""

    start: int = Field(ge=0)
    """First code point, 0-based."""
    end: int = Field(ge=1)
    """One past the last code point."""
    category: SpanCategory
    """What is wrong."""
    severity: Severity
    """How much it harms the text."""
    note: str = Field(default="", max_length=1000)
    """Free words."""


class AnswerBody(Body):
    """One submit: ratings, a vote, marks, judged suggestions or a skip."""

    answer_id: Id
    """UUIDv7 made in the browser."""
    assignment_id: Id
    """What is answered."""
    study_id: Id
    """The study, for the progress in the reply."""
    kind: Literal["rate", "vote", "spans", "judge", "skip"]
    """What the reviewer did."""
    ratings: dict[str, int] = Field(default_factory=dict, max_length=50)
    """Points by criterion; empty unless rated."""
    winners: dict[str, Side] = Field(default_factory=dict, max_length=50)
    """The preferred text by criterion; empty unless compared."""
    spans: list[SpanBody] = Field(default_factory=list, max_length=1000)
    """The marked pieces; empty unless marked, and where the text is clean."""
    judgements: dict[Id, bool] = Field(default_factory=dict, max_length=1000)
    """Whether each suggestion is confirmed, by its id; empty unless suggestions were shown."""
    comment: str = Field(default="", max_length=4000)
    """Free words."""
    reason: str = Field(default="", max_length=400)
    """Why it was skipped."""
    flag: Literal["", "unreadable", "offensive", "broken", "personal"] = ""
    """What is wrong with the item itself."""
    seconds: float = Field(ge=0, le=86400, allow_inf_nan=False)
    """Active seconds on the task."""


class UndoBody(Body):
    """Taking the newest answer in a study back."""

    answer_id: Id
    """UUIDv7 made in the browser, of the undoing itself."""
    study_id: Id
    """The study."""


class RenewBody(Body):
    """Holding places while the reviewer is at work."""

    assignment_ids: list[Id] = Field(max_length=10)
    """The tasks in hand."""


class DraftBody(Body):
    """What is entered and not yet submitted."""

    id: Id
    """UUIDv7 made in the browser."""
    assignment_id: Id
    """The task."""
    content: Annotated[dict[str, Any], AfterValidator(_storable)] = Field(max_length=20)
    """The widget's fields."""


class EmptyBody(Body):
    """A call that says nothing but who calls."""


class StatusBody(Body):
    """A study's new status."""

    status: Literal[StudyStatus.OPEN, StudyStatus.PAUSED, StudyStatus.CLOSED]
    """The status from now on."""

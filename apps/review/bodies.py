"""Turns what the browser sends into checked values."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from lab.records import StudyStatus


def _canonical(text: str) -> str:
    return str(UUID(text))


Id = Annotated[str, AfterValidator(_canonical)]
"""A UUID in its usual spelling."""


class Body(BaseModel):
    """What all bodies have in common: unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AnswerBody(Body):
    """One submit: ratings, a vote or a skip."""

    answer_id: Id
    """UUIDv7 made in the browser."""
    assignment_id: Id
    """What is answered."""
    study_id: Id
    """The study, for the progress in the reply."""
    kind: Literal["rate", "vote", "skip"]
    """What the reviewer did."""
    ratings: dict[str, int] = Field(default_factory=dict, max_length=50)
    """Points by criterion; empty unless rated."""
    winner: Literal["left", "right", "tie", "both_bad"] | None = None
    """The preferred text, as it stood on the screen; None unless compared."""
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
    content: dict[str, Any] = Field(max_length=20)
    """The widget's fields."""


class StatusBody(Body):
    """A study's new status."""

    status: Literal[StudyStatus.OPEN, StudyStatus.PAUSED, StudyStatus.CLOSED]
    """The status from now on."""

"""Turns what the lead's page sends into checked values."""

from __future__ import annotations

from pydantic import Field

from apps.review.bodies import Body, Id
from apps.signin.invitations import DAYS, MOST_DAYS
from lab.records import Role


class ReleaseBody(Body):
    """Giving back what a reviewer holds."""

    reviewer_id: Id
    """The reviewer."""


class MessageBody(Body):
    """Words to one reviewer of a study, or to all of them."""

    recipient_id: Id | None = None
    """The reviewer; None for everybody who works on the study."""
    study_id: Id
    """The study that it is about."""
    text: str = Field(min_length=1, max_length=4000, pattern=r"\S")
    """The words."""


class InvitationBody(Body):
    """Inviting somebody."""

    role: Role = Role.REVIEWER
    """What the new account may do; unused where an account is given."""
    note: str = Field(default="", max_length=200)
    """Whom it is meant for."""
    days: int = Field(default=DAYS, ge=1, le=MOST_DAYS)
    """How long it is good."""
    account_id: Id | None = None
    """The reviewer whom it signs in; None where it makes an account."""

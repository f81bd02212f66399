"""Turns a lead's words to reviewers into messages that stay until they are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lab.errors import ReviewError
from lab.records import Message, MessageRead
from storage.client import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message as its sender sees it."""

    id: str
    """The message."""

    study_id: str | None
    """The study that it is about; None where it is about none."""

    recipient: str
    """Pseudonym of who gets it."""

    text: str
    """The words, plain."""

    sent_at: datetime
    """When it was sent, UTC."""

    read_at: datetime | None
    """When it was read, UTC; None while it is not."""


def unread(store: Store, account_id: str) -> list[Message]:
    """Return what was sent to an account and not read yet, the oldest first."""
    return store.select(
        Message,
        "WHERE recipient_id = $1::UUID AND id NOT IN (SELECT message_id FROM message_reads) "
        "ORDER BY created_at, id",
        [account_id],
    )


def mark_read(store: Store, message_id: str, account_id: str) -> None:
    """Note that a message was read; a second time changes nothing.

    Raises:
        ReviewError: there is no such message, or it is somebody else's.
    """
    found = store.select(
        Message, "WHERE id = $1::UUID AND recipient_id = $2::UUID", [message_id, account_id]
    )
    if not found:
        raise ReviewError(f"message {message_id} is not one of yours; load the page again")
    # Its own id again: two pages that note it at once are then one and the same write.
    store.add([MessageRead(id=message_id, message_id=message_id)])


def sent(store: Store, study_ids: list[str], limit: int = 50) -> list[Sent]:
    """Return the newest messages of all leads about some studies, the newest first."""
    return [Sent(**row) for row in store.rows(_SENT, [study_ids, limit])]


_SENT = """
    SELECT
        messages.id AS id, study_id, pseudonym AS recipient, text,
        messages.created_at AS sent_at, message_reads.created_at AS read_at
    FROM messages
    JOIN accounts ON accounts.id = recipient_id
    LEFT JOIN message_reads ON message_id = messages.id
    WHERE list_contains($1::UUID[], study_id)
    ORDER BY messages.created_at DESC, messages.id DESC LIMIT $2
"""

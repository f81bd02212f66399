"""Turns the machine's clock into moments that never stand still or go back."""

from __future__ import annotations

from datetime import datetime, timedelta

from lab.records import now
from storage.insert import Connection

_STEP = timedelta(microseconds=1)


class Clock:
    """The writer's clock; "the newest" is decided by it."""

    def __init__(self, connection: Connection) -> None:
        query = "SELECT max(created_at) FROM answers"
        self._last: datetime = connection.execute(query).fetchall()[0][0] or now()

    def tick(self) -> datetime:
        """Return the present moment, later than every answer stored and every tick before."""
        self._last = max(now(), self._last + _STEP)
        return self._last

"""Turns tries to sign in into leave to try, or the seconds to wait: counted in memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Attempts:
    """Tries per name and address; one object per server process."""

    limit: int = 10
    """How many tries within the window are let through."""

    seconds: float = 300.0
    """Length of the window, in seconds."""

    clock: Callable[[], float] = time.monotonic
    """Where the time comes from, in seconds."""

    _tries: dict[tuple[str, str], list[float]] = field(default_factory=dict)

    def take(self, name: str, address: str) -> float:
        """Count a try before its password is checked, so that many at once cannot slip through.

        Args:
            name: the folded sign-in name.
            address: the browser's address.

        Returns:
            0 if the try may go on, else the seconds until the next may.
        """
        moment = self.clock()
        self._drop_old(moment)
        tries = self._tries.setdefault((name, address), [])
        if len(tries) >= self.limit:
            return tries[0] + self.seconds - moment
        tries.append(moment)
        return 0.0

    def forget(self, name: str, address: str) -> None:
        """Start from nothing again, after a right password."""
        self._tries.pop((name, address), None)

    def _drop_old(self, moment: float) -> None:
        since = moment - self.seconds
        for key, tries in list(self._tries.items()):
            recent = [when for when in tries if when > since]
            if recent:
                self._tries[key] = recent
            else:
                del self._tries[key]

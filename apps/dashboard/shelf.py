"""Turns the store into frames that are read once per version and shared by all browsers.

A newer version is read in a thread while the pages go on showing the one that they have, so that
nobody waits for a large lab to be read again each time that somebody answers.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

PATIENCE_SECONDS = 0.15
"""How long a page waits for a newer version before it goes on with the one that it has."""

REST = 2.0
"""How many times as long as reading took it rests, so that most of a core is left to the pages."""


class Shelf:
    """The frames of the version that is shown, and of the one before for who still draws it."""

    def __init__(
        self, read: Callable[[str, str], Any], same: Callable[[str, str, str], bool]
    ) -> None:
        """Make an empty shelf.

        Args:
            read: reads a frame from the store by its name, for a version.
            same: says whether a frame, by its name, is the same in one version and in another.
        """
        self._read, self._same = read, same
        self._lock = threading.Lock()
        self._frames: dict[tuple[str, str], Future[Any]] = {}
        self._versions: list[str] = []
        self._reading: threading.Thread | None = None
        self._rests_until = 0.0

    def get(self, name: str, version: str) -> Any:
        """Return a frame; whoever asks first reads it, others wait for that."""
        with self._lock:
            found = self._frames.get((name, version))
            first = found is None
            if found is None:
                found = self._frames[name, version] = Future()
        if first:
            self._fill(found, name, version)
        return found.result()

    def shown(self, newest: str) -> str:
        """Return the version to show: the newest, or the last one while the newest is read.

        Args:
            newest: the version that the store is at.
        """
        with self._lock:
            if not self._versions:
                self._versions.append(newest)
            if self._versions[-1] == newest:
                return newest
            reading = self._reading
            if reading is None or not reading.is_alive():
                if time.monotonic() < self._rests_until:
                    return self._versions[-1]
                reading = threading.Thread(target=self._ahead, args=(newest,), daemon=True)
                self._reading = reading
                reading.start()
        reading.join(PATIENCE_SECONDS)
        with self._lock:
            return self._versions[-1]

    def _ahead(self, version: str) -> None:
        started = time.monotonic()
        with self._lock:
            shown = self._versions[-1]
            names = {name for name, at in self._frames if at == shown}
            for name in names:
                if self._same(name, shown, version):
                    self._frames[name, version] = self._frames[name, shown]
        try:
            for name in sorted(names):
                self.get(name, version)
        except Exception:  # away or closed: the next look tries again, and a page's own look tells
            return
        with self._lock:
            self._versions = [*self._versions[-1:], version]
            ended = time.monotonic()
            self._rests_until = ended + REST * (ended - started)
            for key in [key for key in self._frames if key[1] not in self._versions]:
                del self._frames[key]

    def _fill(self, place: Future[Any], name: str, version: str) -> None:
        try:
            place.set_result(self._read(name, version))
        except BaseException as error:
            with self._lock:
                self._frames.pop((name, version), None)
            place.set_exception(error)

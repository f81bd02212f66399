"""Turns Ctrl-C, and the signal that ends a process, into a wish to stop after the step."""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType
from typing import Any, Self

# A launcher passes on what the terminal has sent to all: the same wish, not a second one.
ONE_WISH = 1.0


class Interrupted(KeyboardInterrupt):
    """A run was stopped between two steps, on a person's or the system's wish."""

    def __init__(self, step: int):
        """Note the optimiser steps done."""
        super().__init__(step)
        self.step = step


class Interrupts:
    """Notes the first signal inside a block; a second Ctrl-C stops at once."""

    def __init__(self) -> None:
        """Note nothing yet."""
        self.asked = False
        self._asked_at = 0.0
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        """Take over the signals; in another thread than the main one there are none."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        """Give the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, _: FrameType | None) -> None:
        now = time.monotonic()
        if self.asked and number == signal.SIGINT and now - self._asked_at > ONE_WISH:
            raise KeyboardInterrupt
        if not self.asked:
            self.asked, self._asked_at = True, now

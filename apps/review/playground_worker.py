"""Turns runs into events by a process of its own, which holds the models so that no app does."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

Event = dict[str, Any]
Tell = Callable[[Event], None]

COMMAND = (sys.executable, "-P", "-m", "lab.sample.playground_worker")

logger = logging.getLogger(__name__)


class Busy(Exception):
    """Another run is at work."""


class Worker:
    """The process: started by the first run, and again by a later one if it has left since.

    It ends when this process does, since then its input ends.
    """

    def __init__(self, command: tuple[str, ...] = COMMAND) -> None:
        self._command = command
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._run: str | None = None
        self._tell: Tell | None = None
        self._unheard: dict[str, Any] | None = None
        """What was asked, until something is heard of it."""

    def begin(self, run: str, asked: dict[str, Any], tell: Tell) -> None:
        """Let something be written.

        Args:
            run: a name for it.
            asked: `prompt`, `checkpoints` and `settings`.
            tell: called in another thread with each event; the last one is `end`, or `lost`
                where the process is gone.

        Raises:
            Busy: another run is at work; there is one at a time.
        """
        with self._lock:
            if self._run is not None:
                raise Busy
            process = self._living()
            self._run, self._tell, self._unheard = run, tell, {"run": run, **asked}
            if not self._send(process, self._unheard):
                # It was leaving just then.
                self._process = None
                self._send(self._living(), self._unheard)

    def stop(self, run: str) -> None:
        """Let a run end early; one that is over already is left alone."""
        with self._lock:
            if self._run == run and self._process is not None:
                self._send(self._process, {"stop": run})

    def close(self) -> None:
        """Let the process leave, and wait until it has."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            with suppress(OSError):
                process.stdin.close()
            process.wait()

    @property
    def pid(self) -> int | None:
        """The process at work, if there is one."""
        return self._process.pid if self._process is not None else None

    def _living(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=_environment(),
                encoding="utf-8",
                # Away from the terminal, so that Ctrl-C there ends the app and not half a line.
                start_new_session=True,
            )
            threading.Thread(
                target=self._listen, args=[self._process], name="playground", daemon=True
            ).start()
        return self._process

    def _send(self, process: subprocess.Popen[str], asked: dict[str, Any]) -> bool:
        assert process.stdin is not None  # noqa: S101 (asked for above)
        try:
            process.stdin.write(json.dumps(asked) + "\n")
            process.stdin.flush()
        except (BrokenPipeError, ValueError):
            return False
        return True

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None  # noqa: S101 (asked for above)
        with process.stdout as lines:
            for line in lines:
                self._hear(process, json.loads(line))
        code = process.wait()
        with suppress(OSError):
            process.stdin.close()  # type: ignore[union-attr] # asked for above
        if code:
            logger.error("the playground's process ended with code %s", code)
        if not self._asked_again(process, code):
            self._hear(process, {"event": "lost", "code": code, "run": self._run})

    def _asked_again(self, process: subprocess.Popen[str], code: int) -> bool:
        """Ask another process for what this one, which left in good order, never took up."""
        with self._lock:
            if process is not self._process or code or self._unheard is None:
                return False
            return self._send(self._living(), self._unheard)

    def _hear(self, process: subprocess.Popen[str], event: Event) -> None:
        with self._lock:
            if event["run"] is None or event["run"] != self._run or process is not self._process:
                return
            tell, self._unheard = self._tell, None
            if event["event"] in ("end", "lost"):
                self._run = self._tell = None
        if tell is not None:
            tell(event)


def _environment() -> dict[str, str]:
    # The process must run this very code, wherever the user stands and however it is installed.
    here = str(Path(__file__).resolve().parents[2])
    others = os.environ.get("PYTHONPATH")
    return os.environ | {"PYTHONPATH": f"{here}{os.pathsep}{others}" if others else here}

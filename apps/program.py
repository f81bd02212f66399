"""Turns a command into a server process in its own process group, and that group into nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

USERS_FAULT = 2


@dataclass(slots=True, kw_only=True)
class Program:
    """One server process that `lab up` looks after."""

    name: str
    """What the user reads, e.g. "review app"."""

    command: Sequence[str]
    """The program and its arguments."""

    address: str
    """The URL that it will answer at."""

    health: str
    """The path that answers 200 once it is ready."""

    log_path: Path
    """The file that takes what it writes to standard output and error."""

    environment: dict[str, str] = field(default_factory=dict)
    """Variables to add to this process's own."""

    process: subprocess.Popen[bytes] | None = None
    """The running process; None before the start."""

    deaths: list[float] = field(default_factory=list)
    """When it died, in seconds of the monotonic clock."""

    def start(self) -> None:
        """Start it, in a session of its own, so that Ctrl-C reaches only `lab up`."""
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.environment},
                start_new_session=True,
            )

    def exit_code(self) -> int | None:
        """Return how it ended, negative for a signal; None while it runs."""
        return self.process.poll() if self.process else None

    def is_healthy(self, timeout: float = 0.3) -> bool:
        """Ask its health path.

        Args:
            timeout: how long to wait, in seconds.
        """
        parts = urlsplit(self.address)
        connection = HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=timeout)
        try:
            connection.request("GET", self.health)
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def send(self, number: signal.Signals) -> None:
        """Send a signal to all processes of its group, also where its first one has died."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except (ProcessLookupError, PermissionError):
                # Nothing is left (macOS says "not permitted" for a group of zombies).
                return

    def last_words(self) -> str:
        """Return the last line that it wrote, without the prefix of the command's errors."""
        lines = self.log_path.read_text(encoding="utf-8", errors="replace").split("\n")
        said = [line.strip() for line in lines if line.strip()]
        return said[-1].removeprefix("lab: error: ") if said else "it said nothing"


def stop(programs: Sequence[Program], seconds: float = 0.75) -> None:
    """End programs together: politely first, by force when the time is over.

    Args:
        programs: the programs, started or not.
        seconds: how long they may take to leave by themselves.
    """
    for program in programs:
        program.send(signal.SIGTERM)
    until = time.monotonic() + seconds
    while time.monotonic() < until and any(_runs(program) for program in programs):
        time.sleep(0.02)
    for program in programs:
        program.send(signal.SIGKILL)
        if program.process is not None:
            program.process.wait()


def _runs(program: Program) -> bool:
    return program.process is not None and program.process.poll() is None

"""The supervisor against real child processes; it runs in a process of its own, to be signalled."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from apps.ports import free_port

ROOT = Path(__file__).parents[3]
SCRIPT = Path(__file__).parent / "supervised.py"


class Run:
    """One supervised run."""

    def __init__(self, folder: Path, **children: list[str]) -> None:
        self.folder = folder
        port, described = 20_000 + os.getpid() % 20_000, []
        for name, behaviour in children.items():
            port = free_port("127.0.0.1", port + 1)
            described.append({"name": name, "port": port, "behaviour": behaviour})
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIPT), str(folder), json.dumps(described)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            start_new_session=True,
        )
        self.said: list[str] = []

    def wait_for(self, words: str) -> str:
        for line in self.process.stdout:
            self.said.append(line.strip())
            if words in line:
                return line
        raise AssertionError(f"it ended without saying {words!r}: {self.said}")

    def rest(self) -> int:
        self.said += [line.strip() for line in self.process.stdout]
        return self.process.wait()

    def pids(self, name: str) -> list[int]:
        return [int(line) for line in (self.folder / f"{name}.pids").read_text().split()]

    def left(self) -> list[int]:
        noted = {
            int(pid) for file in self.folder.glob("*.pids") for pid in file.read_text().split()
        }
        return [pid for pid, group in running() if pid in noted or group in noted]

    def wait_until_ready(self) -> None:
        while not self.said or self.said[-1] != "ready":
            self.wait_for("ready")

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        for pid in self.left():
            os.kill(pid, signal.SIGKILL)


def running() -> list[tuple[int, int]]:
    """(process, group) of all processes that are no zombies."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,pgid=,stat="], capture_output=True, text=True)
    rows = [line.split() for line in listed.stdout.splitlines()]
    return [(int(pid), int(group)) for pid, group, state in rows if not state.startswith("Z")]


@pytest.fixture
def start(tmp_path):
    runs = []

    def start(**children):
        runs.append(Run(tmp_path, **children))
        return runs[-1]

    yield start
    for run in runs:
        run.end()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything_within_a_second(start, number):
    run = start(first=["grandchild"], second=[])
    run.wait_until_ready()
    assert len(run.left()) == 3
    begin = time.monotonic()
    run.process.send_signal(number)
    assert run.rest() == 0
    assert time.monotonic() - begin < 1
    assert run.left() == []


def test_a_program_that_will_not_leave_is_ended_by_force(start):
    run = start(first=["stubborn"], second=[])
    run.wait_until_ready()
    begin = time.monotonic()
    run.process.send_signal(signal.SIGINT)
    assert run.rest() == 0
    assert time.monotonic() - begin < 1.2
    assert run.left() == []


def test_a_signal_before_all_is_ready_ends_everything_too(start):
    run = start(first=[], second=["stubborn"])
    run.wait_for("first is ready")
    run.process.send_signal(signal.SIGINT)
    assert run.rest() == 0
    assert run.left() == []


def test_a_killed_program_is_started_again_and_said(start):
    run = start(first=[], second=[])
    run.wait_until_ready()
    (before,) = run.pids("first")
    os.kill(before, signal.SIGKILL)
    run.wait_for("first died (signal 9) and is started again (1 of 3 times)")
    run.wait_for("first is ready")
    _, after = run.pids("first")
    assert after in run.left()
    run.process.send_signal(signal.SIGINT)
    assert run.rest() == 0
    assert run.said.count("ready") == 1
    assert run.left() == []


def test_a_program_that_keeps_dying_stops_all(start):
    run = start(first=["crash-when-asked"], second=["grandchild"])
    assert run.rest() == 1
    assert len(run.pids("first")) == 4
    assert "first died (exit code 1) and is started again (3 of 3 times)" in run.said
    assert "first cannot run: boom" in run.said
    assert "first.log" in run.said[-1]
    assert run.left() == []


def test_a_program_that_never_worked_is_not_tried_again(start):
    run = start(first=["crash"], second=["grandchild"])
    assert run.rest() == 1
    assert len(run.pids("first")) == 1
    assert "first cannot run: boom" in run.said
    assert run.left() == []


def test_an_error_that_the_user_can_mend_is_said_and_not_tried_again(start):
    run = start(first=["user-error"], second=[])
    assert run.rest() == 1
    assert len(run.pids("first")) == 1
    assert "first cannot run: there are no accounts; add one with `lab account add`" in run.said
    assert run.left() == []

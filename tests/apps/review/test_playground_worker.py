"""The review app's end of the process that writes: one run at a time, and started again."""

from __future__ import annotations

import os
import queue
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.review.playground_worker import Busy, Worker

ECHO = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    if "stop" in asked:
        print(json.dumps({"run": asked["stop"], "event": "end"}), flush=True)
    else:
        token = {"run": asked["run"], "event": "token", "text": asked["prompt"]}
        print(json.dumps(token), flush=True)
        if asked["prompt"] == "leave":
            print(json.dumps({"run": asked["run"], "event": "end"}), flush=True)
            sys.exit()
"""


class Heard:
    """What a worker told, one event at a time."""

    def __init__(self) -> None:
        self.events: queue.Queue[dict[str, Any]] = queue.Queue()

    def next(self) -> dict[str, Any]:
        return self.events.get(timeout=30)


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    program = tmp_path / "echo.py"
    program.write_text(ECHO)
    one = Worker((sys.executable, str(program)))
    yield one
    one.close()


def begin(worker: Worker, run: str, prompt: str = "a") -> Heard:
    heard = Heard()
    worker.begin(run, {"prompt": prompt}, heard.events.put)
    return heard


def test_one_run_at_a_time_and_a_stop_ends_it(worker: Worker) -> None:
    heard = begin(worker, "first")
    assert heard.next()["text"] == "a"
    with pytest.raises(Busy):
        begin(worker, "second")
    worker.stop("second")
    worker.stop("first")
    assert heard.next()["event"] == "end"
    pid = worker.pid
    assert begin(worker, "third").next()["text"] == "a"
    assert worker.pid == pid


def test_a_process_that_died_is_said_and_started_again(worker: Worker) -> None:
    heard = begin(worker, "first")
    heard.next()
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    lost = heard.next()
    assert (lost["event"], lost["code"]) == ("lost", -signal.SIGKILL)
    assert begin(worker, "second").next()["text"] == "a"


def test_a_process_that_left_for_want_of_work_is_started_again(worker: Worker) -> None:
    for run in ("first", "second", "third"):
        heard = begin(worker, run, "leave")
        assert [heard.next()["event"], heard.next()["event"]] == ["token", "end"]


def test_it_ends_with_the_app(worker: Worker) -> None:
    begin(worker, "first").next()
    pid = worker.pid
    worker.close()
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)

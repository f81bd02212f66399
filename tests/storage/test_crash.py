"""Kills the owner again and again while reviewers work: nothing acknowledged may be lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

from lab import records as r
from lab.home import Home
from storage import queue
from storage.client import open_store
from storage.places import find_places, read_address

ROOT = Path(__file__).parents[2]
N_KILLS = 10
N_REVIEWERS = 4


@pytest.mark.slow
def test_no_acknowledged_answer_is_lost_or_doubled(
    home: Home, made: ModuleType, tmp_path: Path
) -> None:
    study = made.small_study(2000, 0, N_REVIEWERS, 2)
    with open_store(home) as store:
        store.add(study.records)
    acknowledged = work_and_kill(home, study, tmp_path / "stop")
    with open_store(home) as store:
        answers = store.select(r.Answer)
        ratings = store.select(r.Rating)
        counted = store.rows("SELECT id FROM counted_answers")
        total = queue.study_progress(store, study.study.id)
    stored = {one.id: one.assignment_id for one in answers}
    assert stored == acknowledged
    assert len(answers) == len(stored) == len(set(stored.values())) == len(counted)
    assert len(ratings) == 2 * len(stored)
    assert sum(one.n_answered for one in total.reviewers) == len(stored) > N_KILLS
    assert total.slots[r.ItemKind.RATE][0] <= total.slots[r.ItemKind.RATE][1]


def work_and_kill(home: Home, study: object, stop: Path) -> dict[str, str]:
    """Let reviewers work while the owner is killed.

    Returns:
        Acknowledged answer → its assignment, over all reviewers.
    """
    script = Path(__file__).with_name("reviewer_process.py")
    outputs = [stop.with_name(f"out-{i}") for i in range(N_REVIEWERS)]
    processes = []
    for reviewer, output in zip(study.reviewers, outputs, strict=True):
        with output.open("w") as file:
            processes.append(
                subprocess.Popen(
                    [sys.executable, script, home.path, study.study.id, reviewer.id, stop],
                    env=os.environ | {"PYTHONPATH": str(ROOT)},
                    stdout=file,
                )
            )
    kill_again_and_again(home, outputs)
    stop.touch()
    assert [process.wait(120) for process in processes] == [0] * N_REVIEWERS
    lines = [line.split() for output in outputs for line in output.read_text().splitlines()]
    assert len({answer for answer, _ in lines}) == len(lines)
    return dict(lines)


def kill_again_and_again(home: Home, outputs: list[Path]) -> None:
    draw = random.Random(0)
    killed: set[int] = set()
    while len(killed) < N_KILLS:
        pid = wait_for_work(home, outputs, killed)
        time.sleep(draw.uniform(0.0, 0.3))
        os.kill(pid, signal.SIGKILL)
        killed.add(pid)


def wait_for_work(home: Home, outputs: list[Path], killed: set[int]) -> int:
    """Wait until a new owner has acknowledged something; return its process id."""
    deadline = time.monotonic() + 60
    n_before = None
    while time.monotonic() < deadline:
        address = read_address(find_places(home.database))
        if address is not None and address.pid not in killed:
            n_before = n_acknowledged(outputs) if n_before is None else n_before
            if n_acknowledged(outputs) > n_before:
                return address.pid
        time.sleep(0.01)
    raise AssertionError("the reviewers stopped working")


def n_acknowledged(outputs: list[Path]) -> int:
    return sum(output.stat().st_size for output in outputs)

"""`up` with the real owner of a store and small servers in the place of the apps."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

import apps.up
from apps.ports import bind, free_port
from apps.up import up
from lab.home import find_home
from storage.places import find_places, read_address

CHILD = Path(__file__).parent / "child.py"


@pytest.fixture
def home(tmp_path, monkeypatch):
    real = apps.up._program

    def small(home, host, port, command, name, health):
        program = real(home, host, port, command, name, health)
        notes = str(tmp_path / f"{command}.pids")
        program.command = [sys.executable, str(CHILD), str(port), notes]
        return program

    monkeypatch.setattr(apps.up, "_program", small)
    return find_home(tmp_path / "lab", database=str(tmp_path / "lab" / "lab.duckdb"))


def run(home, review, dashboard, during=lambda: None):
    said, told = [], []

    def on_ready(addresses):
        told.append(addresses)
        during()
        os.kill(os.getpid(), signal.SIGINT)

    code = up(home, "127.0.0.1", review, dashboard, on_ready, said.append)
    return code, said, told


def test_both_apps_and_the_owner_run_and_then_nothing_does(home):
    port = free_port("127.0.0.1", 21_000)
    places = find_places(home.database)
    owners = []
    code, said, (addresses,) = run(home, port, port, lambda: owners.append(read_address(places)))
    assert code == 0
    assert addresses.review == f"http://127.0.0.1:{port}"
    other = int(addresses.dashboard.rpartition(":")[2])
    assert other > port
    assert f"port {port} is in use; the dashboard takes {other}" in said
    assert owners[0] is not None
    assert read_address(places) is None
    pids = [int((home.path.parent / f"{one}.pids").read_text()) for one in ("review", "dashboard")]
    assert not any(is_running(pid) for pid in pids)
    # The owner has let go of the file; Python takes a moment more to end it.
    until = time.monotonic() + 5
    while is_running(owners[0].pid):
        assert time.monotonic() < until


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_port_in_use_is_passed_over_and_said(home):
    with bind("127.0.0.1", 0) as held:
        port = held.getsockname()[1]
        code, said, (addresses,) = run(home, port, free_port("127.0.0.1", 21_500))
    assert code == 0
    taken = int(addresses.review.rpartition(":")[2])
    assert f"port {port} is in use; the review app takes {taken}" in said


def test_the_apps_are_the_commands_of_the_same_lab(tmp_path):
    home = find_home(tmp_path / "lab", database=str(tmp_path / "else.duckdb"))
    program = apps.up._program(home, "127.0.0.1", 7860, "review", "review app", "/healthz")
    assert program.command[1:4] == ["-m", "lab.cli", "review"]
    assert program.command[4:] == [
        *("--home", str(tmp_path / "lab")),
        *("--host", "127.0.0.1"),
        *("--port", "7860"),
    ]
    assert program.environment["LAB_DATABASE"] == str(tmp_path / "else.duckdb")
    assert program.log_path == tmp_path / "lab" / "logs" / "review.log"
    assert program.address == "http://127.0.0.1:7860"

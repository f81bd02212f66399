"""`lab up` itself, with both real apps: one sign-in, and nothing left after Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time

import httpx
import pytest

from apps.ports import free_port
from apps.signin.passwords import hash_password
from lab.records import Account, Role
from storage.client import open_store
from storage.places import find_places, read_address

pytestmark = pytest.mark.slow


@pytest.fixture
def running(home):
    with open_store(home) as store:
        hashed = hash_password("correct horse")
        store.add([Account(name="lee", role=Role.LEAD, pseudonym="lead 1", password_hash=hashed)])
    review = free_port("127.0.0.1", 23_000)
    ports = ["--review-port", str(review), "--dashboard-port", str(review)]
    process = subprocess.Popen(
        [sys.executable, "-m", "lab.cli", "up", "--home", str(home.path), *ports],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    yield process
    process.kill()
    process.communicate()


def ready_addresses(process):
    said = []
    for line in process.stdout:
        said.append(line)
        if "Ctrl-C" in line:
            break
    found = re.findall(r"(review app|dashboard) +(http\S+)", "".join(said))
    assert len(found) == 2, "".join(said)
    return [address for _, address in found]


def children_of(process):
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True)
    pairs = [line.split() for line in listed.stdout.splitlines()]
    return [int(pid) for pid, parent in pairs if int(parent) == process.pid]


def is_gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_one_sign_in_opens_both_apps_and_ctrl_c_ends_all(running, home):
    review, dashboard = ready_addresses(running)
    assert review != dashboard
    with httpx.Client(follow_redirects=True, headers={"accept": "text/html"}) as browser:
        assert "<h1>Sign in</h1>" in browser.get(dashboard).text
        form = {"name": "lee", "password": "correct horse"}
        assert browser.post(f"{review}/sign-in", data=form).url.path.startswith("/review")
        answer = browser.get(dashboard)
        assert answer.status_code == 200
        assert answer.url.path == "/"
        assert "Sign in" not in answer.text
    owner = read_address(find_places(home.database)).pid
    pids = [*children_of(running), owner]
    assert len(set(pids)) >= 3
    begin = time.monotonic()
    running.send_signal(signal.SIGINT)
    assert running.wait() == 0
    assert time.monotonic() - begin < 2
    until = time.monotonic() + 5
    while not all(is_gone(pid) for pid in pids):
        assert time.monotonic() < until
    assert read_address(find_places(home.database)) is None

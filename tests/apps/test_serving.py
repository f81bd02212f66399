"""The server around an app, in a process of its own, to be signalled."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from apps.ports import bind
from apps.serving import serve
from lab.errors import ServeError

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).parent / "served.py"


class Served:
    """One served app."""

    def __init__(self, root_path: str = "") -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIPT), "0", root_path],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            start_new_session=True,
        )
        self.line = self.process.stdout.readline()
        self.port = int(re.search(r":(\d+)", self.line)[1])

    def ask(self, path: str) -> socket.socket:
        asked = socket.create_connection(("127.0.0.1", self.port))
        asked.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        return asked

    def stop(self, number: signal.Signals) -> float:
        begin = time.monotonic()
        self.process.send_signal(number)
        self.process.wait()
        return time.monotonic() - begin


@pytest.fixture
def served(request):
    served = Served(getattr(request, "param", ""))
    yield served
    served.process.kill()
    served.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_leaves_quietly(served, number):
    assert served.line == f"serving at http://127.0.0.1:{served.port} (Ctrl-C ends it)\n"
    answer = httpx.get(f"http://127.0.0.1:{served.port}/quick")
    assert answer.status_code == 200
    assert "server" not in answer.headers
    assert served.stop(number) < 1
    assert served.process.returncode == 0
    assert served.process.communicate() == ("returned\n", "")


def test_open_requests_and_websockets_do_not_hold_it_up(served):
    with served.ask("/endless"), connect(f"ws://127.0.0.1:{served.port}/echo") as stream:
        stream.send("hi")
        assert stream.recv() == "hi"
        assert served.process.stdout.readline() == "in endless\n"
        assert served.stop(signal.SIGINT) < 1
        with pytest.raises(ConnectionClosed):
            stream.recv()
    assert served.process.communicate() == ("returned\n", "")


def test_a_thread_that_computes_on_does_not_hold_it_up(served):
    with served.ask("/busy"):
        assert served.process.stdout.readline() == "in busy\n"
        assert served.stop(signal.SIGTERM) < 1.5
    assert served.process.returncode == 0


@pytest.mark.parametrize("served", ["/lab"], indirect=True)
def test_behind_a_proxy_addresses_have_the_prefix_and_the_browser_its_own(served):
    assert served.line == f"serving at http://127.0.0.1:{served.port}/lab (Ctrl-C ends it)\n"
    headers = {"host": "lab.example", "x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.7"}
    answer = httpx.get(f"http://127.0.0.1:{served.port}/quick", headers=headers)
    assert answer.text == "https://lab.example/lab/quick 192.0.2.7"


def test_without_a_proxy_nobody_can_pretend_another_address(served):
    headers = {"x-forwarded-for": "192.0.2.7"}
    answer = httpx.get(f"http://127.0.0.1:{served.port}/quick", headers=headers)
    assert answer.text.endswith(" 127.0.0.1")


def test_a_port_in_use_is_said_before_the_app_is_built():
    with bind("127.0.0.1", 0) as held:
        port = held.getsockname()[1]
        with pytest.raises(ServeError, match=f"port {port} at 127.0.0.1 is in use; --port"):
            serve(lambda: pytest.fail("built"), "127.0.0.1", port)

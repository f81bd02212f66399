"""The review app in a process of its own, and a browser in front of it that is watched."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Page, Request

from lab.home import Home

ROOT = Path(__file__).parents[3]


class Served:
    """`lab review` in a process of its own, which can be killed and started again."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "lab.cli", "review"]
        command += ["--home", str(self.home.path), "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT)
        deadline = time.monotonic() + 60
        while not self.healthy():
            assert self.process.poll() is None, "the review app ended at its start"
            assert time.monotonic() < deadline, "the review app did not start"
            time.sleep(0.1)

    def healthy(self) -> bool:
        try:
            return httpx.get(f"{self.address}/healthz", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@dataclass
class Visit:
    """One browser context, watched: what it asked for, and what its console said."""

    context: BrowserContext
    served: Served
    problems: list[str] = field(default_factory=list)
    expect_trouble: bool = False

    def open(self, path: str = "/review/") -> Page:
        page = self.context.new_page()
        self.watch(page)
        page.goto(self.served.address + path)
        page.wait_for_selector('.rl[data-ready="true"]')
        return page

    def watch(self, page: Page) -> None:
        """Note what goes wrong on a page: errors, dialogs, requests to elsewhere."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
        page.on("request", self._request)
        page.on("dialog", self._dialog)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not self.expect_trouble:
            self.problems.append(f"console: {message.text}")

    def _dialog(self, dialog: Dialog) -> None:
        # A page that has something unsent asks before it is left, which is no trouble.
        if dialog.type != "beforeunload":
            self.problems.append(f"dialog: {dialog.message}")
        dialog.accept()

    def _request(self, request: Request) -> None:
        own = (self.served.address, "data:", "blob:")
        if not request.url.startswith(own):
            self.problems.append(f"request to {request.url}")


def sign_in(context: BrowserContext, served: Served, cookies: dict[str, str]) -> None:
    context.add_cookies(
        [{"name": name, "value": value, "url": served.address} for name, value in cookies.items()]
    )

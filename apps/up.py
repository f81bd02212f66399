"""Turns a lab's folder into its two running apps: `lab up`."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from apps.ports import free_port, url
from apps.program import Program
from apps.serving import say_at_once
from apps.supervisor import Supervisor
from lab.errors import LabError
from lab.home import Home
from storage.client import Store, open_store, stop_owner

KEEP_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the apps are."""

    review: str
    """URL of the review app."""

    dashboard: str
    """URL of the dashboard."""


def up(
    home: Home,
    host: str,
    review_port: int,
    dashboard_port: int,
    on_ready: Callable[[Addresses], None],
    say: Callable[[str], None] = say_at_once,
) -> int:
    """Run the store's owner and both apps until Ctrl-C or SIGTERM, then leave nothing running.

    Args:
        home: the lab's folder and database.
        host: the address that both apps listen on.
        review_port: the review app's port; the next free one is taken where it is in use.
        dashboard_port: the same for the dashboard.
        on_ready: called once, when both apps answer.
        say: where progress goes, a line at a time.

    Returns:
        0 after a signal; 1 when an app died for good.

    Raises:
        ServeError: there is no free port, or the host is not this machine's.
        StoreError: the database cannot be opened.
    """
    review = _choose(host, review_port, (), "review app", say)
    dashboard = _choose(host, dashboard_port, (review,), "dashboard", say)
    addresses = Addresses(url(host, review), url(host, dashboard))
    programs = [
        _program(home, host, review, "review", "review app", "/healthz"),
        _program(home, host, dashboard, "dashboard", "dashboard", "/_stcore/health"),
    ]
    say("starting the review app and the dashboard …")
    supervisor = Supervisor(programs=programs, say=say, on_ready=lambda: on_ready(addresses))
    with open_store(home) as store, _kept(store):
        code = supervisor.run()
    # Last, since the apps may still be storing what they were sent.
    stop_owner(home)
    return code


@contextmanager
def _kept(store: Store) -> Iterator[None]:
    """Ask the owner for its health now and then, so that it does not leave as idle."""
    over = threading.Event()

    def ask() -> None:
        while not over.wait(KEEP_SECONDS):
            # An owner that is away is started again by whoever needs it next.
            with suppress(LabError):
                store.health()

    threading.Thread(target=ask, name="owner-keeper", daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _choose(
    host: str, wanted: int, taken: tuple[int, ...], name: str, say: Callable[[str], None]
) -> int:
    port = free_port(host, wanted, taken)
    if port != wanted:
        say(f"port {wanted} is in use; the {name} takes {port}")
    return port


def _program(home: Home, host: str, port: int, command: str, name: str, health: str) -> Program:
    logs = home.path / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    log_path = logs / f"{command}.log"
    log_path.write_bytes(b"")
    where = ["--home", str(home.path), "--host", host, "--port", str(port)]
    return Program(
        name=name,
        command=[sys.executable, "-m", "lab.cli", command, *where],
        address=url(host, port),
        health=health,
        log_path=log_path,
        environment={"LAB_DATABASE": home.database, "PYTHONUNBUFFERED": "1"},
    )

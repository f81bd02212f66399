"""Turns an ASGI app into a server that is quiet, and gone within a second of being told to stop."""

from __future__ import annotations

import atexit
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any

import uvicorn

from apps.ports import bind, url

STOP_SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
GRACE_SECONDS = 0.4
LAST_SECONDS = 0.9

say_at_once = partial(print, flush=True)


def serve(
    app_factory: Callable[[], Any],
    host: str,
    port: int,
    *,
    root_path: str = "",
    say: Callable[[str], None] = say_at_once,
) -> None:
    """Serve an app until Ctrl-C or SIGTERM.

    Args:
        app_factory: builds the ASGI app; called after the port is taken, since it may take long.
        host: the address to listen on.
        port: the port; 0 for any free one.
        root_path: the prefix under which a proxy shows the app and which it strips; the proxy
            on this machine is then believed about the browser's address.
        say: where the one line with the address goes.

    Raises:
        ServeError: the port is in use (the next free one is named), or the host is not ours.
    """
    bound = bind(host, port)
    told = threading.Event()
    # Before the app is built, so that what the app wants done at exit is done before this.
    atexit.register(_leave_if, told)
    try:
        server = _Server(_config(app_factory(), root_path))
        server.told = told
        address = url(host, bound.getsockname()[1], root_path)
        server.ready = lambda: say(f"serving at {address} (Ctrl-C ends it)")
        server.run(sockets=[bound])
    finally:
        bound.close()
        if not told.is_set():
            atexit.unregister(_leave_if)


def _config(app: Any, root_path: str) -> uvicorn.Config:
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(root_path),
        root_path=root_path,
    )
    # uvicorn's own parameter is in whole seconds, but it is only compared with a clock.
    config.timeout_graceful_shutdown = GRACE_SECONDS  # type: ignore[assignment] # see above
    return config


class _Server(uvicorn.Server):
    """Returns from `run` after a signal, where uvicorn would raise the signal again."""

    ready: Callable[[], None]
    told: threading.Event

    async def startup(self, sockets: list[Any] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {one: signal.signal(one, self._stop) for one in STOP_SIGNALS}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if not self.should_exit:
            # Requests that are cut off now would each be logged with a traceback.
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL + 1)
            self.told.set()
            _leave_soon(self.told)
        self.handle_exit(number, frame)


def _leave_soon(told: threading.Event) -> None:
    """End the process even where a thread computes on: what is acknowledged is in the store."""
    timer = threading.Timer(LAST_SECONDS, _leave_if, [told])
    timer.daemon = True
    timer.start()


def _leave_if(told: threading.Event) -> None:
    """Leave at once, if told to: Python would take apart the apps' libraries for a second."""
    if told.is_set():
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)

"""The review app in this process, with a record of everything that it sends."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import uvicorn

from tests.apps.review.watched import free_port


@dataclass
class Sent:
    """One reply, or all frames of one WebSocket, with what was asked."""

    method: str
    path: str
    request: bytes = b""
    status: int = 0
    headers: str = ""
    body: bytes = b""

    @property
    def text(self) -> str:
        return self.headers + "\n" + self.body.decode(errors="replace")

    @cached_property
    def folded(self) -> str:
        """The text without capital letters; asked for when all of it was sent."""
        return self.text.casefold()


@dataclass
class Recorder:
    """ASGI middleware that keeps what passes, uncompressed."""

    app: Any
    sent: list[Sent] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        record = Sent(scope.get("method", "WEBSOCKET"), scope["path"])
        self.sent.append(record)

        async def noting_receive() -> Any:
            message = await receive()
            record.request += message.get("body", b"")
            return message

        async def noting_send(message: Any) -> None:
            note(record, message)
            await send(message)

        plain = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
        await self.app({**scope, "headers": plain}, noting_receive, noting_send)


def note(record: Sent, message: Any) -> None:
    """Add a message of ASGI's to the record of its reply."""
    record.status = message.get("status", record.status)
    for name, value in message.get("headers", []):
        record.headers += f"{name.decode('latin-1')}: {value.decode('latin-1')}\n"
    record.body += message.get("body") or message.get("bytes") or b""
    record.body += (message.get("text") or "").encode()
    record.headers += message.get("reason") or ""


class Here:
    """A server in a thread, in the place of `tests.apps.review.watched.Served`."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"

    @property
    def sent(self) -> list[Sent]:
        return self.recorder.sent


@contextmanager
def serving(recorder: Recorder) -> Iterator[Here]:
    """Serve a recorded app until the end of the block."""
    here = Here(recorder)
    config = uvicorn.Config(
        recorder, port=here.port, log_level="error", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the review app ended at its start"
        time.sleep(0.02)
    yield here
    server.should_exit = True
    thread.join(10)

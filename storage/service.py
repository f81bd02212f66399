"""Turns requests over HTTP into the writer's jobs and the reader's reads."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from lab.errors import LabError, StoreError
from storage.insert import Connection
from storage.operations import OPERATIONS
from storage.reader import Reader
from storage.wire import ARROW, pack_table, unpack_add
from storage.writer import Job, Writer, as_lab_error

READER_THREADS = 16


class Service:
    """One open database behind HTTP."""

    def __init__(self, connection: Connection, token: str) -> None:
        self._connection = connection
        self._writer = Writer(connection.cursor())
        self._reader = Reader(connection)
        self._readers = ThreadPoolExecutor(READER_THREADS, "reader")
        # Apart, so that long reads in all reader threads do not make the owner look dead.
        self._checker = ThreadPoolExecutor(1, "health")
        self._started_ms = time.time_ns() // 1_000_000
        self.stopping = threading.Event()
        """Set when a client has asked this owner to leave."""
        self.activity = Activity(self._routes(), token)
        """The ASGI application."""

    def start(self) -> None:
        """Start the writer and warm the path of a first parameterised query."""
        self._writer.start()
        self._reader.read("SELECT $1::INTEGER AS one", [1])

    def interrupt(self) -> None:
        """Break off the reads that are running, so that nobody waits for them at the end."""
        self._reader.interrupt()

    def close(self) -> None:
        """Finish what is queued, fold the write-ahead log into the file, and close it."""
        self._writer.stop()
        self._readers.shutdown(cancel_futures=True)
        self._checker.shutdown()
        self._connection.execute("CHECKPOINT")
        self._connection.close()

    def _routes(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/health", self._health),
                Route("/add", self._add, methods=["POST"]),
                Route("/read", self._read, methods=["POST"]),
                Route("/do/{operation}", self._do, methods=["POST"]),
                Route("/stop", self._stop, methods=["POST"]),
            ],
            exception_handlers={LabError: _refuse, Exception: _fail},
        )

    async def _health(self, _: Request) -> Response:
        read = partial(self._reader.read, "SELECT count(*) AS n FROM schema_migrations", [])
        await asyncio.get_running_loop().run_in_executor(self._checker, read)
        return JSONResponse(
            {"pid": os.getpid(), "change": self._started_ms + self._writer.n_commits}
        )

    async def _add(self, request: Request) -> Response:
        rows = unpack_add(request.headers["content-type"], await request.body())
        await asyncio.wrap_future(self._writer.submit(Job(rows)))
        return JSONResponse(None)

    async def _do(self, request: Request) -> Response:
        name = request.path_params["operation"]
        if name not in OPERATIONS:
            raise StoreError(f"no operation named {name!r}")
        operation = partial(OPERATIONS[name], **json.loads(await request.body()))
        return JSONResponse(await asyncio.wrap_future(self._writer.submit(Job([], operation))))

    async def _read(self, request: Request) -> Response:
        asked = json.loads(await request.body())
        read = partial(self._read_packed, asked["sql"], asked["parameters"])
        body = await asyncio.get_running_loop().run_in_executor(self._readers, read)
        return Response(body, media_type=ARROW)

    def _read_packed(self, sql: str, parameters: list[Any]) -> bytes:
        return pack_table(self._reader.read(sql, parameters))

    async def _stop(self, _: Request) -> Response:
        self.stopping.set()
        return JSONResponse(None)


class Activity:
    """Lets in only who knows the token, and remembers when somebody last did."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()
        self._n_running = 0
        self._last = time.monotonic()

    @property
    def idle_seconds(self) -> float:
        """Seconds since the last request ended; 0 while one is running."""
        return 0.0 if self._n_running else time.monotonic() - self._last

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and not self._is_allowed(scope):
            await JSONResponse({"message": "wrong token"}, 401)(scope, receive, send)
            return
        self._n_running += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._n_running -= 1
            self._last = time.monotonic()

    def _is_allowed(self, scope: Scope) -> bool:
        given = dict(scope["headers"]).get(b"authorization", b"")
        return secrets.compare_digest(given, self._expected)


async def _refuse(_: Request, error: Exception) -> Response:
    return JSONResponse({"kind": type(error).__name__, "message": str(error)}, 400)


async def _fail(request: Request, error: Exception) -> Response:
    return await _refuse(request, as_lab_error(error))

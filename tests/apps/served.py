"""A process that serves a small app, so that a test can send it signals."""

from __future__ import annotations

import asyncio
import sys
import time
from functools import partial

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from apps.serving import serve

say = partial(print, flush=True)


async def quick(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{request.url_for('quick')} {request.client.host}")


async def endless(request: Request) -> PlainTextResponse:
    say("in endless")
    await asyncio.sleep(600)
    return PlainTextResponse("")


def busy(request: Request) -> PlainTextResponse:
    say("in busy")
    until = time.monotonic() + 30
    while time.monotonic() < until:
        pass
    return PlainTextResponse("")


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)


def main(port: int, root_path: str) -> None:
    routes = [
        Route("/quick", quick, name="quick"),
        Route("/endless", endless),
        Route("/busy", busy),
        WebSocketRoute("/echo", echo),
    ]
    serve(lambda: Starlette(routes=routes), "127.0.0.1", port, root_path=root_path, say=say)
    say("returned")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])

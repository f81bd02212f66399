from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient

from apps.signin.gate import Gate
from apps.signin.passwords import hash_password
from apps.signin.routes import sign_in_routes
from lab.records import Account, Role
from storage import accounts, sessions
from tests.apps.signin.fake_store import FakeStore, account_named, current_session

PASSWORD = "correct horse"
HASH = hash_password(PASSWORD)


async def start(request):
    return PlainTextResponse(f"hello {request.state.account.name}")


async def echo(websocket):
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(f"{websocket.state.account.name}: {text}")


async def health(request):
    return JSONResponse({"ok": True})


def make_app(store, roles=(Role.REVIEWER, Role.LEAD)):
    routes = [
        Route("/start", start, methods=["GET", "POST"]),
        Route("/healthz", health),
        Route("/assets/{name:path}", health),
        WebSocketRoute("/stream", echo),
        *sign_in_routes(lambda: store, start="/start"),
    ]
    return Gate(Starlette(routes=routes), lambda: store, roles, {"/healthz", "/assets/"})


@pytest.fixture
def store(monkeypatch):
    monkeypatch.setattr(accounts, "named", account_named)
    monkeypatch.setattr(sessions, "current", current_session)
    people = [("ada", Role.REVIEWER), ("lee", Role.LEAD), ("ann", Role.ANALYST)]
    made = [
        Account(name=name, role=role, pseudonym=f"person {name}", password_hash=HASH)
        for name, role in people
    ]
    rater = Account(name="rater-1", role=Role.REVIEWER, pseudonym="rater-1")
    return FakeStore(accounts=[*made, rater])


@pytest.fixture
def client(store):
    with TestClient(make_app(store), follow_redirects=False) as client:
        yield client

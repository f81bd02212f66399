from __future__ import annotations

import asyncio
import threading
from datetime import timedelta

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from apps.signin.requests import COOKIE
from apps.signin.sessions import Lookups, fingerprint, sign_in
from lab.records import Session, now
from storage import sessions
from tests.apps.signin.conftest import PASSWORD, make_app
from tests.apps.signin.fake_store import current_session

PAGE = {"accept": "text/html"}


def enter(client, store, name="ada"):
    token = sign_in(store, name, PASSWORD)
    client.cookies.set(COOKIE, token)
    return token


def test_a_page_leads_to_the_sign_in_and_a_fetch_gets_401(client):
    answer = client.get("/start?study=x", headers=PAGE)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/start%3Fstudy%3Dx"
    answer = client.get("/start")
    assert (answer.status_code, answer.json()) == (401, {"detail": "sign in first"})


@pytest.mark.parametrize("token", ["", "nonsense", "a" * 5000])
def test_an_invented_token_opens_nothing(client, token):
    client.cookies.set(COOKIE, token)
    assert client.get("/start").status_code == 401


def test_public_paths_are_open_and_their_neighbours_are_not(client):
    assert client.get("/healthz").status_code == 200
    assert client.get("/assets/logo.svg").status_code == 200
    assert client.get("/assets").status_code == 401
    assert client.get("/healthz/more").status_code == 401
    assert client.get("/assets/%2e%2e/start").status_code == 401
    assert client.get("/sign-in/other").status_code == 401


def test_the_account_is_handed_on(client, store):
    enter(client, store)
    assert client.get("/start").text == "hello ada"


def test_a_wrong_role_gets_a_page_with_the_way_out(client, store):
    enter(client, store, "ann")
    answer = client.get("/start", headers=PAGE)
    assert answer.status_code == 403
    assert "signed in as ann, with the role analyst" in answer.text
    assert "the dashboard" in answer.text
    assert 'action="/sign-out"' in answer.text
    answer = client.get("/start")
    assert answer.status_code == 403
    assert "role analyst" in answer.json()["detail"]


def test_an_expired_session_opens_nothing(client, store):
    over = now() - timedelta(seconds=1)
    token_sha256 = fingerprint("old")
    store.add(
        [Session(token_sha256=token_sha256, account_id=store.accounts[0].id, expires_at=over)]
    )
    client.cookies.set(COOKIE, "old")
    assert client.get("/start").status_code == 401


def test_a_session_that_expires_while_remembered_is_over(store):
    soon = now() + timedelta(seconds=-1)
    session = Session(token_sha256="x", account_id=store.accounts[0].id, expires_at=soon)
    lookups = Lookups(lambda: store)
    lookups._known[fingerprint("t")] = (lookups.clock() + 3, session, store.accounts[0])
    assert lookups.remembered("t") == (True, None)


def test_a_storm_of_requests_asks_the_store_once(store, monkeypatch):
    token = sign_in(store, "ada", PASSWORD)
    gate = make_app(store)
    all_have_asked = threading.Event()

    def slow(store, token_sha256):
        assert all_have_asked.wait(10)
        return current_session(store, token_sha256)

    async def release():
        for _ in range(20):
            await asyncio.sleep(0)
        all_have_asked.set()

    async def storm():
        return await asyncio.gather(*(gate._account(token) for _ in range(16)), release())

    monkeypatch.setattr(sessions, "current", slow)
    assert [account.name for account in asyncio.run(storm())[:16]] == ["ada"] * 16
    assert store.n_lookups == 1


def test_the_store_is_asked_again_after_a_few_seconds(store):
    moment = 0.0
    lookups = Lookups(lambda: store, clock=lambda: moment)
    token = sign_in(store, "ada", PASSWORD)
    moment = 10.0
    assert lookups.account(token).name == "ada"
    moment = 12.9
    assert lookups.account(token).name == "ada"
    assert store.n_lookups == 1
    moment = 13.1
    assert lookups.account(token).name == "ada"
    assert store.n_lookups == 2


def test_a_post_from_another_page_is_refused(client, store):
    enter(client, store)
    assert client.post("/start").status_code == 200
    assert client.post("/start", headers={"origin": "http://evil.example"}).status_code == 403
    same_host = {"origin": "http://testserver:8501"}
    assert client.post("/start", headers=same_host).status_code == 403
    assert client.get("/start", headers={"origin": "http://evil.example"}).status_code == 200


def test_a_websocket_needs_a_session_a_role_and_the_own_origin(client, store):
    for prepare in (lambda: None, lambda: enter(client, store, "ann")):
        prepare()
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("/stream"):
            pass
    enter(client, store)
    foreign = {"origin": "http://evil.example"}
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("/stream", headers=foreign),
    ):
        pass
    with client.websocket_connect("/stream") as stream:
        stream.send_text("hi")
        assert stream.receive_text() == "ada: hi"


def test_a_websocket_ends_with_the_session(client, store):
    enter(client, store)
    with client.websocket_connect("/stream") as stream:
        stream.send_text("one")
        assert stream.receive_text() == "ada: one"
        client.post("/sign-out")
        stream.send_text("two")
        with pytest.raises(WebSocketDisconnect) as left:
            stream.receive_text()
        assert left.value.code == 4401


def test_a_store_that_is_away_is_said_in_words_and_breaks_off_nothing(client, store):
    token = enter(client, store)
    store.broken = True
    assert "cannot be reached" in client.get("/start", headers=PAGE).text
    assert client.get("/start").status_code == 503
    assert client.get("/healthz").status_code == 200
    store.broken = False
    client.cookies.set(COOKIE, token)
    assert client.get("/start").status_code == 200


def test_behind_a_proxy_the_prefix_is_kept_and_not_taken_for_the_path(store):
    client = TestClient(make_app(store), root_path="/lab", follow_redirects=False)
    answer = client.get("/lab/start", headers=PAGE)
    assert answer.headers["location"] == "/lab/sign-in?next=/start"
    assert client.get("/lab/healthz").status_code == 200

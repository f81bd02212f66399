from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from apps.signin.requests import COOKIE
from lab.records import Role, now
from tests.apps.signin.conftest import PASSWORD, make_app


def enter(client, name="ada", password=PASSWORD, wanted="", **headers):
    form = {"name": name, "password": password, "next": wanted}
    return client.post("/sign-in", data=form, headers=headers)


def test_the_page_needs_no_session_and_no_script(client):
    page = client.get("/sign-in")
    assert page.status_code == 200
    assert "<script" not in page.text
    assert 'autocomplete="username"' in page.text
    assert 'autocomplete="current-password"' in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert client.get("/sign-in/style.css").headers["content-type"].startswith("text/css")


def test_a_right_password_opens_a_session_of_twelve_hours(client, store):
    answer = enter(client, "  ADA ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/start")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    token = client.cookies[COOKIE]
    (session,) = store.sessions
    assert session.token_sha256 == hashlib.sha256(token.encode()).hexdigest()
    assert token not in repr(session)
    assert timedelta(hours=11, minutes=59) < session.expires_at - now() <= timedelta(hours=12)
    assert client.get("/start").text == "hello ada"


def test_over_https_the_cookie_is_secure(store):
    client = TestClient(make_app(store), "https://lab", follow_redirects=False)
    assert "Secure" in enter(client).headers["set-cookie"]


@pytest.mark.parametrize(("name", "password"), [("ada", "wrong"), ("nobody", PASSWORD)])
def test_a_wrong_password_and_an_unknown_name_read_alike(client, store, name, password):
    answer = enter(client, name, password, "/start?x=1")
    assert answer.status_code == 401
    assert "do not belong together" in answer.text
    assert f'value="{name}"' in answer.text
    assert 'value="/start?x=1"' in answer.text
    assert PASSWORD not in answer.text
    assert "set-cookie" not in answer.headers
    assert store.sessions == []


def test_an_outside_rater_without_a_password_cannot_sign_in(client):
    assert enter(client, "rater-1", "").status_code == 401


def test_what_was_typed_is_shown_as_text(client):
    answer = enter(client, '"><script>alert(1)</script>$root', "wrong")
    assert "<script" not in answer.text
    assert "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;$root" in answer.text


def test_the_way_goes_on_only_within_the_app(client):
    assert enter(client, wanted="/start?a=b").headers["location"] == "/start?a=b"
    for foreign in ("//evil.example", "https://evil.example", "/\\evil.example"):
        assert enter(client, wanted=foreign).headers["location"] == "/start"


def test_after_ten_wrong_tries_even_the_right_password_waits(client):
    for _ in range(10):
        assert enter(client, password="wrong").status_code == 401
    answer = enter(client)
    assert answer.status_code == 429
    assert "Too many tries" in answer.text
    assert 290 < int(answer.headers["retry-after"]) <= 300
    assert enter(client, "lee").status_code == 303


def test_a_right_password_makes_the_wrong_ones_forgotten(client):
    for _ in range(2):
        for _ in range(9):
            assert enter(client, password="wrong").status_code == 401
        assert enter(client).status_code == 303


def test_a_form_of_another_page_is_refused(client, store):
    answer = enter(client, origin="http://evil.example")
    assert answer.status_code == 403
    assert store.sessions == []
    enter(client)
    assert client.post("/sign-out", headers={"origin": "http://evil.example"}).status_code == 403
    assert client.get("/start").status_code == 200


def test_an_endless_form_is_refused(client):
    assert enter(client, "a" * 20_000).status_code == 413


def test_somebody_signed_in_goes_straight_on(client):
    enter(client)
    assert client.get("/sign-in?next=/start%3Fx").headers["location"] == "/start?x"
    assert client.get("/sign-in?next=//evil.example").headers["location"] == "/start"


def test_signing_out_asks_then_ends_the_session_at_once(client, store):
    enter(client)
    token = client.cookies[COOKIE]
    assert client.get("/start").status_code == 200
    assert "Sign out?" in client.get("/sign-out").text
    assert client.get("/start").status_code == 200
    answer = client.post("/sign-out")
    assert answer.headers["location"] == "/sign-in"
    assert COOKIE not in client.cookies
    assert len(store.sessions) == 2
    client.cookies.set(COOKIE, token)
    assert client.get("/start").status_code == 401


def test_signing_out_twice_adds_nothing(client, store):
    enter(client)
    client.post("/sign-out")
    assert client.post("/sign-out").status_code == 303
    assert len(store.sessions) == 2


def test_a_store_that_is_away_is_said_in_words(client, store):
    store.broken = True
    answer = enter(client)
    assert answer.status_code == 503
    assert "database cannot be reached" in answer.text


def test_behind_a_proxy_every_address_keeps_the_prefix(store):
    client = TestClient(make_app(store), root_path="/lab", follow_redirects=False)
    assert 'action="/lab/sign-in"' in client.get("/lab/sign-in").text
    form = {"name": "ada", "password": PASSWORD, "next": "/start?x=1"}
    assert client.post("/lab/sign-in", data=form).headers["location"] == "/lab/start?x=1"
    assert client.post("/lab/sign-out").headers["location"] == "/lab/sign-in"


def test_the_lead_may_enter_both_apps_with_one_sign_in(client, store):
    enter(client, "lee")
    other = TestClient(make_app(store, {Role.ANALYST, Role.LEAD}), cookies=dict(client.cookies))
    assert other.get("/start").text == "hello lee"

"""Signing in and out of two apps over one real store."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from apps.signin.passwords import hash_password
from apps.signin.requests import COOKIE
from apps.signin.sessions import fingerprint
from lab.records import Account, Role
from storage import sessions
from storage.client import open_store
from tests.apps.signin.conftest import make_app


@pytest.fixture
def real_store(home):
    with open_store(home) as store:
        yield store


def test_one_sign_in_opens_both_apps_until_the_sign_out(real_store):
    hashed = hash_password("correct horse")
    lead = Account(name="lee", role=Role.LEAD, pseudonym="lead 1", password_hash=hashed)
    rater = Account(name="rater-1", role=Role.REVIEWER, pseudonym="rater 1")
    real_store.add([lead, rater])
    review = TestClient(make_app(real_store), follow_redirects=False)
    dashboard = TestClient(make_app(real_store, {Role.ANALYST, Role.LEAD}))
    form = {"name": "Lee", "password": "correct horse"}
    assert review.post("/sign-in", data={**form, "password": "wrong"}).status_code == 401
    assert review.post("/sign-in", data={"name": "rater-1", "password": ""}).status_code == 401
    assert review.post("/sign-in", data=form).status_code == 303
    token = review.cookies[COOKIE]
    assert review.get("/start").text == "hello lee"
    dashboard.cookies.set(COOKIE, token)
    assert dashboard.get("/start").text == "hello lee"
    review.post("/sign-out")
    assert sessions.current(real_store, fingerprint(token)) is None
    review.cookies.set(COOKIE, token)
    assert review.get("/start").status_code == 401
    late = TestClient(make_app(real_store), cookies={COOKIE: token})
    assert late.get("/start").status_code == 401

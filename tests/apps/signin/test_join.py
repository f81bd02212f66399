"""Joining by an invitation, over a real store."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import httpx
import pytest
from starlette.testclient import TestClient

from apps.signin.invitations import invite
from apps.signin.passwords import verify
from apps.signin.sessions import fingerprint
from lab.records import Account, Invitation, InvitationUse, Role, Session, new_id, now
from storage import accounts, invitations
from storage.client import open_store
from tests.apps.signin.conftest import make_app

PASSWORD = "long enough"


@pytest.fixture(scope="module")
def real_store(tmp_path_factory):
    from lab.home import find_home
    from storage.client import stop_owner

    home = find_home(tmp_path_factory.mktemp("join") / "lab")
    with open_store(home, idle_seconds=60) as store:
        yield store
    stop_owner(home)


@pytest.fixture
def visitor(real_store):
    with TestClient(make_app(real_store), follow_redirects=False) as client:
        yield client


def link(store, role=Role.REVIEWER, **options):
    return invite(store, role, **options)


def use(client, path, name=None, password=PASSWORD, **changes):
    token = path.partition("token=")[2]
    form = {"token": token, "name": name or f"ada {new_id()}", "password": password}
    form |= {"again": password, "way": "password"} | changes
    return client.post("/join", data=form)


def n_accounts(store):
    return len(accounts.every(store))


def test_looking_uses_nothing_up(visitor, real_store):
    path = link(real_store)
    for _ in range(3):
        page = visitor.get(path)
        assert page.status_code == 200
        assert "works once" in page.text
        assert page.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "set-cookie" not in page.headers
    assert invitations.find(real_store, fingerprint(path[12:])).state == "open"


def test_joining_makes_an_account_and_signs_it_in(visitor, real_store):
    path, name = link(real_store), f"Ada {new_id()}"
    answer = use(visitor, path, f"  {name} ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/start")
    assert re.search("Max-Age=43200", answer.headers["set-cookie"])
    account = accounts.named(real_store, name)
    assert account.role is Role.REVIEWER
    assert re.fullmatch("reviewer-[0-9]+", account.pseudonym)
    assert verify(PASSWORD, account.password_hash)
    assert visitor.get("/start").text == f"hello {account.name}"
    stored = real_store.select(Invitation, "WHERE token_sha256 = $1", [fingerprint(path[12:])])
    assert path[12:] not in repr(stored)
    other = TestClient(make_app(real_store), follow_redirects=False)
    form = {"name": name, "password": PASSWORD}
    assert other.post("/sign-in", data=form).status_code == 303


def test_without_a_password_the_session_is_long_and_the_name_alone_opens_nothing(
    visitor, real_store
):
    name = f"ben {new_id()}"
    answer = use(visitor, link(real_store), name, "", way="link")
    assert answer.status_code == 303
    assert "Max-Age=2592000" in answer.headers["set-cookie"]
    account = accounts.named(real_store, name)
    assert account.password_hash is None
    (session,) = real_store.select(Session, "WHERE account_id = $1::UUID", [account.id])
    assert timedelta(days=29, hours=23) < session.expires_at - now() <= timedelta(days=30)
    assert visitor.get("/start").status_code == 200
    for password in ("", PASSWORD):
        form = {"name": name, "password": password}
        other = TestClient(make_app(real_store), follow_redirects=False)
        assert other.post("/sign-in", data=form).status_code == 401


def test_a_link_works_once(visitor, real_store):
    path = link(real_store)
    assert use(visitor, path).status_code == 303
    before = n_accounts(real_store)
    stranger = TestClient(make_app(real_store), follow_redirects=False)
    again = use(stranger, path)
    assert again.status_code == 410
    assert "has been used" in again.text
    assert "set-cookie" not in again.headers
    assert "has been used" in stranger.get(path).text
    assert n_accounts(real_store) == before


def test_of_two_at_once_one_wins(real_store):
    path, before = link(real_store), n_accounts(real_store)
    transport = httpx.ASGITransport(make_app(real_store))

    async def post_all():
        async with httpx.AsyncClient(transport=transport, base_url="http://lab") as client:
            forms = [{"token": path[12:], "name": f"n {new_id()}", "way": "link"} for _ in range(6)]
            return await asyncio.gather(*(client.post("/join", data=form) for form in forms))

    answers = asyncio.run(post_all())
    assert sorted(one.status_code for one in answers) == [303] + [410] * 5
    assert sum("set-cookie" in one.headers for one in answers) == 1
    assert n_accounts(real_store) == before + 1
    (invitation,) = real_store.select(
        Invitation, "WHERE token_sha256 = $1", [fingerprint(path[12:])]
    )
    uses = real_store.select(InvitationUse, "WHERE invitation_id = $1::UUID", [invitation.id])
    assert len(uses) == 1


def test_links_that_lead_nowhere_say_why(visitor, real_store):
    over = Invitation(token_sha256=fingerprint("over"), role=Role.REVIEWER, expires_at=now())
    real_store.add([over])
    voided = link(real_store)
    invitations.void(real_store, invitations.find(real_store, fingerprint(voided[12:])).id)
    for path, status, words in [
        ("/join", 404, "not known"),
        ("/join?token=%22%3E<script>", 404, "not known"),
        ("/join?token=over", 410, "no longer good"),
        (voided, 410, "no longer good"),
    ]:
        for answer in (visitor.get(path), use(visitor, path)):
            assert (answer.status_code, words in answer.text) == (status, True)
            assert "<script" not in answer.text
            assert 'href="/sign-in"' in answer.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " "}, "Choose a name"),
        ({"name": "a" * 61}, "too long"),
        ({"name": "a\u202eb"}, "cannot be seen"),
        ({"password": "short"}, "at least 8"),
        ({"again": "another one"}, "not the same"),
    ],
)
def test_a_faulty_form_comes_back_with_words_and_nothing_is_used(
    visitor, real_store, changes, words
):
    path = link(real_store)
    answer = use(visitor, path, **changes)
    assert answer.status_code == 422
    assert words in answer.text
    assert PASSWORD not in answer.text
    assert use(visitor, path).status_code == 303


def test_a_taken_name_is_said_and_the_name_stays_in_the_form(visitor, real_store):
    name = f"cleo {new_id()}"
    use(visitor, link(real_store), name)
    path = link(real_store)
    answer = use(visitor, path, name.upper())
    assert answer.status_code == 409
    assert "Choose another" in answer.text
    assert f'value="{name.upper()}"' in answer.text
    assert use(visitor, path).status_code == 303


def test_an_invitation_for_an_account_signs_that_one_in(visitor, real_store):
    name = f"dan {new_id()}"
    real_store.add([Account(name=name, role=Role.REVIEWER, pseudonym=f"R {name}")])
    path = link(real_store, Role.LEAD, account=accounts.named(real_store, name))
    page = visitor.get(path)
    assert f"Sign in as {name}" in page.text
    assert "password" not in page.text
    before = n_accounts(real_store)
    answer = use(visitor, path, "somebody else")
    assert answer.status_code == 303
    assert "Max-Age=2592000" in answer.headers["set-cookie"]
    assert visitor.get("/start").text == f"hello {name}"
    assert n_accounts(real_store) == before
    assert use(visitor, path).status_code == 410


def test_a_forgotten_password_is_no_reason_for_a_long_session(visitor, real_store):
    name = f"eve {new_id()}"
    use(visitor, link(real_store), name)
    path = link(real_store, account=accounts.named(real_store, name))
    assert "Max-Age=43200" in use(visitor, path).headers["set-cookie"]


def test_after_ten_tries_a_link_waits(visitor, real_store):
    path = link(real_store)
    for _ in range(10):
        assert use(visitor, path, password="short").status_code == 422
    answer = use(visitor, path)
    assert answer.status_code == 429
    assert "Too many tries" in answer.text
    assert 290 < int(answer.headers["retry-after"]) <= 300
    assert use(visitor, link(real_store)).status_code == 303


def test_a_form_of_another_page_and_an_endless_one_are_refused(visitor, real_store):
    path = link(real_store)
    form = {"token": path[12:], "name": "x", "way": "link"}
    foreign = visitor.post("/join", data=form, headers={"origin": "http://evil.example"})
    assert foreign.status_code == 403
    assert visitor.post("/join", data={**form, "name": "x" * 20_000}).status_code == 413
    assert invitations.find(real_store, fingerprint(path[12:])).state == "open"


def test_an_analyst_joins_and_is_told_where_the_work_is(visitor, real_store):
    assert use(visitor, link(real_store, Role.ANALYST)).status_code == 303
    page = visitor.get("/start", headers={"accept": "text/html"})
    assert page.status_code == 403
    assert "the dashboard, where the results are" in page.text


def test_in_german(visitor, real_store):
    german = {"accept-language": "de-DE,de;q=0.9,en;q=0.5"}
    page = visitor.get(link(real_store), headers=german)
    assert '<html lang="de">' in page.text
    assert "Ohne Passwort beitreten" in page.text
    assert "Passwort vergessen" in visitor.get("/sign-in", headers=german).text
    assert "Abmelden?" in visitor.get("/sign-out", headers=german).text
    assert "unbekannt" in visitor.get("/join?token=x", headers=german).text


def test_behind_a_proxy_the_form_keeps_the_prefix(real_store):
    client = TestClient(make_app(real_store), root_path="/lab", follow_redirects=False)
    path = link(real_store)
    assert 'action="/lab/join"' in client.get(f"/lab{path}").text
    form = {"token": path[12:], "name": f"fay {new_id()}", "way": "link"}
    assert client.post("/lab/join", data=form).headers["location"] == "/lab/start"


def test_days_must_be_a_few(real_store):
    for days in (0, 91):
        with pytest.raises(ValueError, match="1 to 90"):
            link(real_store, days=days)

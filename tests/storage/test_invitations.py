"""Invitations: used once, by one person, in time."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import duckdb
import pytest

from lab.errors import ReviewError
from lab.records import Account, Invitation, InvitationUse, Role, Session, new_id, now
from storage import accounts, invitations, joining, sessions
from storage.desk import Desk
from storage.insert import insert_records
from storage.invitations import Outcome, State
from storage.migrate import migrate, read_migrations


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def invite(store, **changes):
    fields = {"token_sha256": digest(new_id()), "role": Role.REVIEWER}
    fields |= {"expires_at": now() + timedelta(days=7), **changes}
    invitation = Invitation(**fields)
    store.add([invitation])
    return invitation


def join(store, invitation, name=None, **changes):
    fields = {"token_sha256": invitation.token_sha256, "name": name or f"name-{new_id()}"}
    fields |= {"password_hash": None, "session_sha256": digest(new_id())}
    fields |= {"session_expires_at": now() + timedelta(hours=12), **changes}
    return invitations.join(store, **fields)


def test_an_invitation_makes_one_account_and_signs_it_in(shared_store):
    invitation = invite(shared_store, role=Role.ANALYST, note="Ann")
    name, session = f"ann-{new_id()}", digest(new_id())
    assert invitations.find(shared_store, invitation.token_sha256).state is State.OPEN
    outcome = join(shared_store, invitation, name, password_hash="a hash", session_sha256=session)
    assert outcome is Outcome.JOINED
    account = accounts.named(shared_store, name)
    assert (account.role, account.password_hash) == (Role.ANALYST, "a hash")
    assert sessions.current(shared_store, session)[1] == account
    found = invitations.find(shared_store, invitation.token_sha256)
    assert (found.state, found.used_by, found.note) == (State.USED, account.pseudonym, "Ann")
    assert join(shared_store, invitation) is Outcome.USED


def test_an_invitation_for_an_account_signs_that_one_in(shared_store):
    ada = Account(name=f"ada-{new_id()}", role=Role.REVIEWER, pseudonym=f"ada-{new_id()}")
    shared_store.add([ada])
    n_accounts = len(accounts.every(shared_store))
    invitation, session = invite(shared_store, account_id=ada.id), digest(new_id())
    assert invitations.find(shared_store, invitation.token_sha256).account_name == ada.name
    assert join(shared_store, invitation, session_sha256=session) is Outcome.JOINED
    assert sessions.current(shared_store, session)[1] == ada
    assert len(accounts.every(shared_store)) == n_accounts


def test_unknown_over_and_voided_ones_make_nothing(shared_store):
    n_accounts = len(accounts.every(shared_store))
    over = invite(shared_store, expires_at=now() + timedelta(milliseconds=1))
    unknown = Invitation(token_sha256=digest("x"), role=Role.LEAD, expires_at=now())
    voided = invite(shared_store)
    invitations.void(shared_store, voided.id)
    invitations.void(shared_store, voided.id)
    while invitations.find(shared_store, over.token_sha256).state is State.OPEN:
        pass
    assert join(shared_store, unknown) is Outcome.UNKNOWN
    assert join(shared_store, over) is Outcome.EXPIRED
    assert join(shared_store, voided) is Outcome.EXPIRED
    assert len(accounts.every(shared_store)) == n_accounts
    assert invitations.find(shared_store, unknown.token_sha256) is None
    assert invitations.find(shared_store, over.token_sha256).state is State.EXPIRED
    assert invitations.find(shared_store, voided.token_sha256).state is State.VOID
    rows = shared_store.select(Invitation, "WHERE token_sha256 = $1", [voided.token_sha256])
    assert len(rows) == 2


def test_a_used_one_cannot_be_voided_and_an_unknown_one_is_named(shared_store):
    invitation = invite(shared_store)
    join(shared_store, invitation)
    invitations.void(shared_store, invitation.id)
    assert invitations.find(shared_store, invitation.token_sha256).state is State.USED
    with pytest.raises(ReviewError, match="no invitation"):
        invitations.void(shared_store, new_id())


def test_a_taken_name_uses_nothing_up(shared_store):
    invitation, name = invite(shared_store), f"ada-{new_id()}"
    shared_store.add([Account(name=name, role=Role.LEAD, pseudonym=name)])
    assert join(shared_store, invitation, name) is Outcome.NAME_TAKEN
    assert join(shared_store, invitation) is Outcome.JOINED


def test_of_many_at_once_one_uses_it(shared_store):
    invitation = invite(shared_store)
    before = len(accounts.every(shared_store))
    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(lambda _: join(shared_store, invitation), range(32)))
    assert sorted(outcomes) == ["joined"] + ["used"] * 31
    assert len(accounts.every(shared_store)) == before + 1
    uses = shared_store.select(InvitationUse, "WHERE invitation_id = $1::UUID", [invitation.id])
    assert len(uses) == 1
    of_new = shared_store.select(Session, "WHERE account_id = $1::UUID", [uses[0].account_id])
    assert len(of_new) == 1


def test_of_many_at_once_one_gets_the_name_and_all_others_their_own_pseudonym(shared_store):
    name = f"ada-{new_id()}"
    many = [invite(shared_store) for _ in range(24)]
    with ThreadPoolExecutor(12) as pool:
        names = [name if at % 2 else f"{name}-{at}" for at in range(24)]
        outcomes = list(pool.map(lambda one, called: join(shared_store, one, called), many, names))
    assert sorted(outcomes) == ["joined"] * 13 + ["name_taken"] * 11
    called = [one.pseudonym for one in accounts.every(shared_store)]
    assert len(called) == len(set(called))


def test_the_newest_come_first(shared_store):
    first = invite(shared_store)
    invite(shared_store, note="second")
    invitations.void(shared_store, first.id)
    listed = invitations.every(shared_store, limit=2)
    assert [one.note for one in listed] == ["second", ""]
    assert listed[1].created_at == first.created_at


def test_an_account_gets_the_next_pseudonym_of_its_role(shared_store):
    add = {"role": "lead", "password_hash": None}
    one = shared_store.do("add_account", name=f"a-{new_id()}", pseudonym="lead-41", **add)
    two = shared_store.do("add_account", name=f"b-{new_id()}", **add)
    assert (one, two) == ("lead-41", "lead-42")
    with pytest.raises(ReviewError, match="'lead-42' in reports already"):
        shared_store.do("add_account", name=f"c-{new_id()}", pseudonym="lead-42", **add)


# ---- several joins in one transaction of the writer ----------------------------------------


@pytest.fixture
def desk():
    connection = duckdb.connect()
    migrate(connection, read_migrations())
    yield Desk(connection)
    connection.close()


def join_at(desk, token, name):
    """Join as the writer does, before anything of the transaction is stored."""
    return joining.join(
        desk,
        now(),
        token_sha256=token,
        name=name,
        password_hash=None,
        session_sha256=digest(new_id()),
        session_expires_at=now().isoformat(),
    )


def test_within_one_transaction_one_wins_the_invitation_and_one_the_name(desk):
    later = now() + timedelta(days=1)
    made = [
        Invitation(token_sha256=one, role=Role.REVIEWER, expires_at=later) for one in ("x", "y")
    ]
    insert_records(desk.connection, made)
    assert join_at(desk, "x", "ada") == "joined"
    assert join_at(desk, "x", "ben") == "used"
    assert join_at(desk, "y", "ada") == "name_taken"
    assert join_at(desk, "y", "ben") == "joined"
    people = [one for one in desk.new if isinstance(one, Account)]
    assert [(one.name, one.pseudonym) for one in people] == [
        ("ada", "reviewer-1"),
        ("ben", "reviewer-2"),
    ]

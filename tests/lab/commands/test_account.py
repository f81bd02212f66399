"""The command `lab account`, over a real store."""

from __future__ import annotations

import re

import pytest

from lab.cli import main
from lab.records import Role
from storage import accounts, invitations
from storage.client import open_store


def run(home, *words):
    return main(["account", *words, "--home", str(home.path)])


@pytest.fixture
def ada(home, capsys):
    run(home, "add", "Ada", "--role", "reviewer")
    capsys.readouterr()


def listed(home):
    with open_store(home) as store:
        return invitations.every(store)


def test_an_invitation_prints_a_link_that_is_stored_as_a_hash_alone(home, capsys):
    assert run(home, "invite", "--role", "analyst", "--note", "Ann", "--days", "3") == 0
    said = capsys.readouterr().out
    (token,) = re.findall(r"/join\?token=(\S{43})", said)
    assert "within 3 days" in said
    (one,) = listed(home)
    assert (one.role, one.note, one.account_id) == (Role.ANALYST, "Ann", None)
    assert (one.expires_at - one.created_at).days in (2, 3)
    assert token not in repr(one)


def test_an_invitation_for_an_account_has_its_role(home, ada):
    assert run(home, "invite", "--account", "ADA") == 0
    (one,) = listed(home)
    assert (one.account_name, one.role) == ("ada", Role.REVIEWER)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--account", "adda"], "no account named 'adda'; there is: ada"),
        (["--role", "lead", "--days", "0"], "--days is 0; it must be 1 to 90"),
    ],
)
def test_what_cannot_be_invited_is_said(home, ada, capsys, words, said):
    assert run(home, "invite", *words) == 2
    assert said in capsys.readouterr().err
    assert listed(home) == []


def test_a_second_account_of_a_name_is_refused_and_pseudonyms_are_counted(home, ada, capsys):
    assert run(home, "add", "ADA", "--role", "lead") == 2
    assert "there is an account named 'ada' already" in capsys.readouterr().err
    assert run(home, "add", "ben", "--role", "reviewer") == 0
    with open_store(home) as store:
        assert [one.pseudonym for one in accounts.every(store)] == ["reviewer-1", "reviewer-2"]

"""Add and list reviewers, leads and analysts."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lab.commands import flags
from lab.commands.console import say, table

if TYPE_CHECKING:
    from storage.client import Store

EXAMPLES = """\
examples:
  lab account add ada --role reviewer       a password is made and printed once
  lab account add grace --role lead --password-file grace.txt
  lab account list
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sub-commands add and list."""
    commands = parser.add_subparsers(metavar="add|list", required=True)
    add = commands.add_parser("add", help="let somebody sign in")
    flags.add_home(add)
    add.add_argument("name", help="the sign-in name")
    add.add_argument("--role", choices=["reviewer", "lead", "analyst"], required=True)
    add.add_argument("--pseudonym", help="the name in reports (default: made up, e.g. reviewer-3)")
    add.add_argument(
        "--password-file", metavar="FILE", help="the file's first line is the password"
    )
    add.set_defaults(handler=_add)
    listing = commands.add_parser("list", help="list the accounts")
    flags.add_home(listing)
    listing.set_defaults(handler=_list)


def _add(arguments: argparse.Namespace) -> None:
    from lab.home import find_home
    from storage.client import open_store

    given = _read_password(arguments.password_file) if arguments.password_file else None
    with open_store(find_home(arguments.home)) as store:
        password = add_account(store, arguments.name, arguments.role, arguments.pseudonym, given)
    say(f"{arguments.role} {arguments.name!r} may sign in")
    if given is None:
        say(f"password, shown this once: {password}")


def add_account(
    store: Store, name: str, role: str, pseudonym: str | None = None, password: str | None = None
) -> str:
    """Store an account.

    Args:
        store: the open store.
        name: the sign-in name.
        role: reviewer, lead or analyst.
        pseudonym: the name in reports; by default the role with a running number.
        password: the password; by default a random one.

    Returns:
        The password.
    """
    import secrets

    from apps.signin.passwords import hash_password
    from lab.records import Account, Role
    from storage import accounts

    password = password or secrets.token_urlsafe(9)
    number = 1 + sum(other.role == role for other in accounts.every(store))
    account = Account(
        name=name.casefold(),
        role=Role(role),
        pseudonym=pseudonym or f"{role}-{number}",
        password_hash=hash_password(password),
    )
    store.add([account])
    return password


def _read_password(path: str) -> str:
    from pathlib import Path

    from lab.errors import InputError

    lines = Path(path).read_text(encoding="utf-8").splitlines()
    if not lines or len(lines[0]) < 8:
        raise InputError(f"{path}: the first line must be a password of at least 8 characters")
    return lines[0]


def _list(arguments: argparse.Namespace) -> None:
    from lab.home import find_home
    from storage import accounts
    from storage.client import open_store

    with open_store(find_home(arguments.home)) as store:
        rows = accounts.every(store)
    if not rows:
        say("no account yet; `lab account add NAME --role reviewer` adds one")
        return
    table(
        ["name", "role", "in reports", "can sign in", "made"],
        [
            (
                a.name,
                a.role,
                a.pseudonym,
                "yes" if a.password_hash else "no",
                f"{a.created_at:%F %R}",
            )
            for a in rows
        ],
    )

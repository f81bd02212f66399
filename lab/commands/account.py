"""Add, invite and list reviewers, leads and analysts."""

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
  lab account invite --role reviewer --note "Ben, week 2"   a link that works once
  lab account invite --account ada          a new way in for ada, without a password
  lab account list
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sub-commands add, invite and list."""
    commands = parser.add_subparsers(metavar="add|invite|list", required=True)
    add = commands.add_parser("add", help="let somebody sign in")
    flags.add_home(add)
    add.add_argument("name", help="the sign-in name")
    add.add_argument("--role", choices=["reviewer", "lead", "analyst"], required=True)
    add.add_argument("--pseudonym", help="the name in reports (default: made up, e.g. reviewer-3)")
    add.add_argument(
        "--password-file", metavar="FILE", help="the file's first line is the password"
    )
    add.set_defaults(handler=_add)
    _add_invite(commands.add_parser("invite", help="make a link with which somebody may join"))
    listing = commands.add_parser("list", help="list the accounts")
    flags.add_home(listing)
    listing.set_defaults(handler=_list)


def _add_invite(invite: argparse.ArgumentParser) -> None:
    flags.add_home(invite)
    whom = invite.add_mutually_exclusive_group(required=True)
    whom.add_argument(
        "--role", choices=["reviewer", "lead", "analyst"], help="what the new account may do"
    )
    whom.add_argument(
        "--account", metavar="NAME", help="an account that there is, to sign in to it once"
    )
    invite.add_argument("--note", default="", help="whom it is for, shown to leads")
    invite.add_argument(
        "--days", type=int, default=7, help="how long the link is good (default: %(default)s)"
    )
    invite.set_defaults(handler=_invite)


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

    Raises:
        ReviewError: the name or the pseudonym is taken.
    """
    import secrets

    from apps.signin.passwords import hash_password

    password = password or secrets.token_urlsafe(9)
    store.do(
        "add_account",
        name=name.casefold(),
        role=role,
        password_hash=hash_password(password),
        pseudonym=pseudonym,
    )
    return password


def _invite(arguments: argparse.Namespace) -> None:
    from apps.signin.invitations import MOST_DAYS, invite
    from lab.errors import ConfigError
    from lab.home import find_home
    from lab.records import Role
    from storage import accounts
    from storage.client import open_store

    if not 1 <= arguments.days <= MOST_DAYS:
        raise ConfigError(f"--days is {arguments.days}; it must be 1 to {MOST_DAYS}")
    with open_store(find_home(arguments.home)) as store:
        account = arguments.account and accounts.existing(store, arguments.account)
        path = invite(
            store,
            Role(arguments.role or account.role),
            note=arguments.note,
            days=arguments.days,
            account=account or None,
        )
    say(f"link, shown this once: {path}")
    say("put the address of the review app in front, such as http://127.0.0.1:7860")
    say(f"it works once, within {arguments.days} {'day' if arguments.days == 1 else 'days'}")


def _read_password(path: str) -> str:
    from pathlib import Path

    from apps.signin.passwords import LEAST
    from lab.errors import InputError

    lines = Path(path).read_text(encoding="utf-8").splitlines()
    if not lines or len(lines[0]) < LEAST:
        raise InputError(
            f"{path}: the first line must be a password of at least {LEAST} characters"
        )
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
        ["name", "role", "in reports", "signs in", "made"],
        [
            (
                a.name,
                a.role,
                a.pseudonym,
                "by password" if a.password_hash else "by a link only",
                f"{a.created_at:%F %R}",
            )
            for a in rows
        ],
    )

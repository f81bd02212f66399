"""Bring a whole lab back from a folder that `lab export all` has written."""

from __future__ import annotations

import argparse

from lab.commands import flags
from lab.commands.console import say

EXAMPLES = """\
examples:
  lab export all ../copy --with-accounts
  lab import ../copy --home ./new-lab
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the folder."""
    flags.add_home(parser)
    parser.add_argument("folder", help="what `lab export all` has written")
    parser.set_defaults(handler=_import)


def _import(arguments: argparse.Namespace) -> None:
    from lab.home import find_home
    from storage.client import open_store
    from storage.restore import read_archive

    home = find_home(arguments.home)
    with open_store(home) as store:
        added = read_archive(store, arguments.folder)
    if not sum(added.values()):
        say(f"{home.path} holds all of {arguments.folder} already")
        return
    say(f"{home.path}: {sum(added.values()):,} rows of {len(added)} tables")
    say("nobody's password is in an export; let people in with `lab account add` or invitations")

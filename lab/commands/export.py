"""Write ratings, votes or the joined table to a CSV, JSONL or Parquet file."""

from __future__ import annotations

import argparse

from lab.commands import flags
from lab.commands.console import say

EXAMPLES = """\
examples:
  lab export ratings ratings.csv
  lab export votes votes.jsonl
  lab export joined joined.parquet       one row per rating, with metrics and checks
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is written and where."""
    flags.add_home(parser)
    parser.add_argument("what", choices=["ratings", "votes", "joined"])
    parser.add_argument("file", help="the format is the ending: .csv, .jsonl or .parquet")
    parser.set_defaults(handler=_export)


def _export(arguments: argparse.Namespace) -> None:
    from lab.home import find_home
    from storage.client import open_store
    from storage.exchange import export

    with open_store(find_home(arguments.home)) as store:
        n_rows = export(store, arguments.what, arguments.file)
    say(f"{arguments.file}: {n_rows:,} rows of {arguments.what}")

"""Write answers, preference pairs or the whole lab to files that other programs read."""

from __future__ import annotations

import argparse

from lab.commands import flags, outside_checks
from lab.commands.console import say

EXAMPLES = """\
examples:
  lab export ratings ratings.csv
  lab export votes votes.jsonl
  lab export joined joined.parquet          one row per rating, with metrics and checks
  lab export checks scores.jsonl --format langfuse       or ragas, phoenix, lettucedetect
  lab export preferences pairs              a folder for `datasets`, with the splits train and test
  lab export all ../copy                    everything, for `lab import`

A target that ends in .csv, .jsonl or .parquet is a file; any other is a folder in the format of
Hugging Face `datasets`. Reviewers go by their pseudonyms.
"""

_TABLES = {
    "ratings": "one row per rating",
    "votes": "one row per vote",
    "spans": "one row per piece that a reviewer marked",
    "joined": "one row per rating, with the metrics and checks of the text",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add one sub-command per kind of export."""
    kinds = parser.add_subparsers(
        metavar="|".join([*_TABLES, "checks", "preferences", "all"]), required=True
    )
    for name, text in _TABLES.items():
        table = kinds.add_parser(name, help=text)
        _add_target(table)
        table.set_defaults(handler=_export_table, what=name)
    checks = kinds.add_parser("checks", help="what a check found, in another program's format")
    _add_target(checks)
    outside_checks.add_export(checks)
    pairs = kinds.add_parser("preferences", help="pairs of texts with a majority, in TRL's format")
    _add_target(pairs)
    pairs.add_argument(
        "--criterion", default="overall", help="what was voted on (default: overall)"
    )
    pairs.add_argument(
        "--test-share", type=float, default=0.1, metavar="X",
        help="share of the prompts in the test split, in [0, 1] (default: 0.1)",
    )  # fmt: skip
    pairs.add_argument(
        "--seed", type=int, default=0, metavar="N", help="decides which these are (default: 0)"
    )
    pairs.set_defaults(handler=_export_preferences)
    whole = kinds.add_parser("all", help="every table as Parquet, for `lab import`")
    flags.add_home(whole)
    whole.add_argument("folder", help="a new folder")
    whole.add_argument(
        "--with-accounts", action="store_true",
        help="also people's sign-in names and the messages to them; passwords never",
    )  # fmt: skip
    whole.set_defaults(handler=_export_all)


def _add_target(parser: argparse.ArgumentParser) -> None:
    flags.add_home(parser)
    parser.add_argument("target", help="a file .csv, .jsonl or .parquet, or a new folder")


def _export_table(arguments: argparse.Namespace) -> None:
    from lab.home import find_home
    from storage.client import open_store
    from storage.exchange import export

    with open_store(find_home(arguments.home)) as store:
        n_rows = export(store, arguments.what, arguments.target)
    say(f"{arguments.target}: {n_rows:,} rows of {arguments.what}")


def _export_preferences(arguments: argparse.Namespace) -> None:
    from pathlib import Path

    from lab.home import find_home
    from storage.client import open_store
    from storage.exchange import check_target, write
    from storage.preferences import preferences

    check_target(Path(arguments.target))
    with open_store(find_home(arguments.home)) as store:
        found = preferences(store, arguments.criterion, arguments.test_share, arguments.seed)
    write(found.frame, arguments.target, split="split")
    n_test = int((found.frame["split"] == "test").sum())
    say(f"{arguments.target}: {len(found.frame) - n_test:,} pairs to train, {n_test:,} to test")
    if found.n_even or found.n_undecided or found.n_same:
        say(
            f"left out: {found.n_even:,} pairs without a majority, {found.n_undecided:,} with "
            f"nothing but ties and both bad, {found.n_same:,} of equal texts"
        )


def _export_all(arguments: argparse.Namespace) -> None:
    from lab.home import find_home
    from storage.archive import write_archive
    from storage.client import open_store

    with open_store(find_home(arguments.home)) as store:
        rows = write_archive(store, arguments.folder, arguments.with_accounts)
    say(f"{arguments.folder}: {sum(rows.values()):,} rows of {len(rows)} tables")
    if not arguments.with_accounts:
        say("people go by their pseudonyms; --with-accounts keeps their sign-in names")

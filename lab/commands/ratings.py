"""Import existing ratings with their reviewers, as a closed study of their own."""

from __future__ import annotations

import argparse

from lab.commands import flags
from lab.commands.console import say, table

EXAMPLES = """\
examples:
  lab ratings import hanna.csv --study hanna --prompt-column Prompt --text-column Story \\
      --checkpoint-column Model --reviewer-column "Worker ID" \\
      --criterion relevance=Relevance --criterion coherence=Coherence
  lab ratings import stories.json --study stories --text-column story \\
      --checkpoint-column human_written --criterion fluency=grammar

A cell may hold one number, or a list with one number per rater.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sub-command import."""
    from lab.data.ratings import RatingsConfig

    commands = parser.add_subparsers(metavar="import", required=True)
    add = commands.add_parser("import", help="read texts with people's ratings")
    add.add_argument("path", help="JSONL, JSON, CSV or Parquet file")
    flags.add_home(add)
    add.add_argument(
        "--criterion",
        action="append",
        required=True,
        metavar="CRITERION=COLUMN",
        help="which column holds which criterion; once per criterion",
    )
    add.add_argument(
        "--rename",
        action="append",
        default=[],
        metavar="VALUE=NAME",
        help="call the checkpoint VALUE of the file NAME; once per checkpoint",
    )
    flags.add_config(add, RatingsConfig, skip=("criteria", "rename"))
    add.set_defaults(handler=_import)


def _import(arguments: argparse.Namespace) -> None:
    from lab.data.ratings import RatingsConfig, import_ratings
    from lab.home import find_home
    from storage import frames
    from storage.client import open_store

    criteria = _pairs(arguments.criterion, "--criterion")
    config = flags.read_config(
        arguments,
        RatingsConfig,
        skip=("criteria", "rename"),
        criteria=criteria,
        rename=_pairs(arguments.rename, "--rename"),
    )
    protocol, sha256 = _protocol(config)
    found = import_ratings(arguments.path, config, protocol, sha256)
    with open_store(find_home(arguments.home)) as store:
        store.add(found.records())
        ratings = frames.ratings(store)
    say(
        f"{len(found.ratings):,} ratings of {len(found.generations):,} texts "
        f"by {len(found.accounts)} reviewers in study {config.study!r}"
    )
    _print_agreement(ratings[ratings["study"] == config.study])


def _print_agreement(ratings: object) -> None:
    from lab.analysis.agreement import alpha_by_criterion

    rows = [
        (name, alpha.value, alpha.interval.low if alpha.interval else None,
         alpha.interval.high if alpha.interval else None, alpha.n_units, alpha.n_ratings)
        for name, alpha in alpha_by_criterion(ratings).items()  # type: ignore[arg-type]
    ]  # fmt: skip
    table(
        ["criterion", "alpha", "low", "high", "texts", "ratings"],
        rows,
        title="agreement: ordinal Krippendorff's alpha with a 95 % interval by text",
    )


def _pairs(words: list[str], flag: str) -> dict[str, str]:
    from lab.errors import ConfigError

    pairs = {}
    for word in words:
        left, sign, right = word.partition("=")
        if not (left and sign and right):
            raise ConfigError(f"{flag} {word!r}: write it as LEFT=RIGHT, e.g. fluency=grammar")
        pairs[left] = right
    return pairs


def _protocol(config: object) -> tuple[dict[str, object], str]:
    raise NotImplementedError

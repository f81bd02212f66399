"""Import scores that other programs gave to stored texts, or list the metrics there are."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lab.commands import flags
from lab.commands.console import say, table

if TYPE_CHECKING:
    from lab.records import MetricScore
    from storage.client import Store

EXAMPLES = """\
examples:
  lab scores import comet.csv --version comet-22 --metric comet
  lab scores import judged.jsonl --prompt-column Prompt --checkpoint-column Model \\
      --metric judge_relevance=Relevance --rename "GPT-2 (tag)=gpt2-tag"
  lab scores list

A row belongs to a text by its generation_id, or by its prompt (or the prompt's key) and its
checkpoint. Without --metric every other column that holds only numbers is a metric. The
dashboard's page “Metrics against people” then says how well each follows the ratings.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sub-commands import and list."""
    from lab.data.scores import ScoresConfig

    commands = parser.add_subparsers(metavar="import|list", required=True)
    add = commands.add_parser("import", help="read scores of texts that the store has")
    add.add_argument("path", help="JSONL, JSON, CSV, TSV or Parquet file")
    flags.add_home(add)
    flags.add_pairs(
        add,
        "--metric",
        "METRIC[=COLUMN]",
        "which column holds which metric; once per metric (default: all columns of numbers)",
    )
    flags.add_rename(add)
    flags.add_config(add, ScoresConfig, skip=("metrics", "rename"))
    add.set_defaults(handler=_import)
    listing = commands.add_parser("list", help="list the metrics with their means")
    flags.add_home(listing)
    listing.set_defaults(handler=_list)


def _import(arguments: argparse.Namespace) -> None:
    from lab.data.scores import ScoresConfig, StoredText, import_scores
    from lab.errors import InputError
    from lab.home import find_home
    from lab.metrics.run import METRICS
    from storage import scores
    from storage.client import open_store

    named = [word if "=" in word else f"{word}={word}" for word in arguments.metric]
    config = flags.read_config(
        arguments,
        ScoresConfig,
        skip=("metrics", "rename"),
        metrics=flags.pairs(named, "--metric"),
        rename=flags.pairs(arguments.rename, "--rename"),
    )
    with open_store(find_home(arguments.home)) as store:
        stored = [StoredText(**row) for row in scores.texts(store)]
        found = import_scores(arguments.path, config, stored, list(METRICS))
        clash = _other_case(scores.metrics(store), {one.metric for one in found})
        if clash:
            raise InputError(
                f"there is a metric {clash[0]!r} already, which differs from {clash[1]!r} only in "
                f"capitals; write --metric {clash[0]}=COLUMN"
            )
        new = _new(store, found)
        store.add(new)
    names = dict.fromkeys(one.metric for one in found)
    texts = len({one.generation_id for one in found})
    say(f"{len(new):,} scores of {texts:,} texts on {len(names)} metrics: {', '.join(names)}")
    if len(new) < len(found):
        say(f"{len(found) - len(new):,} scores were there already and left out")
    say("next: `lab dashboard`, page “Metrics against people”")


def _other_case(known: list[str], new: set[str]) -> tuple[str, str] | None:
    """Find a name that differs from a known one only in capitals: tables could not hold both."""
    folded = {name.lower(): name for name in known}
    for name in sorted(new):
        if folded.get(name.lower(), name) != name:
            return folded[name.lower()], name
    return None


def _new(store: Store, found: list[MetricScore]) -> list[MetricScore]:
    """Leave out scores that the store has already, in this version and with this value."""
    from storage import scores

    stored = {
        (metric, *key): value
        for metric in {one.metric for one in found}
        for key, value in scores.newest(store, metric).items()
    }
    return [
        one
        for one in found
        if stored.get((one.metric, one.generation_id, one.version)) != one.value
    ]


def _list(arguments: argparse.Namespace) -> None:
    from lab.home import find_home
    from storage import scores
    from storage.client import open_store

    with open_store(find_home(arguments.home)) as store:
        rows = scores.overview(store)
    if not rows:
        say("no scores yet; `lab score` computes them, `lab scores import` takes them in")
        return
    table(
        ["metric", "version", "texts", "mean", "lowest", "highest"],
        [tuple(row.values()) for row in rows],
    )

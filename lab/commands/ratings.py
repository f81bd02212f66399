"""Import existing ratings with their reviewers, as a closed study of their own."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lab.commands import flags
from lab.commands.console import say, table

if TYPE_CHECKING:
    from pandas import DataFrame

    from lab.data.config import RatingsConfig
    from lab.data.ratings import RatingsImport
    from lab.study.protocol import Protocol

EXAMPLES = """\
examples:
  lab ratings import hanna.csv --study hanna --prompt-column Prompt --text-column Story \\
      --checkpoint-column Model --reviewer-column "Worker ID" \\
      --criterion relevance=Relevance --criterion coherence=Coherence
  lab ratings import stories.json --study stories --text-column story \\
      --checkpoint-column human_written --rename 1=human --rename 0=gpt2 \\
      --criterion fluency=grammar --criterion coherence=cohesive

A cell may hold one number, or a list with one number per rater.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sub-command import."""
    from lab.data.config import RatingsConfig

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
    flags.add_rename(add)
    flags.add_config(add, RatingsConfig, skip=("criteria", "rename"))
    add.set_defaults(handler=_import)


def _import(arguments: argparse.Namespace) -> None:
    import dataclasses

    from lab.commands.study import refuse_known_study
    from lab.data.config import RatingsConfig
    from lab.data.ratings import import_ratings
    from lab.home import find_home
    from lab.study.protocol import sha256, to_dict
    from storage import checkpoints, frames
    from storage.client import open_store

    config = flags.read_config(
        arguments,
        RatingsConfig,
        skip=("criteria", "rename"),
        criteria=flags.pairs(arguments.criterion, "--criterion"),
        rename=flags.pairs(arguments.rename, "--rename"),
    )
    with open_store(find_home(arguments.home)) as store:
        refuse_known_study(store, config.study)
        known = checkpoints.every(store)
        found = import_ratings(arguments.path, config, {}, "", (), known)
        names = {checkpoint.id: checkpoint.name for checkpoint in (*known, *found.checkpoints)}
        systems = dict.fromkeys(names[text.checkpoint_id] for text in found.generations)
        protocol = _protocol(config, found, tuple(systems))
        study = dataclasses.replace(
            found.study, protocol=to_dict(protocol), protocol_sha256=sha256(protocol)
        )
        store.add(dataclasses.replace(found, study=study).records())
        ratings = frames.ratings(store)
    say(
        f"{len(found.ratings):,} ratings of {len(found.items):,} texts "
        f"by {len(found.accounts)} raters in study {config.study!r}"
    )
    _print_agreement(ratings[ratings["study"] == config.study])


def _protocol(config: RatingsConfig, found: RatingsImport, systems: tuple[str, ...]) -> Protocol:
    """Describe a study that took place elsewhere, as far as its file tells."""
    from collections import Counter

    from lab.errors import ConfigError
    from lab.study.criteria import outside_criterion
    from lab.study.protocol import Protocol

    if config.lowest != 1:
        raise ConfigError(f"lowest is {config.lowest}; the lab's scales start at 1: recode them")
    per_item = Counter(assignment.item_id for assignment in found.assignments)
    return Protocol(
        name=config.study,
        question="Rated outside this lab; the question asked there is not recorded.",
        design="rate",
        checkpoints=systems,
        dataset=config.study,
        split=config.split,
        criteria=tuple(outside_criterion(name, config.highest) for name in config.criteria),
        reviewers_per_item=max(per_item.values()),
        guidelines="Rated outside this lab; the guidelines used there are not recorded.",
    )


def _print_agreement(ratings: DataFrame) -> None:
    from lab.analysis.agreement import alpha_by_criterion

    rows = [
        (name, alpha.value, alpha.interval.low if alpha.interval else None,
         alpha.interval.high if alpha.interval else None, alpha.n_units, alpha.n_ratings)
        for name, alpha in alpha_by_criterion(ratings).items()
    ]  # fmt: skip
    table(
        ["criterion", "alpha", "low", "high", "texts", "ratings"],
        rows,
        title="agreement: ordinal Krippendorff's alpha with a 95 % interval by text",
    )

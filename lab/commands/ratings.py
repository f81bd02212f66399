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
    from lab.records import Split
    from lab.study.protocol import Protocol

EXAMPLES = """\
examples:
  lab ratings import hanna.csv --study hanna --prompt-column Prompt --text-column Story \\
      --checkpoint-column Model --reviewer-column "Worker ID" \\
      --criterion relevance=Relevance --criterion coherence=Coherence
  lab ratings import stories.json --study stories --text-column story \\
      --checkpoint-column human_written --rename 1=human --rename 0=gpt2 \\
      --criterion fluency=grammar --criterion coherence=cohesive

A cell may hold one number, or a list with one number per rater. Texts that are there already, with
their scores, are rated where they are:

  lab generations import texts.jsonl --name stories
  lab ratings import rated.csv --study first --dataset stories --criterion style=Style

  lab ratings import project.json --format label-studio --study labels --checkpoint gpt-x
  lab ratings import ./argilla --format argilla --study feedback --checkpoint gpt-x
  lab ratings import pairs.json --format label-studio --study pairs --text-column left \\
      --text-b-column right --checkpoint gpt-x --checkpoint-b gpt-y

Numbers there become ratings, comparisons votes, marks spans, unless flags name the fields.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sub-command import."""
    from lab.commands import outside_ratings
    from lab.data.config import RatingsConfig

    commands = parser.add_subparsers(metavar="import", required=True)
    add = commands.add_parser("import", help="read texts with people's ratings")
    add.add_argument("path", help="JSONL, JSON, CSV or Parquet file, or an export")
    flags.add_home(add)
    flags.add_pairs(
        add,
        "--criterion",
        "CRITERION=COLUMN",
        "which column holds which criterion; once per criterion",
    )
    flags.add_rename(add)
    flags.add_config(add, RatingsConfig, skip=("criteria", "rename"))
    outside_ratings.add_arguments(add)
    add.set_defaults(handler=_import)


def _import(arguments: argparse.Namespace) -> None:
    from lab.commands import outside_ratings
    from lab.errors import ConfigError
    from lab.home import find_home
    from storage import frames
    from storage.client import open_store

    if arguments.format is not None:
        name = outside_ratings.run(arguments)
    elif only := outside_ratings.given(arguments):
        raise ConfigError(f"{only[0]} is for exports of other programs; say which with --format")
    else:
        name = _import_table(arguments)
    with open_store(find_home(arguments.home)) as store:
        ratings = frames.ratings(store)
    mine = ratings[ratings["study"] == name]
    if len(mine):
        _print_agreement(mine)


def _import_table(arguments: argparse.Namespace) -> str:
    import dataclasses

    from lab.commands.generations import stored_under
    from lab.commands.outside_ratings import say_stored, split_of
    from lab.commands.study import refuse_known_study
    from lab.data.config import RatingsConfig
    from lab.data.ratings import import_ratings
    from lab.home import find_home
    from lab.study.protocol import sha256, to_dict
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
        prompts, known, texts = stored_under(store, config.texts().name)
        found = import_ratings(arguments.path, config, {}, "", prompts, known, texts)
        names = {checkpoint.id: checkpoint.name for checkpoint in (*known, *found.checkpoints)}
        systems = dict.fromkeys(names[text.checkpoint_id] for text in found.generations)
        split = split_of(found, prompts, config.split)
        protocol = _protocol(config, found, tuple(systems), split)
        study = dataclasses.replace(
            found.study, protocol=to_dict(protocol), protocol_sha256=sha256(protocol)
        )
        store.add(dataclasses.replace(found, study=study).records())
    say(
        f"{len(found.ratings):,} ratings of {len(found.items):,} texts "
        f"by {len(found.accounts)} raters in study {config.study!r}"
    )
    say_stored(found, config.texts().name)
    return config.study


def _protocol(
    config: RatingsConfig, found: RatingsImport, systems: tuple[str, ...], split: Split
) -> Protocol:
    from collections import Counter

    from lab.commands.outside_ratings import outside_protocol
    from lab.errors import ConfigError

    if config.lowest != 1:
        raise ConfigError(f"lowest is {config.lowest}; the lab's scales start at 1: recode them")
    per_item = Counter(assignment.item_id for assignment in found.assignments)
    return outside_protocol(
        config.study,
        ("rate",),
        systems,
        split,
        dataset=config.texts().name,
        criteria=tuple(config.criteria),
        n_points=config.highest,
        reviewers_per_item=max(per_item.values()),
    )


def _print_agreement(ratings: DataFrame) -> None:
    from lab.analysis.agreement.estimates import agreement_by_criterion

    rows = []
    for one in agreement_by_criterion(ratings):
        alpha, ends = one.alpha, one.alpha.widest
        low, high = (ends.low, ends.high) if ends else (None, None)
        rows.append((one.criterion, alpha.value, low, high, alpha.n_units, alpha.n_ratings))
    table(
        ["criterion", "alpha", "low", "high", "texts", "ratings"],
        rows,
        title="agreement: ordinal Krippendorff's alpha with a 95 % interval over texts and people",
    )

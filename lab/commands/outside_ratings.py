"""Imports what people said in Label Studio or Argilla, as `lab ratings import --format` asks."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lab.commands import flags
from lab.commands.console import say

if TYPE_CHECKING:
    from lab.data.mapping import Fields
    from lab.data.outside_config import OutsideConfig
    from lab.data.ratings import RatingsImport
    from lab.records import Prompt, Split
    from lab.study.protocol import Protocol

_OWN = ("text_b_column", "checkpoint_b", "checkpoint_b_column")
_MAPS = {
    "compare": ("--compare", "CRITERION=FIELD", "which field holds the votes on what"),
    "points": ("--point", "WORD=N", "the point of the scale that a choice stands for"),
    "outcomes": ("--outcome", "WORD=WINNER", "a, b, tie or both_bad that a choice stands for"),
    "labels": ("--label", "LABEL=CATEGORY", "the category that a mark's label stands for"),
}
_NOT_HERE = ("reviewer_column", "seconds_column")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that only exports of other programs need."""
    from lab.data.outside_config import OutsideConfig

    group = parser.add_argument_group("exports of Label Studio and Argilla")
    group.add_argument(
        "--format", choices=["label-studio", "argilla"], help="the program that wrote the export"
    )
    for name, (flag, form, text) in _MAPS.items():
        group.add_argument(
            flag, dest=name, action="append", default=[], metavar=form, help=f"{text}; repeatable"
        )
    group.add_argument(
        "--spans", action="append", metavar="FIELD", help="a field of marks; repeatable"
    )
    texts = flags.field_docstrings(OutsideConfig)
    for name in _OWN:
        group.add_argument("--" + name.replace("_", "-"), metavar="TEXT", help=texts[name])


def given(arguments: argparse.Namespace) -> list[str]:
    """List the flags that were given and mean something only with `--format`."""
    found = [flag for name, (flag, _, _) in _MAPS.items() if getattr(arguments, name)]
    found += ["--spans"] * bool(arguments.spans)
    return found + ["--" + one.replace("_", "-") for one in _OWN if getattr(arguments, one)]


def run(arguments: argparse.Namespace) -> str:
    """Import an export.

    Returns:
        The name of the study.

    Raises:
        LabError: the settings or the export cannot be used.
    """
    import dataclasses

    from lab.commands.generations import stored_under
    from lab.commands.study import refuse_known_study
    from lab.data.outside import import_outside
    from lab.home import find_home
    from lab.study.protocol import sha256, to_dict
    from storage.client import open_store

    config = _read_config(arguments)
    with open_store(find_home(arguments.home)) as store:
        refuse_known_study(store, config.study)
        prompts, known, texts = stored_under(store, config.texts().name)
        found, fields = import_outside(arguments.path, config, prompts, known, texts)
        names = {checkpoint.id: checkpoint.name for checkpoint in (*known, *found.checkpoints)}
        split = split_of(found, prompts, config.split)
        protocol = _protocol(config, found, fields, names, split)
        study = dataclasses.replace(
            found.study, protocol=to_dict(protocol), protocol_sha256=sha256(protocol)
        )
        store.add(dataclasses.replace(found, study=study).records())
    say(
        f"{len(found.ratings):,} ratings, {len(found.votes):,} votes and {len(found.spans):,} "
        f"marks of {len(found.generations):,} texts by {len(found.accounts)} people in study "
        f"{config.study!r}"
    )
    say_stored(found, config.texts().name)
    return config.study


def _read_config(arguments: argparse.Namespace) -> OutsideConfig:
    from lab.data.outside_config import OutsideConfig
    from lab.errors import ConfigError

    for name in _NOT_HERE:
        if getattr(arguments, name) is not None:
            flag = "--" + name.replace("_", "-")
            raise ConfigError(f"{flag}: the export of {arguments.format} tells that itself")
    maps = {
        name: flags.pairs(getattr(arguments, name), flag) for name, (flag, _, _) in _MAPS.items()
    }
    maps["criteria"] = flags.pairs(arguments.criterion, "--criterion")
    maps["rename"] = flags.pairs(arguments.rename, "--rename")
    return flags.read_config(
        arguments,
        OutsideConfig,
        skip=(*maps, "spans"),
        spans=tuple(arguments.spans or ()),
        **maps,
    )


def _protocol(
    config: OutsideConfig, found: RatingsImport, fields: Fields, names: dict[str, str], split: Split
) -> Protocol:
    kinds = tuple(dict.fromkeys(item.kind.value for item in found.items))
    systems = dict.fromkeys(names[text.checkpoint_id] for text in found.generations)
    per_item = Counter(assignment.item_id for assignment in found.assignments)
    votes = tuple(name for name in fields.compare if name != "overall")
    return outside_protocol(
        config.study,
        kinds,
        tuple(systems),
        split,
        dataset=config.texts().name,
        criteria=tuple(dict.fromkeys((*fields.criteria, *votes))),
        vote_criteria=votes,
        n_points=config.highest,
        reviewers_per_item=max(per_item.values()),
    )


def split_of(found: RatingsImport, prompts: Sequence[Prompt], usual: Split) -> Split:
    """Say which part of a data set the rated texts belong to.

    Args:
        found: the import.
        prompts: those that existed already.
        usual: the part where they belong to several.
    """
    splits = {prompt.id: prompt.split for prompt in (*prompts, *found.prompts)}
    present = {splits[text.prompt_id] for text in found.generations}
    return present.pop() if len(present) == 1 else usual


def say_stored(found: RatingsImport, dataset: str) -> None:
    """Print how many of the rated texts were stored already, so that their scores count."""
    n_new = len(found.generations) - len(found.stored)
    if found.stored:
        say(
            f"{len(found.stored):,} of the texts were in data set {dataset!r} already, {n_new:,} "
            "are new"
        )
    else:
        say(
            f"all {n_new:,} texts are new to data set {dataset!r}; if they are stored under "
            "another name, `--dataset` joins the ratings with them"
        )


def outside_protocol(
    study: str,
    kinds: tuple[str, ...],
    systems: tuple[str, ...],
    split: str,
    *,
    dataset: str,
    criteria: tuple[str, ...],
    vote_criteria: tuple[str, ...] = (),
    n_points: int,
    reviewers_per_item: int,
) -> Protocol:
    """Describe a study that took place elsewhere, as far as its file tells.

    Args:
        study: its name.
        kinds: what was asked: some of "rate", "ab", "spans".
        systems: names of the checkpoints.
        split: the part of the data set.
        dataset: name of the data set.
        criteria: names of what was rated or compared, "overall" not among them.
        vote_criteria: those of them that pairs were compared on.
        n_points: points of the scale, counted from 1.
        reviewers_per_item: most people that an item has.
    """
    from lab.study.criteria import outside_criterion
    from lab.study.protocol import Protocol

    mixed = {"design": "mixed", "mixed_of": kinds} if len(kinds) > 1 else {"design": kinds[0]}
    return Protocol(
        name=study,
        question="Asked outside this lab; the question is not recorded.",
        **mixed,
        checkpoints=systems,
        dataset=dataset,
        split=split,
        criteria=tuple(outside_criterion(name, n_points) for name in criteria),
        vote_criteria=vote_criteria,
        reviewers_per_item=reviewers_per_item,
        order="fixed",
        repeats=0.0,
        guidelines="Asked outside this lab; the guidelines used there are not recorded.",
    )

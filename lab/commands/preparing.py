"""Prepare a data set from files of any size, with an account of every step."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

from lab.commands import flags
from lab.commands.console import progress, say, table, width

if TYPE_CHECKING:
    from lab.data.prepare.config import PrepareConfig
    from lab.data.prepare.run import Prepared
    from lab.home import Home
    from lab.records import Dataset, Prompt

_WIDE = 120
"""Characters per line from which on the table of steps has room for settings and counts."""

EXAMPLES = """\
examples:
  lab data prepare stories.jsonl --name stories
  lab data prepare crawl/ --name crawl --kind text --boilerplate 20 --workers 2
  lab data prepare triples.jsonl --name triples --prompt-column instruction \\
      --source-column input --reference-column output
  lab data prepare chats.parquet --name chats --kind chat --messages-column turns --no-html
  lab data prepare books/ --name books --vocabulary 8192 --segment-tokens 256
  lab data prepare posts.csv --name posts --group-column author --stratify-column topic
  lab data prepare org/name --name hub-set --licence CC-BY-4.0 --consent "public release"
  lab data prepare old.txt --name old --near off --no-scrub --no-quality --train-share 0.9 \\
      --validation-share 0.05 --test-share 0.05

Settings can be kept in a TOML file: --config prepare.toml. docs/preparing.md tells of each step.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the origins and the flags of the steps."""
    from lab.data.prepare.config import PrepareConfig

    parser.add_argument(
        "origins", nargs="+", metavar="ORIGIN", help="files, folders, or one hub name org/name"
    )
    parser.epilog = EXAMPLES
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    flags.add_home(parser)
    flags.add_config(parser, PrepareConfig)
    parser.set_defaults(handler=_prepare)


def _prepare(arguments: argparse.Namespace) -> None:
    from lab.data.prepare.config import PrepareConfig
    from lab.home import find_home

    config = flags.read_config(arguments, PrepareConfig)
    prepared = prepare_dataset(find_home(arguments.home), arguments.origins, config)
    show_steps(prepared.dataset)
    counts = ", ".join(f"{n:,} {split}" for split, n in prepared.n_by_split.items() if n)
    say(f"data set {config.name!r}: {prepared.dataset.n_prompts:,} rows ({counts})")
    say(f"`lab data show {config.name}` tells where it comes from; its folder with a data card:")
    say(str(prepared.dataset.path))
    for split, n in prepared.n_by_split.items():
        if not n and getattr(config, f"{split}_share") > 0:
            say(f"note: no row is in {split}: too few rows or groups, or none that say so")
    say(f"next: `lab train --dataset {config.name} --name NAME{_template(prepared.prompts)}`")


def _template(prompts: Sequence[Prompt]) -> str:
    """Return the flag without which a model would not read all that rows ask with."""
    if any(prompt.source and prompt.conversation is None for prompt in prompts):
        return ' --template "{source} {prompt}"'
    return ""


def prepare_dataset(home: Home, origins: list[str], config: PrepareConfig) -> Prepared:
    """Prepare a data set, and store it with the held-out prompts that can be reviewed.

    Args:
        home: the lab.
        origins: files, folders, or one hub name.
        config: the settings.

    Returns:
        What was prepared.
    """
    from lab.commands.prepared import checkpoint_folder, older_of, say_renewed
    from lab.data.prepare.run import prepare
    from storage import datasets
    from storage.client import open_store

    with open_store(home) as store, progress(f"preparing {config.name}") as advance:

        def keep(prepared: Prepared) -> None:
            advance(0.95, "storing")
            store.add([prepared.dataset, *prepared.prompts, *prepared.tags])

        stored = [one.path for one in datasets.every(store) if one.path]
        config = dataclasses.replace(config, tokenizer=checkpoint_folder(store, config.tokenizer))
        older = older_of(store, config.name)
        prepared = prepare(origins, config, home.data, advance, stored=stored, keep=keep)
    say_renewed(older)
    return prepared


def show_provenance(dataset: Dataset, n_stored: int) -> None:
    """Print where a data set comes from, where it is, and what each step of preparing did.

    Args:
        dataset: the data set.
        n_stored: how many of its rows are in the store.
    """
    from lab.data.prepare.card import CARD, provenance

    by_split = (dataset.steps or {}).get("rows", {})
    counts = ", ".join(f"{n:,} {split}" for split, n in by_split.items() if n)
    told = [*provenance(dataset), *_taken_in(dataset)]
    if by_split:
        told.append(("rows", f"{dataset.n_prompts:,} ({counts}), {n_stored:,} of them in the lab"))
    if dataset.path is not None:
        there = Path(dataset.path).is_dir()
        told.append(("folder", dataset.path + ("" if there else " (not there)")))
        told.append(("data card", f"{dataset.path}/{CARD}"))
    width = max(len(name) for name, _ in told)
    for name, value in told:
        say(f"{name:<{width}}  {value}")
    show_steps(dataset)


def _taken_in(dataset: Dataset) -> list[tuple[str, str]]:
    """Return how `lab data import` read a file, as names and values."""
    from lab.data.fields import listed
    from lab.records import Split

    settings = dataset.config
    taken = {what: column for what, column in settings.get("columns", {}).items() if column}
    told = [("columns", ", ".join(f"{what} {column!r}" for what, column in taken.items()))]
    left_out = settings.get("left_out")
    told.append(("left out", listed(left_out) if left_out else ""))
    if taken and "split" not in taken:
        shares = ", ".join(f"{split} {settings[f'{split}_share']:g}" for split in Split)
        told.append(("split", f"{shares}, seed {settings['seed']}"))
    return [(name, value) for name, value in told if value]


def show_steps(dataset: Dataset) -> None:
    """Print what each step of preparing a data set did."""
    from lab.data.prepare.card import COLUMNS, step_cells

    steps = [
        dict(zip(COLUMNS, step_cells(step), strict=True))
        for step in (dataset.steps or {}).get("steps", [])
    ]
    if not steps:
        return
    wide = width() >= _WIDE
    columns = [name for name in COLUMNS if wide or name not in ("settings", "counted")]
    table(columns, [[step[name] for name in columns] for step in steps])
    for step in [] if wide else steps:
        told = "; ".join(str(step[name]) for name in ("settings", "counted") if step[name])
        if told:
            say(fill(f"{step['step']}: {told}", width(), subsequent_indent="  "))

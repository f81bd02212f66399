"""Prepare a data set from files of any size, with an account of every step."""

from __future__ import annotations

import argparse
import dataclasses
from typing import TYPE_CHECKING, Any

from lab.commands import flags
from lab.commands.console import progress, say, table

if TYPE_CHECKING:
    from lab.data.prepare.config import PrepareConfig
    from lab.data.prepare.run import Prepared
    from lab.home import Home


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the origins and the flags of the steps."""
    from lab.data.prepare.config import PrepareConfig

    parser.add_argument(
        "origins", nargs="+", metavar="ORIGIN", help="files, folders, or one hub name org/name"
    )
    flags.add_home(parser)
    flags.add_config(parser, PrepareConfig)
    parser.set_defaults(handler=_prepare)


def _prepare(arguments: argparse.Namespace) -> None:
    from lab.data.prepare.config import PrepareConfig
    from lab.home import find_home

    config = flags.read_config(arguments, PrepareConfig)
    prepared = prepare_dataset(find_home(arguments.home), arguments.origins, config)
    show_steps(prepared.dataset.steps or {})
    counts = ", ".join(f"{n:,} {split}" for split, n in prepared.n_by_split.items() if n)
    say(f"data set {config.name!r}: {prepared.dataset.n_prompts:,} rows ({counts})")
    say(f"data card: {prepared.dataset.path}/README.md")


def prepare_dataset(home: Home, origins: list[str], config: PrepareConfig) -> Prepared:
    """Prepare a data set, and store it with the held-out prompts that can be reviewed.

    Args:
        home: the lab.
        origins: files, folders, or one hub name.
        config: the settings.

    Returns:
        What was prepared.
    """
    from lab.commands.prepared import checkpoint_folder
    from lab.data.prepare.run import prepare
    from storage import datasets
    from storage.client import open_store

    with open_store(home) as store, progress(f"preparing {config.name}") as advance:

        def keep(prepared: Prepared) -> None:
            advance(0.95, "storing")
            store.add([prepared.dataset, *prepared.prompts, *prepared.tags])

        stored = [one.path for one in datasets.every(store) if one.path]
        config = dataclasses.replace(config, tokenizer=checkpoint_folder(store, config.tokenizer))
        return prepare(origins, config, home.data, advance, stored=stored, keep=keep)


def show_steps(account: dict[str, Any]) -> None:
    """Print what each step of preparing did."""
    steps = account.get("steps", [])
    if not steps:
        return
    table(
        ["step", "in", "changed", "dropped", "out", "counted"],
        [
            (
                step["name"],
                step["n_in"],
                step["n_changed"],
                _listed(step["dropped"]) or "0",
                step["n_out"],
                _listed(step["counts"]),
            )
            for step in steps
        ],
    )


def _listed(values: dict[str, Any]) -> str:
    return ", ".join(
        f"{n:,} {reason}" if isinstance(n, int) else f"{n:.4g} {reason}"
        for reason, n in values.items()
    )

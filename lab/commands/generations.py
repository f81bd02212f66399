"""Import texts that any other system wrote, or print stored ones."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lab.commands import flags
from lab.commands.console import say

if TYPE_CHECKING:
    from lab.records import Checkpoint, Generation, Prompt
    from storage.client import Store

EXAMPLES = """\
examples:
  lab generations import texts.jsonl --name mine --text-column output --checkpoint gpt-x
  lab generations import arena.csv --name arena --checkpoint-column model
  lab generations show candidate --limit 2
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sub-commands import and show."""
    from lab.data.config import GenerationsConfig

    commands = parser.add_subparsers(metavar="import|show", required=True)
    add = commands.add_parser("import", help="read prompts with already written texts")
    add.add_argument("path", help="JSONL, JSON, CSV or Parquet file")
    flags.add_home(add)
    flags.add_config(add, GenerationsConfig)
    add.set_defaults(handler=_import)
    show = commands.add_parser("show", help="print texts with their prompts, scores and spans")
    flags.add_home(show)
    show.add_argument("checkpoints", nargs="*", help="names of checkpoints (default: all)")
    show.add_argument("--limit", type=int, default=2, metavar="N", help="prompts (default: 2)")
    show.set_defaults(handler=_show)


def _import(arguments: argparse.Namespace) -> None:
    from lab.data.config import GenerationsConfig
    from lab.data.generations import import_generations
    from lab.home import find_home
    from storage.client import open_store

    config = flags.read_config(arguments, GenerationsConfig)
    with open_store(find_home(arguments.home)) as store:
        found = import_generations(arguments.path, config, *stored_under(store, config.name))
        store.add(found.records())
    say(
        f"{len(found.generations):,} generations in data set {config.name!r}, "
        f"{len(found.checkpoints)} new checkpoints, {len(found.prompts):,} new prompts"
    )
    if found.n_stored:
        say(f"{found.n_stored:,} texts were there already and left out")
    say("next: `lab score`, `lab check`, `lab study create`")


def stored_under(
    store: Store, name: str
) -> tuple[list[Prompt], list[Checkpoint], list[Generation]]:
    """Read what imported rows need no new records for: a data set's prompts and texts.

    Args:
        store: the store.
        name: name of the data set, of which there may be several parts, or none.

    Returns:
        Its prompts, all checkpoints, and the texts for its prompts.
    """
    from storage import checkpoints, datasets, generations, prompts

    parts = [dataset.id for dataset in datasets.every(store) if dataset.name == name]
    return (
        [prompt for id in parts for prompt in prompts.read(store, id)],
        checkpoints.every(store),
        [text for id in parts for text in generations.read(store, dataset_id=id)],
    )


def _show(arguments: argparse.Namespace) -> None:
    from lab.home import find_home
    from storage import checkpoints, generations, prompts
    from storage.client import open_store

    with open_store(find_home(arguments.home)) as store:
        chosen = (
            [checkpoints.named(store, name) for name in arguments.checkpoints]
            or checkpoints.systems(store)
        )  # fmt: skip
        names = {checkpoint.id: checkpoint.name for checkpoint in chosen}
        rows = generations.read(store, checkpoint_ids=list(names))
        wanted = list(dict.fromkeys(row.prompt_id for row in rows))[: arguments.limit]
        found = prompts.by_ids(store, wanted)
    if not rows:
        say("no generation yet; `lab sample` makes them, `lab generations import` takes them in")
    for prompt_id in wanted:
        say(f"\n━━ {found[prompt_id].text}")
        if found[prompt_id].source:
            say(f"   source: {found[prompt_id].source}")
        for row in rows:
            if row.prompt_id == prompt_id and row.sample_index == 0:
                say(f"\n── {names[row.checkpoint_id]}\n{row.text}")

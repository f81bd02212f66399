"""Import texts that any other system wrote, or print stored ones."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lab.commands import flags
from lab.commands.console import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.records import Generation
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
    from storage import checkpoints, datasets, prompts
    from storage.client import open_store

    config = flags.read_config(arguments, GenerationsConfig)
    with open_store(find_home(arguments.home)) as store:
        same = [dataset for dataset in datasets.every(store) if dataset.name == config.name]
        known = [prompt for dataset in same for prompt in prompts.read(store, dataset.id)]
        found = import_generations(arguments.path, config, known, checkpoints.every(store))
        texts = _new_texts(store, found.generations)
        store.add([*found.datasets, *found.prompts, *found.checkpoints, *texts])
    say(
        f"{len(texts):,} generations in data set {config.name!r}, "
        f"{len(found.checkpoints)} new checkpoints, {len(found.prompts):,} new prompts"
    )
    if len(texts) < len(found.generations):
        say(f"{len(found.generations) - len(texts):,} texts were there already and left out")
    say("next: `lab score`, `lab check`, `lab study create`")


def _new_texts(store: Store, found: Sequence[Generation]) -> list[Generation]:
    """Leave out texts that the store has already of the same checkpoint for the same prompt."""
    from storage import generations

    ids = {text.checkpoint_id for text in found}
    stored = {
        (text.prompt_id, text.checkpoint_id, text.text)
        for text in generations.read(store, checkpoint_ids=ids)
    }
    return [one for one in found if (one.prompt_id, one.checkpoint_id, one.text) not in stored]


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

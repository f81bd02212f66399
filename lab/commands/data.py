"""Import, make, tag and list data sets of prompts."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lab.commands import flags
from lab.commands.console import progress, say, table
from lab.commands.prepared import older_of, say_renewed

if TYPE_CHECKING:
    from lab.home import Home

EXAMPLES = """\
examples:
  lab data import stories.jsonl --name stories --prompt-column prompt --reference-column story
  lab data import poems.txt --name poems
  lab data import org/name --name hub-set --prompt-column question
  lab data prepare crawl/ --name crawl --kind text --boilerplate 20 --workers 2
  lab data world                    write the embedded world's made-up stories
  lab data import questions.jsonl --name questions --tags-column topics
  lab data tag stories dragons --pattern "dragon|wyvern"
  lab data tag stories hard --keys 17 23 42
  lab data show stories             where it comes from, what was done, prompts by split and tag
  lab data list
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sub-commands import, prepare, world, tag, show and list."""
    from lab.commands import preparing
    from lab.data.config import ImportConfig

    commands = parser.add_subparsers(metavar="import|prepare|world|tag|show|list", required=True)
    add = commands.add_parser(
        "import", help="take in a file or hub data set of prompts or texts, as it is"
    )
    add.add_argument(
        "origin", help="JSONL, JSON, CSV, Parquet or text file, or a hub name org/name"
    )
    flags.add_home(add)
    flags.add_config(add, ImportConfig)
    add.set_defaults(handler=_import)
    preparing.add_arguments(
        commands.add_parser(
            "prepare", help="clean, filter, de-duplicate, scrub and split texts of any size"
        )
    )
    world = commands.add_parser("world", help="write the embedded world's data set")
    flags.add_home(world)
    world.add_argument("--seed", type=int, default=1, help="seed of the plans (default: 1)")
    for split, count in (("train", 20_000), ("validation", 200), ("test", 200)):
        name = f"--n-{split}"
        world.add_argument(name, type=int, default=count, help=f"{split} rows (default: {count})")
    world.set_defaults(handler=_world)
    tag = commands.add_parser("tag", help="put a word on prompts, to narrow results by")
    flags.add_home(tag)
    tag.add_argument("dataset", help="name of the data set")
    tag.add_argument("tag", help="the word")
    chosen = tag.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--pattern", help="regular expression found in the prompt's text")
    chosen.add_argument("--keys", nargs="+", metavar="KEY", help="keys of the prompts")
    tag.set_defaults(handler=_tag)
    show = commands.add_parser(
        "show",
        help="where a data set comes from, what was done to it, prompts by split and tag",
    )
    flags.add_home(show)
    show.add_argument("dataset", help="name of the data set")
    show.set_defaults(handler=_show)
    listing = commands.add_parser("list", help="list the data sets")
    flags.add_home(listing)
    listing.set_defaults(handler=_list)


def _import(arguments: argparse.Namespace) -> None:
    from lab.data.config import ImportConfig
    from lab.data.fields import listed
    from lab.data.prompts import import_prompts
    from lab.home import find_home
    from storage.client import open_store

    config = flags.read_config(arguments, ImportConfig)
    dataset, prompts, tags = import_prompts(arguments.origin, config)
    with open_store(find_home(arguments.home)) as store, progress(f"storing {dataset.name}"):
        older = older_of(store, dataset.name)
        store.add([dataset, *prompts, *tags])
    say_renewed(older)
    _report(dataset.name, [prompt.split for prompt in prompts])
    if left_out := dataset.config["left_out"]:
        say(f"left out: {listed(left_out)}; `lab data prepare` also reads chats and preferences")


def _world(arguments: argparse.Namespace) -> None:
    from lab.home import find_home

    home = find_home(arguments.home)
    write_world(home, arguments.seed, arguments.n_train, arguments.n_validation, arguments.n_test)


def write_world(home: Home, seed: int, n_train: int, n_validation: int, n_test: int) -> None:
    """Write the embedded world's data set, and store it."""
    from lab.world.corpus import tag_by_event, write_corpus
    from storage.client import open_store

    with progress("writing the world") as advance:
        dataset, prompts = write_corpus(seed, n_train, n_validation, n_test)
        advance(0.5, f"{len(prompts):,} stories")
        with open_store(home) as store:
            store.add([dataset, *prompts, *tag_by_event(prompts)])
    _report(dataset.name, [prompt.split for prompt in prompts])


def _report(name: str, splits: Sequence[str]) -> None:
    counts = ", ".join(f"{splits.count(split):,} {split}" for split in dict.fromkeys(splits))
    say(f"data set {name!r}: {len(splits):,} prompts ({counts})")


def _tag(arguments: argparse.Namespace) -> None:
    from lab.data.tags import tag_prompts
    from lab.home import find_home
    from storage import datasets, prompts
    from storage.client import open_store

    with open_store(find_home(arguments.home)) as store:
        dataset = datasets.named(store, arguments.dataset)
        found = prompts.read(store, dataset.id)
        tags = tag_prompts(
            found, arguments.tag, pattern=arguments.pattern, keys=arguments.keys or ()
        )
        n_new = prompts.add_tags(store, tags)
    had = f"; {len(tags) - n_new:,} had it already" if n_new < len(tags) else ""
    say(f"tag {tags[0].tag!r}: put on {n_new:,} of {len(found):,} prompts of {dataset.name!r}{had}")


def _show(arguments: argparse.Namespace) -> None:
    from lab.commands import preparing
    from lab.home import find_home
    from storage import datasets, prompts
    from storage.client import open_store

    with open_store(find_home(arguments.home)) as store:
        dataset = datasets.named(store, arguments.dataset)
        splits = [prompt.split for prompt in prompts.read(store, dataset.id)]
        tags = prompts.tag_counts(store, dataset.id)
    if dataset.path is None:
        _report(dataset.name, splits)
    else:
        say(f"data set {dataset.name!r}")
    preparing.show_provenance(dataset, len(splits))
    if tags:
        table(["tag", "prompts"], list(tags.items()))
    else:
        say("no prompt has a tag; `lab data tag` puts some on")


def _list(arguments: argparse.Namespace) -> None:
    from lab.home import find_home
    from storage import datasets
    from storage.client import open_store

    with open_store(find_home(arguments.home)) as store:
        rows = datasets.every(store)
    if not rows:
        say("no data set yet; `lab data import FILE` or `lab data world` makes one")
        return
    table(
        ["name", "prompts", "origin", "licence", "sha256", "made"],
        [
            (
                d.name,
                d.n_prompts,
                d.origin,
                d.licence,
                d.content_sha256[:12],
                f"{d.created_at:%F %R}",
            )
            for d in rows
        ],
    )

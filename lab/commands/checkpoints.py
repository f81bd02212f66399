"""List checkpoints, show how one was made, or register one that exists already."""

from __future__ import annotations

import argparse

from lab.commands import flags
from lab.commands.console import say, table

EXAMPLES = """\
examples:
  lab checkpoints list
  lab checkpoints show candidate    data, time, cost, versions and hardware of its training
  lab checkpoints show candidate --settings > candidate.toml
  lab checkpoints add tiny ./models/tiny-llama
  lab checkpoints add gpt2 openai-community/gpt2 --template "{prompt}"
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sub-commands list, show and add."""
    commands = parser.add_subparsers(metavar="list|show|add", required=True)
    listing = commands.add_parser("list", help="list the checkpoints")
    flags.add_home(listing)
    listing.set_defaults(handler=_list)
    show = commands.add_parser("show", help="how a checkpoint was made")
    flags.add_home(show)
    show.add_argument("name", help="the checkpoint")
    show.add_argument(
        "--settings",
        action="store_true",
        help="print its training's settings as TOML, for `lab train --config`",
    )
    show.set_defaults(handler=_show)
    add = commands.add_parser("add", help="register a folder or hub checkpoint as it is")
    flags.add_home(add)
    add.add_argument("name", help="what the lab will call it")
    add.add_argument("path", help="a folder in transformers' format, or a hub name org/name")
    add.add_argument(
        "--template",
        default="{prompt}",
        help="how a prompt becomes the input; fields {prompt} and {source}, or chat for the "
        "tokenizer's chat template (default: {prompt})",
    )
    add.set_defaults(handler=_add)


def _add(arguments: argparse.Namespace) -> None:
    from pathlib import Path

    from lab.home import find_home
    from lab.models.folder import weights_sha256
    from lab.models.load import load_model
    from lab.models.prompts import CHAT, check_chat, check_template
    from lab.records import Checkpoint, CheckpointKind
    from storage.client import open_store

    check_template(arguments.template)
    loaded = load_model(arguments.path)
    if arguments.template == CHAT:
        check_chat(loaded.tokenizer)
    folder = Path(arguments.path)
    checkpoint = Checkpoint(
        name=arguments.name,
        kind=CheckpointKind(loaded.kind),
        path=str(folder.absolute()) if folder.is_dir() else arguments.path,
        n_parameters=sum(weights.numel() for weights in loaded.model.parameters()),
        weights_sha256=weights_sha256(folder) if folder.is_dir() else None,
        template=arguments.template,
    )
    with open_store(find_home(arguments.home)) as store:
        store.add([checkpoint])
    say(f"checkpoint {checkpoint.name!r}: {checkpoint.n_parameters:,} parameters")


def _show(arguments: argparse.Namespace) -> None:
    from pathlib import Path

    from lab.commands.checkpoint_record import record_lines, settings_as_toml
    from lab.errors import CheckpointError
    from lab.home import find_home
    from lab.models.folder import read_about
    from storage import checkpoints
    from storage.client import open_store

    with open_store(find_home(arguments.home)) as store:
        checkpoint = checkpoints.named(store, arguments.name)
    folder = Path(checkpoint.path or "")
    about = read_about(folder) if checkpoint.path and folder.is_dir() else None
    if about is None or "environment" not in about:
        raise CheckpointError(
            f"checkpoint {checkpoint.name!r} was not trained by this lab, so nothing is known of "
            "its making; `lab checkpoints list` has the rest"
        )
    if arguments.settings:
        say(settings_as_toml(about["config"]))
        return
    say(f"checkpoint {checkpoint.name!r} ({checkpoint.kind}), made {checkpoint.created_at:%F %R}")
    for title, text in [*record_lines(about), ("folder", str(folder))]:
        say(f"  {title:<12}{text}")


def _list(arguments: argparse.Namespace) -> None:
    from lab.home import find_home
    from storage import checkpoints
    from storage.client import open_store

    with open_store(find_home(arguments.home)) as store:
        rows = checkpoints.systems(store)
    if not rows:
        say("no checkpoint yet; `lab train` makes one, `lab checkpoints add` takes one in")
        return
    table(
        ["name", "kind", "parameters", "tokens", "validation loss", "made", "path"],
        [
            (c.name, c.kind, c.n_parameters, c.n_tokens, c.validation_loss,
             f"{c.created_at:%F %R}", c.path)
            for c in rows
        ],
    )  # fmt: skip

"""Create, start, pause, close and watch human evaluations."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lab.commands import flags
from lab.commands.console import say, table

if TYPE_CHECKING:
    from lab.home import Home
    from lab.records import Study
    from lab.study.coverage import Coverage
    from lab.study.protocol import Protocol
    from storage.client import Store

EXAMPLES = """\
examples:
  lab study create first --dataset world --checkpoints baseline candidate --n-prompts 20
  lab study create second --protocol second.toml
  lab study start first
  lab study status
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sub-commands create, start, pause, close and status."""
    from lab.study.protocol import Protocol

    commands = parser.add_subparsers(metavar="create|start|pause|close|status", required=True)
    create = commands.add_parser("create", help="make the items of a study; nobody sees them yet")
    create.add_argument("name", help="what the study is called")
    flags.add_home(create)
    create.add_argument("--protocol", metavar="FILE", help="the whole protocol as TOML")
    create.add_argument("--guidelines-file", metavar="FILE", help="guidelines in Markdown")
    flags.add_config(create, Protocol, skip=("name", "criteria", "guidelines"), file=False)
    create.set_defaults(handler=_create)
    for word, target, text in (
        ("start", "open", "hand the study's items out"),
        ("pause", "paused", "hand nothing out for a while"),
        ("close", "closed", "end the study"),
    ):
        change = commands.add_parser(word, help=text)
        change.add_argument("name", help="the study")
        flags.add_home(change)
        change.set_defaults(handler=_change, target=target)
    status = commands.add_parser("status", help="print how far the studies are")
    flags.add_home(status)
    status.set_defaults(handler=_status)


def _create(arguments: argparse.Namespace) -> None:
    from lab.home import find_home
    from lab.study.cost import plan_cost

    protocol = _read_protocol(arguments)
    study, n_items, coverage = create_study(find_home(arguments.home), protocol)
    cost = plan_cost(protocol, n_items)
    say(f"study {study.name!r}: {n_items} items, protocol {study.protocol_sha256[:12]}")
    if coverage.left_out:
        say(f"{len(coverage.left_out)} prompts left out: not every checkpoint has a text for them")
    say(
        f"it asks for {cost.n_answers} answers, about {cost.seconds / 3600:.1f} hours of "
        f"reviewing; start it with `lab study start {study.name}`"
    )


def _read_protocol(arguments: argparse.Namespace) -> Protocol:
    import dataclasses
    from pathlib import Path

    from lab.study.protocol import Protocol, from_dict
    from lab.study.reading import read_toml

    given = read_toml(Path(arguments.protocol)) if arguments.protocol else {}
    given["name"] = arguments.name
    if arguments.guidelines_file:
        given["guidelines"] = _read_text(arguments.guidelines_file)
    for item in dataclasses.fields(Protocol):
        value = getattr(arguments, item.name, None)
        if value is not None and item.name not in ("name", "protocol"):
            given[item.name] = value
    return from_dict(given, arguments.protocol or "the flags")


def _read_text(path: str) -> str:
    from pathlib import Path

    from lab.errors import InputError

    try:
        return Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: not UTF-8 text at byte {error.start}; save it as UTF-8"
        ) from None


def create_study(home: Home, protocol: Protocol) -> tuple[Study, int, Coverage]:
    """Make the items of a study from stored generations, and store them.

    Args:
        home: the lab.
        protocol: the plan.

    Returns:
        The study, a draft that is not handed out yet; its number of items; the texts used.

    Raises:
        StoreError: a study of that name exists already.
    """
    from lab.records import Split, Study, StudyEvent, StudyStatus
    from lab.study.coverage import cover
    from lab.study.design import design
    from lab.study.protocol import sha256, to_dict
    from storage import checkpoints, datasets, generations
    from storage.client import open_store

    with open_store(home) as store:
        refuse_known_study(store, protocol.name)
        dataset = datasets.named(store, protocol.dataset)
        names = {checkpoint.id: checkpoint.name for checkpoint in checkpoints.every(store)}
        texts = generations.read(store, dataset_id=dataset.id, split=Split(protocol.split))
        study = Study(
            name=protocol.name, protocol=to_dict(protocol), protocol_sha256=sha256(protocol)
        )
        coverage = cover(protocol, texts, names)
        items = design(protocol, study.id, texts, names)
        event = StudyEvent(study_id=study.id, status=StudyStatus.DRAFT)
        store.add([study, *items, event])
    return study, len(items), coverage


def refuse_known_study(store: Store, name: str) -> None:
    """Make sure that no study has this name yet.

    Raises:
        StoreError: one has.
    """
    from lab.errors import StoreError
    from storage import studies

    if name in {study.name for study, _ in studies.every(store)}:
        raise StoreError(
            f"a study named {name!r} exists, and a study does not change once made; "
            "choose another name"
        )


def change_status(home: Home, name: str, status: str) -> None:
    """Open, pause or close a study.

    Raises:
        ReviewError: the study was closed, which is final.
    """
    from lab.errors import ReviewError
    from lab.records import StudyEvent, StudyStatus
    from storage import studies
    from storage.client import open_store

    with open_store(home) as store:
        study = studies.named(store, name)
        if studies.status(store, study.id) is StudyStatus.CLOSED:
            raise ReviewError(f"study {name!r} is closed for good; create another one")
        store.add([StudyEvent(study_id=study.id, status=StudyStatus(status))])


def _change(arguments: argparse.Namespace) -> None:
    from lab.home import find_home

    change_status(find_home(arguments.home), arguments.name, arguments.target)
    say(f"study {arguments.name!r} is {arguments.target}")


def _status(arguments: argparse.Namespace) -> None:
    from lab.home import find_home
    from storage import queue, studies
    from storage.client import open_store

    with open_store(find_home(arguments.home)) as store:
        found = [
            (study, status, queue.study_progress(store, study.id))
            for study, status in studies.every(store)
        ]
    if not found:
        say("no study yet; `lab study create` makes one")
        return
    table(
        ["study", "status", "protocol", "answers", "of", "reviewers", "flags"],
        [
            (study.name, status, study.protocol_sha256[:12],
             sum(answered for answered, _ in done.slots.values()),
             sum(places for _, places in done.slots.values()),
             len(done.reviewers), len(done.flags))
            for study, status, done in found
        ],
    )  # fmt: skip

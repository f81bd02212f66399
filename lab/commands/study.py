"""Plan, create, check, start, pause, close and watch human evaluations."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lab.commands import flags
from lab.commands.console import say

if TYPE_CHECKING:
    from lab.home import Home
    from lab.records import Study
    from lab.study.coverage import Coverage
    from lab.study.protocol import Protocol
    from storage.client import Store

EXAMPLES = """\
examples:
  lab study plan --difference 0.2            how many people and prompts find it; makes nothing
  lab study create first --dataset world --checkpoints baseline candidate --n-prompts 20
  lab study check --protocol second.toml     what it costs and what it can detect; makes nothing
  lab study create second --protocol second.toml
  lab study start second
  lab study create second --protocol changed.toml --new-version
  lab study status
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sub-commands plan, create, check, start, pause, close and status."""
    from lab.commands import plan

    commands = parser.add_subparsers(
        metavar="plan|create|check|start|pause|close|status", required=True
    )
    plan.add_arguments(
        commands.add_parser(
            "plan",
            help="say how many people and prompts find a difference, and what would help",
            epilog=plan.EXAMPLES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
    )
    create = commands.add_parser("create", help="make the items of a study; nobody sees them yet")
    _add_protocol(create)
    create.add_argument(
        "--new-version",
        action="store_true",
        help="make a further version of a study that exists; starting it closes the older ones",
    )
    create.set_defaults(handler=_create)
    check = commands.add_parser(
        "check", help="say what a study costs, what it can detect and what is doubtful"
    )
    _add_protocol(check)
    _add_version(check)
    _add_assumptions(check)
    check.set_defaults(handler=_check)
    for word, target, text in (
        ("start", "open", "hand the study's items out; older versions of it are closed"),
        ("pause", "paused", "hand nothing out for a while"),
        ("close", "closed", "end the study for good"),
    ):
        change = commands.add_parser(word, help=text)
        change.add_argument("name", help="the study")
        _add_version(change)
        flags.add_home(change)
        change.set_defaults(handler=_change, target=target)
    status = commands.add_parser("status", help="print how far the studies are")
    status.add_argument("name", nargs="?", help="only this study, with its items and reviewers")
    flags.add_home(status)
    status.set_defaults(handler=_status)


def _add_protocol(parser: argparse.ArgumentParser) -> None:
    from lab.study.protocol import Protocol

    parser.add_argument("name", nargs="?", help="what the study is called (default: the file's)")
    flags.add_home(parser)
    parser.add_argument("--protocol", metavar="FILE", help="the whole protocol as TOML; flags win")
    parser.add_argument("--guidelines-file", metavar="FILE", help="guidelines in Markdown")
    parser.add_argument(
        "--criteria", nargs="+", metavar="NAME", help="which of the lab's criteria are rated"
    )
    flags.add_config(parser, Protocol, skip=_NO_FLAG, file=False)


_NO_FLAG = ("name", "criteria", "guidelines", "gold")
"""Fields of the protocol that are no flags: tables, and long texts."""


def _add_version(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--version", type=int, metavar="N", help="which version of the study")


def _add_assumptions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--reviewers", type=int, metavar="N", help="people to plan with (default: the accounts)"
    )
    for kind, unit in (("rating", "in points"), ("vote", "of a vote as 1, 1/2 or 0")):
        parser.add_argument(
            f"--{kind}-spread",
            nargs=3,
            type=float,
            metavar=("PROMPT", "REVIEWER", "RESIDUAL"),
            help=f"assumed standard deviations {unit} (default: this lab's, or published ones)",
        )


def _create(arguments: argparse.Namespace) -> None:
    from lab.commands.planning import print_items, text_caveats
    from lab.home import find_home
    from lab.study.cost import plan_cost
    from storage import studies
    from storage.client import open_store

    protocol = read_plan(arguments)
    home = find_home(arguments.home)
    study, _, coverage = create_study(home, protocol, new_version=arguments.new_version)
    with open_store(home) as store:
        items, controls = studies.items(store, study.id), studies.controls(store, study.id)
        doubts = text_caveats(store, protocol, items, coverage.left_out)
    cost = plan_cost(protocol, items, controls, protocol.reviewers_per_item)
    say(
        f"study {studies.label(study)!r}: {len(items)} items, "
        f"protocol {study.protocol_sha256[:12]}, a draft"
    )
    print_items(cost)
    for doubt in doubts:
        say(f"note: {doubt}")
    say(
        f"it asks for {cost.n_answers:,} answers, about {cost.seconds / 3600:.1f} hours of "
        f"reviewing; `lab study check {study.name}` tells more, "
        f"`lab study start {study.name}` opens it"
    )


def read_plan(arguments: argparse.Namespace) -> Protocol:
    """Read a protocol from its file, if one is given, and from the flags, which win.

    Raises:
        LabError: the file cannot be read, or the protocol cannot be.
    """
    import dataclasses
    from pathlib import Path

    from lab.study.protocol import Protocol, from_dict
    from lab.study.reading import read_toml

    given = read_toml(Path(arguments.protocol)) if arguments.protocol else {}
    if arguments.guidelines_file:
        given["guidelines"] = _read_text(arguments.guidelines_file)
    for item in dataclasses.fields(Protocol):
        value = getattr(arguments, item.name, None)
        if value is not None:
            given[item.name] = value
    return from_dict(given, arguments.protocol or "the flags")


def gives_protocol(arguments: argparse.Namespace) -> bool:
    """Tell whether a file or a flag describes a study, not only the name of one that exists."""
    import dataclasses

    from lab.study.protocol import Protocol

    names = [item.name for item in dataclasses.fields(Protocol) if item.name != "name"]
    words = ("protocol", "guidelines_file", *names)
    return any(getattr(arguments, word, None) is not None for word in words)


def _read_text(path: str) -> str:
    from pathlib import Path

    from lab.errors import InputError

    try:
        return Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: not UTF-8 text at byte {error.start}; save it as UTF-8"
        ) from None


def create_study(
    home: Home, protocol: Protocol, new_version: bool = False
) -> tuple[Study, int, Coverage]:
    """Make the items of a study from stored generations, and store all that it needs, or nothing.

    Args:
        home: the lab.
        protocol: the plan.
        new_version: whether it is to be a further version of a study that exists.

    Returns:
        The study, a draft that is not handed out yet; its number of items; the texts used.

    Raises:
        StoreError: a study of that name exists already, or its newest version has this protocol.
        UnknownNameError: a further version is wanted of a study that does not exist.
        ConfigError: the texts there are do not suffice for what the protocol asks.
    """
    from lab.commands.planning import find_material
    from lab.records import Study, StudyEvent, StudyStatus
    from lab.study.design import design
    from lab.study.protocol import sha256, to_dict
    from storage.client import open_store

    with open_store(home) as store:
        study = Study(
            name=protocol.name,
            version=_next_version(store, protocol, new_version),
            protocol=to_dict(protocol),
            protocol_sha256=sha256(protocol),
        )
        material = find_material(store, protocol)
        made = design(protocol, study.id, material)
        event = StudyEvent(study_id=study.id, status=StudyStatus.DRAFT)
        store.add([*made.checkpoints, *made.generations, study, *made.items, *made.controls, event])
    return study, len(made.items), material.coverage


def _next_version(store: Store, protocol: Protocol, new_version: bool) -> int:
    from lab.errors import StoreError
    from lab.study.protocol import sha256
    from storage import studies

    if not new_version:
        refuse_known_study(store, protocol.name)
        return 1
    newest = studies.named(store, protocol.name)
    if newest.protocol_sha256 == sha256(protocol):
        raise StoreError(
            f"study {studies.label(newest)!r} has this very protocol; go on with it, or change "
            "the protocol"
        )
    return newest.version + 1


def refuse_known_study(store: Store, name: str) -> None:
    """Make sure that no study has this name yet.

    Raises:
        StoreError: one has.
    """
    from lab.errors import StoreError
    from storage import studies

    if found := studies.versions(store, name):
        raise StoreError(
            f"a study named {name!r} exists, and a study does not change once made; choose "
            f"another name, or make version {found[0].version + 1} of it with "
            "`lab study create --new-version`"
        )


def change_status(home: Home, name: str, status: str, version: int | None = None) -> Study:
    """Open, pause or close a study.

    Args:
        home: the lab.
        name: the study.
        status: "open", "paused" or "closed".
        version: which version; by default the newest to open, and the one that is going on, if
            one is, to pause or close.

    Returns:
        The version that was changed.

    Raises:
        UnknownNameError: there is no such study or version.
        ReviewError: the study was closed, which is final, or is a draft that cannot be paused.
    """
    from lab.records import StudyStatus
    from storage import studies
    from storage.client import open_store

    target = StudyStatus(status)
    with open_store(home) as store:
        study = studies.named(store, name, version)
        if version is None and target is not StudyStatus.OPEN:
            going = (StudyStatus.OPEN, StudyStatus.PAUSED)
            found = studies.versions(store, name)
            study = next((one for one in found if studies.status(store, one.id) in going), study)
        closed = studies.change_status(store, study, target)
    for one in closed:
        say(f"study {studies.label(one)!r} is closed: a newer version takes its place")
    return study


def _change(arguments: argparse.Namespace) -> None:
    from lab.home import find_home
    from storage import studies

    home = find_home(arguments.home)
    study = change_status(home, arguments.name, arguments.target, arguments.version)
    say(f"study {studies.label(study)!r} is {arguments.target}")


def _check(arguments: argparse.Namespace) -> None:
    from lab.commands.planning import check_plan, check_stored
    from lab.errors import ConfigError
    from lab.home import find_home
    from storage.client import open_store

    if not gives_protocol(arguments) and arguments.name is None:
        raise ConfigError("nothing to check: give the name of a study, or --protocol FILE")
    with open_store(find_home(arguments.home)) as store:
        if gives_protocol(arguments):
            check_plan(store, read_plan(arguments), arguments)
        else:
            check_stored(store, arguments.name, arguments)


def _status(arguments: argparse.Namespace) -> None:
    from lab.commands.progressing import print_studies, print_study
    from lab.home import find_home
    from storage.client import open_store

    with open_store(find_home(arguments.home)) as store:
        if arguments.name is None:
            print_studies(store)
        else:
            print_study(store, arguments.name)

"""List reviewers, leave one out of a study's results, or take one back in."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lab.commands import flags
from lab.commands.console import say, table

if TYPE_CHECKING:
    from lab.analysis.reviewers.summary import ReviewerSummary
    from lab.records import Account
    from storage.client import Store
    from storage.exclusions import Decision

EXAMPLES = """\
examples:
  lab reviewers list --study first
  lab reviewers exclude reviewer-3 --study first --by grace --reason "one point throughout"
  lab reviewers include reviewer-3 --study first --by grace --reason "it was a display fault"

No answer is deleted, and every result can be shown with and without the excluded.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sub-commands list, exclude and include."""
    commands = parser.add_subparsers(metavar="list|exclude|include", required=True)
    listing = commands.add_parser("list", help="who did what, and all decisions")
    listing.add_argument("--study", metavar="NAME", help="one study (default: all)")
    _add_version(listing)
    flags.add_home(listing)
    listing.set_defaults(handler=_list)
    for word, text in (
        ("exclude", "leave a reviewer out of a study's results"),
        ("include", "take a reviewer back into a study's results"),
    ):
        command = commands.add_parser(word, help=text)
        command.add_argument("reviewer", help="the pseudonym, as results show it")
        command.add_argument("--study", metavar="NAME", required=True, help="the study")
        _add_version(command)
        command.add_argument("--reason", required=True, help="why, in words; kept with the results")
        command.add_argument(
            "--by", metavar="NAME", required=True, help="sign-in name of the one who decides"
        )
        flags.add_home(command)
        command.set_defaults(handler=_decide, excluded=word == "exclude")


def _add_version(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--version", type=int, metavar="N", help="version of the study (default: the newest)"
    )


def _decide(arguments: argparse.Namespace) -> None:
    from lab.home import find_home
    from storage import accounts, exclusions, studies
    from storage.client import open_store

    with open_store(find_home(arguments.home)) as store:
        study = studies.named(store, arguments.study, arguments.version)
        exclusions.decide(
            store,
            study,
            _reviewer(store, arguments.reviewer),
            arguments.excluded,
            arguments.reason,
            accounts.existing(store, arguments.by),
        )
    left_out = "left out of" if arguments.excluded else "back in"
    say(f"{arguments.reviewer} is {left_out} the results of study {studies.label(study)!r}")


def _reviewer(store: Store, pseudonym: str) -> Account:
    from lab.errors import UnknownNameError
    from storage import accounts

    known = {one.pseudonym: one for one in accounts.every(store)}
    if pseudonym not in known:
        hint = "`lab account list` shows who is called what in reports"
        raise UnknownNameError.of("reviewer", pseudonym, sorted(known), hint)
    return known[pseudonym]


def _list(arguments: argparse.Namespace) -> None:
    from lab.analysis.reviewers.summary import reviewers
    from lab.home import find_home
    from storage import conduct, exclusions, frames, studies
    from storage.client import open_store

    with open_store(find_home(arguments.home)) as store:
        study = (
            studies.named(store, arguments.study, arguments.version) if arguments.study else None
        )
        found = [frames.ratings(store), frames.votes(store), conduct.marked(store)]
        past = exclusions.history(store, study.id if study else None)
    if study:
        found = [frame[frame["study"] == studies.label(study)] for frame in found]
    people = reviewers(*found)
    if not people:
        say("no reviewer has answered yet; `lab study status` says how far the studies are")
        return
    _print_people(people, {one.reviewer_id for one in past if one.counts and one.excluded})
    if past:
        _print_decisions(past)


def _print_people(people: tuple[ReviewerSummary, ...], excluded: set[str]) -> None:
    table(
        ["reviewer", "rated", "compared", "marked", "median s", "agreement", "severity",
         "same votes", "left", "excluded"],
        [
            (one.reviewer, one.n_rated, one.n_voted, one.n_marked, one.median_seconds,
             one.rating_agreement, one.severity, one.vote_agreement, one.left_share,
             "yes" if one.reviewer_id in excluded else "")
            for one in people
        ],
        title="agreement: Pearson's r with the mean of the others, severities taken out",
    )  # fmt: skip


def _print_decisions(past: list[Decision]) -> None:
    table(
        ["when, UTC", "study", "reviewer", "decision", "reason", "by"],
        [
            (f"{one.created_at:%Y-%m-%d %H:%M}", one.study, one.reviewer,
             "excluded" if one.excluded else "included", one.reason, one.decided_by)
            for one in past
        ],
        title="decisions, the newest first",
    )  # fmt: skip

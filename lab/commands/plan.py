"""Prints what a study finds before it is made: the dashboard's page Planning in words."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lab.commands import flags
from lab.commands.console import say, table

if TYPE_CHECKING:
    import pandas as pd

    from apps.dashboard.assumed import Assumed
    from lab.study.planning import Work
    from storage.client import Store

EXAMPLES = """\
examples:
  lab study plan                                          the usual plan, from this lab's answers
  lab study plan --difference 0.2 --reviewers 8 --items 120 --answers 2
  lab study plan --design ab --win-rate 58 --reviewers 20 --ties 15 --pay 18
  lab study plan --criterion fluency --budget 25          the best use of 25 hours
"""

_RANGES = {
    "difference": (0.01, 100.0),
    "win_rate": (50.1, 99.9),
    "reviewers": (1, 1000),
    "items": (1, 20_000),
    "answers": (1, 1000),
    "ties": (0.0, 90.0),
    "seconds": (1.0, 3600.0),
    "pay": (0.0, 10_000.0),
    "budget": (0.1, 100_000.0),
    "sd_prompts": (0.0, 5.0),
    "sd_reviewers": (0.0, 5.0),
    "sd_rest": (0.01, 5.0),
}
_ONLY = {"rate": ("difference", "sd_rest"), "ab": ("win_rate", "ties")}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the page Planning asks for."""
    flags.add_home(parser)
    parser.add_argument(
        "--design", choices=["rate", "ab"], default="rate", help="texts rated, or pairs compared"
    )
    parser.add_argument(
        "--criterion", help="plan as on this one (default: overall, or the first that was answered)"
    )
    for name, kind, metavar, text in (
        ("difference", float, "POINTS", "difference of mean ratings to find (default: 0.3)"),
        ("win-rate", float, "PERCENT", "win rate to find, of pairs (default: 60)"),
        ("reviewers", int, "N", "people who share the work (default: 12)"),
        ("items", int, "N", "prompts on which two systems are judged (default: 40)"),
        ("answers", int, "N", "answers per item, each by another reviewer (default: 3)"),
        ("ties", float, "PERCENT", "share of ties among votes (default: this lab's, or 20)"),
        ("seconds", float, "S", "time of one answer (default: this lab's median, or 60)"),
        ("pay", float, "PER_HOUR", "pay for an hour of reviewing (default: 15)"),
        ("budget", float, "HOURS", "say how so many hours are best used"),
        ("sd-prompts", float, "SD", "how far prompts differ (default: this lab's, or published)"),
        ("sd-reviewers", float, "SD", "how far reviewers differ (likewise)"),
        ("sd-rest", float, "SD", "what is left, of ratings (likewise)"),
    ):
        parser.add_argument(f"--{name}", type=kind, metavar=metavar, help=text)
    parser.set_defaults(handler=_plan)


def _plan(arguments: argparse.Namespace) -> None:
    from apps.dashboard import planning_words
    from lab.home import find_home
    from storage.client import open_store

    _check(arguments)
    with open_store(find_home(arguments.home)) as store:
        start = _start(store, arguments)
    work = _work(start, arguments)
    difference = _difference(arguments)
    say(planning_words.finding(work, difference))
    _print_needs(work, difference)
    _print_helps(work, difference, _given(arguments, "pay", 15.0))
    if arguments.budget is not None:
        _print_budget(work, difference, 3600 * arguments.budget)
    _print_assumed(start, work, arguments)
    say("\nfor the protocol; paste into the study's TOML file, `lab study check` reads it:\n")
    say(planning_words.protocol(work).rstrip())


def _check(arguments: argparse.Namespace) -> None:
    from lab.errors import ConfigError

    for name, (low, high) in _RANGES.items():
        value = getattr(arguments, name)
        if value is not None and not low <= value <= high:
            raise ConfigError(f"{_flag(name)} is {value:g}; it must lie in {low:g} to {high:g}")
    for design, names in _ONLY.items():
        for name in names:
            if design != arguments.design and getattr(arguments, name) is not None:
                raise ConfigError(
                    f"{_flag(name)} is for `--design {design}`, and this plan is "
                    f"`--design {arguments.design}`"
                )
    reviewers = int(_given(arguments, "reviewers", 12))
    if arguments.answers is not None and arguments.answers > reviewers:
        raise ConfigError(
            f"--answers is {arguments.answers}, but there are {reviewers} reviewers, who answer an "
            "item once each"
        )


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _given(arguments: argparse.Namespace, name: str, usual: float) -> float:
    value: float | None = getattr(arguments, name)
    return usual if value is None else value


def _difference(arguments: argparse.Namespace) -> float:
    if arguments.design == "rate":
        return _given(arguments, "difference", 0.3)
    return abs(_given(arguments, "win_rate", 60.0) / 100 - 0.5)


def _start(store: Store, arguments: argparse.Namespace) -> Assumed:
    from apps.dashboard.assumed import assumed, criteria
    from lab.errors import UnknownNameError

    frame = answers_of(store, arguments.design)
    known = criteria(frame)
    if arguments.criterion is not None and arguments.criterion not in known:
        raise UnknownNameError.of("answered criterion", arguments.criterion, known)
    criterion = arguments.criterion or next(iter(known), None)
    return assumed(frame, arguments.design, criterion)


def answers_of(store: Store, design: str) -> pd.DataFrame:
    """Read the ratings ("rate") or votes ("ab") of reviewers whom nobody left out."""
    from storage import frames

    frame = frames.ratings(store) if design == "rate" else frames.votes(store)
    return frame[~frame["excluded"].astype(bool)]


def _work(start: Assumed, arguments: argparse.Namespace) -> Work:
    from lab.errors import ConfigError
    from lab.study.planning import Work

    wanted = replace(
        start,
        prompt=_given(arguments, "sd_prompts", start.prompt),
        reviewer=_given(arguments, "sd_reviewers", start.reviewer),
        residual=_given(arguments, "sd_rest", start.residual),
        ties=_given(arguments, "ties", 100 * start.ties) / 100,
    )
    try:
        spread = wanted.spread(arguments.design)
    except ValueError as error:
        raise ConfigError(str(error).removeprefix("vote_spread: ")) from None
    reviewers = int(_given(arguments, "reviewers", 12))
    return Work(
        kind=arguments.design,
        n_prompts=int(_given(arguments, "items", 40)),
        reviewers_per_item=int(_given(arguments, "answers", min(3, reviewers))),
        n_reviewers=reviewers,
        spread=spread,
        seconds_per_answer=_given(arguments, "seconds", round(start.seconds)),
    )


def _print_needs(work: Work, difference: float) -> None:
    from apps.dashboard import planning_words
    from lab.study.planning import prompts_needed

    if work.power(difference) is None:
        return
    needed = prompts_needed(work, difference)
    say(
        f"The smallest that 8 of 10 studies find is {planning_words.smallest(work)}; "
        + (
            f"for the one asked about, {needed:,} prompts suffice."
            if needed
            else "for the one asked about, no number of prompts suffices: ask more reviewers."
        )
    )


def _print_helps(work: Work, difference: float, pay: float) -> None:
    from lab.study.planning import what_helps

    changes = [("this plan", work, work.power(difference))]
    for one in what_helps(work, difference):
        changes.append((f"twice the {one.what}", one.work, one.power))
    rows: list[list[Any]] = []
    for what, plan, power in changes:
        found = "–" if power is None else f"{100 * power:.0f} %"
        hours = plan.seconds / 3600
        rows.append([what, found, plan.n_answers, f"{hours:,.1f}", f"{hours * pay:,.0f}"])
    table(["what helps most", "found by", "answers", "hours", "pay"], rows)


def _print_budget(work: Work, difference: float, seconds: float) -> None:
    from apps.dashboard import planning_words, words
    from lab.study.planning import within_budget

    plan = within_budget(work, seconds)
    if plan is None:
        say("The budget does not reach for two prompts, or there is one reviewer.")
        return
    say(
        f"The best use of {planning_words.hours(seconds)}: {plan.n_prompts:,} prompts with "
        f"{words.count(plan.reviewers_per_item, 'answer')} per item, which finds it in "
        f"{100 * (plan.power(difference) or 0.0):.0f} % of studies."
    )


def _print_assumed(start: Assumed, work: Work, arguments: argparse.Namespace) -> None:
    from apps.dashboard import planning_words

    own, published = "this lab", "published"
    found = own if start.found is not None else published
    spread = work.spread
    rows: list[list[Any]] = [
        ["prompts, sd", spread.prompt, _origin(arguments, "sd_prompts", found)],
        [
            "reviewers, sd",
            spread.reviewer,
            _origin(arguments, "sd_reviewers", own if start.own_reviewers else published),
        ],
    ]
    if work.kind == "rate":
        rows.append(["the rest, sd", spread.residual, _origin(arguments, "sd_rest", found)])
    else:
        ties = _given(arguments, "ties", 100 * start.ties)
        rows.append(["ties, %", ties, _origin(arguments, "ties", found)])
        rows.append(["the rest, sd", spread.residual, "follows from the ties"])
    time = own if start.own_seconds else "a guess"
    rows.append(
        ["seconds per answer", work.seconds_per_answer, _origin(arguments, "seconds", time)]
    )
    table(["taken for granted", "value", "from"], rows)
    say(planning_words.origin(start.found, work.kind, start.own_reviewers))


def _origin(arguments: argparse.Namespace, name: str, usual: str) -> str:
    return usual if getattr(arguments, name) is None else _flag(name)

"""Turns a planned study into sentences and into lines for its protocol."""

from __future__ import annotations

from apps.dashboard import words
from lab.analysis.variances import Variances
from lab.study.planning import Change, Kind, Work


def finding(work: Work, difference: float) -> str:
    """Say what the plan finds, how surely, and what it takes."""
    power = work.power(difference)
    if power is None:
        return "One reviewer or one prompt says nothing about others; plan with two or more."
    return (
        f"{words.count(work.n_reviewers, 'reviewer')} who give {work.n_prompts:,} prompts "
        f"{words.count(work.reviewers_per_item, 'answer')} each find "
        f"{wanted(work.kind, difference)} {_in_ten(power)}; it takes {hours(work.seconds)}."
    )


def wanted(kind: Kind, difference: float) -> str:
    """Name the difference that is to be found, e.g. "a win rate of 60 %"."""
    if kind == "rate":
        return f"a difference of {difference:g} points"
    return f"a win rate of {100 * (0.5 + difference):.0f} %"


def helps(changes: tuple[Change, ...], power: float) -> str:
    """Say what twice as much of each thing would do, the best first."""
    said = [
        f"twice the {one.what} {words.percent(one.power)} ({hours(one.work.seconds)})"
        for one in changes
        if one.power is not None
    ]
    best = changes[0]
    if best.power is None or best.power - power < 0.02:
        return f"More of anything helps little here: the power is {words.percent(power)} already."
    return (
        f"More {best.what} would help most. Now {words.percent(power)} of such studies find it; "
        f"with {'; with '.join(said)}."
    )


def smallest(work: Work) -> str:
    """Write the smallest difference that 8 of 10 studies find, or why there is none."""
    found = work.smallest()
    if found.value is None:
        return words.NOTHING
    if work.kind == "rate":
        return f"{found.value:.2f} points"
    return f"{100 * (0.5 + found.value):.0f} %"


def hours(seconds: float) -> str:
    """Write working time, e.g. "40 min", "6 hours"."""
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:,.1f}".removesuffix(".0") + " hours"


def origin(found: Variances | None, kind: str, own_reviewers: bool) -> str:
    """Say where the prefilled figures come from."""
    if found is not None:
        noun = "rating" if kind == "rate" else "vote"
        rest = "" if own_reviewers else " How far reviewers differ is a published figure: these are"
        rest += "" if own_reviewers else " too few to tell."
        return (
            f"From this lab's own {words.count(found.n_answers, noun)} on "
            f"{found.criterion} by {words.count(found.n_reviewers, 'reviewer')} on "
            f"{words.count(found.n_prompts, 'prompt')}.{rest}"
        )
    if kind == "rate":
        return (
            "Published figures, as this lab's answers cannot tell them yet: 400 "
            "stories rated by 3 teachers (Chiang and Lee 2023)."
        )
    return (
        "Published figures, as this lab's answers cannot tell them yet: between "
        "those of 999 pairs by 3 annotators (PandaLM) and 8,931 crowd votes (LLMFAO)."
    )


def protocol(work: Work) -> str:
    """Write the plan as lines for a study's protocol file."""
    design = "rate" if work.kind == "rate" else "ab"
    return (
        f'design = "{design}"\n'
        f"n_prompts = {work.n_prompts}\n"
        f"reviewers_per_item = {work.reviewers_per_item}\n"
        f"seconds_per_item = {work.seconds_per_answer:g}\n"
        f'stopping_rule = "when each of the {work.n_prompts} prompts has its answers from '
        f'{work.reviewers_per_item} of {work.n_reviewers} reviewers"\n'
    )


def _in_ten(power: float) -> str:
    tenths = round(10 * power)
    if tenths >= 10:
        return "practically always"
    return f"in {tenths} of 10 studies" if tenths else "in fewer than 1 of 20 studies"

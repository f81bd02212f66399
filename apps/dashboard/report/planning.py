"""Turns the answers into the report's part on what more of them would find."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from apps.dashboard import planned, planning_charts, planning_words
from apps.dashboard.assumed import DIFFERENCE, Assumed, assumed, criteria
from apps.dashboard.report.gathered import Material
from apps.dashboard.report.markup import figure, paragraph, subsection, table
from apps.dashboard.words import NOTHING
from lab.analysis.preferences.choosing import most_compared
from lab.study.planning import Kind, Work, prompts_needed, what_helps

_TITLES: dict[Kind, str] = {"ab": "More votes", "rate": "More ratings"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What has been asked of people on one criterion, as if it had been a plan."""

    criterion: str
    between: tuple[str, str]
    work: Work
    start: Assumed


def part(material: Material) -> str:
    """Write the part; nothing where no two checkpoints were judged by two people."""
    drawn = _kind(material, "ab") + _kind(material, "rate")
    if not drawn:
        return ""
    return (
        paragraph(
            "What a study of the size so far finds, and what it would with more, for the two "
            "checkpoints that were judged most. It is for a study planned anew, with one look at "
            "its end; a verdict that may be watched all along takes more answers for the same."
        )
        + drawn
    )


def _kind(material: Material, kind: Kind) -> str:
    found = list(_asked(material, kind))
    if not found:
        return ""
    first, difference = found[0], DIFFERENCE[kind]
    power = first.work.power(difference) or 0.0
    helps = planning_words.helps(what_helps(first.work, difference), power)
    start = first.start
    return subsection(
        _TITLES[kind],
        paragraph(
            f"On {first.criterion}: {planning_words.finding(first.work, difference)}", "finding"
        ),
        paragraph(f"{helps} {planning_words.origin(start.found, kind, start.own_reviewers)}"),
        figure(
            planning_charts.power(
                planned.power_by_prompts(first.work, difference).dropna(), first.work.n_prompts
            ),
            f"How surely a study on {first.criterion} finds it, by prompts and reviewers; dashed: "
            "8 of 10 studies; dotted: the prompts so far",
        ),
        table(
            pd.DataFrame([_row(one, difference) for one in found]),
            f"{_TITLES[kind]}: the smallest "
            + ("win rate" if kind == "ab" else "difference")
            + " found in 8 of 10 studies; each: answers per item",
        ),
    )


def _row(one: _Asked, difference: float) -> dict[str, object]:
    twice = {change.what: change.work for change in what_helps(one.work, difference)}
    each = twice.get("answers per item")
    needed = prompts_needed(one.work, difference)
    return {
        "criterion": one.criterion,
        "between": " and ".join(one.between),
        "prompts": one.work.n_prompts,
        "reviewers": one.work.n_reviewers,
        "each": one.work.reviewers_per_item,
        "now": planning_words.smallest(one.work),
        "twice the prompts": planning_words.smallest(twice["items"]),
        "twice the reviewers": planning_words.smallest(twice["reviewers"]),
        "twice the answers each": planning_words.smallest(each) if each else NOTHING,
        f"prompts to find {planning_words.wanted(one.work.kind, difference)}": (
            f"{needed:,}" if needed else "no number suffices"
        ),
    }


def _asked(material: Material, kind: Kind) -> Iterator[_Asked]:
    frame = material.ratings if kind == "rate" else material.votes
    for criterion in criteria(frame):
        pair = _most_judged(material, kind, criterion)
        if pair is None:
            continue
        rows = frame[frame["criterion"] == criterion]
        columns = ["checkpoint"] if kind == "rate" else ["checkpoint_a", "checkpoint_b"]
        rows = rows[rows[columns].isin(pair).all(axis=1)]
        start = assumed(frame, kind, criterion)
        work = _work(rows, kind, start)
        if work.power(DIFFERENCE[kind]) is not None:
            yield _Asked(criterion=criterion, between=pair, work=work, start=start)


def _most_judged(material: Material, kind: Kind, criterion: str) -> tuple[str, str] | None:
    if kind == "ab":
        return most_compared(material.votes, criterion, material.checkpoints)
    rated = material.ratings.loc[material.ratings["criterion"] == criterion, "checkpoint"]
    counts = (
        rated.astype(str).value_counts().sort_index().sort_values(ascending=False, kind="stable")
    )
    return (counts.index[0], counts.index[1]) if len(counts) > 1 else None


def _work(rows: pd.DataFrame, kind: Kind, start: Assumed) -> Work:
    """Return the answers on two checkpoints as the plan that would have asked for as many."""
    each = ["prompt_id", "checkpoint"] if kind == "rate" else ["prompt_id"]
    n_items = len(rows[each].drop_duplicates())
    n_reviewers = int(rows["reviewer_id"].nunique())
    return Work(
        kind=kind,
        n_prompts=max(1, round(n_items / len(each))),
        reviewers_per_item=min(n_reviewers, max(1, round(len(rows) / n_items))),
        n_reviewers=n_reviewers,
        spread=start.spread(kind),
        seconds_per_answer=start.seconds,
    )

"""Planning: turns what a study is to find into how many reviewers, prompts and answers it takes."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from apps.dashboard import parts, planning_charts, planning_words, words
from apps.dashboard.assumed import DIFFERENCE, Assumed
from apps.dashboard.data import version
from apps.dashboard.filters import Filters
from apps.dashboard.results import planning as results
from lab.study.planning import Kind, Work, prompts_needed, what_helps, within_budget
from lab.study.power import Spread, vote_spread

TITLE = "Planning"
DESIGNS: dict[str, Kind] = {"Ratings": "rate", "Pairs": "ab"}


def draw() -> None:
    """Draw the page."""
    filters: Filters = st.session_state["filters"]
    heading = st.container()
    parts.section("The plan", "Everything stands in the address, so that a plan can be passed on.")
    work, difference, hours, pay, start = _ask(filters)
    if work is None:
        with heading:
            parts.heading(TITLE, "With so many ties, prompts and reviewers cannot differ that far.")
        return
    power = work.power(difference)
    with heading:
        parts.heading(TITLE, planning_words.finding(work, difference))
        if power is not None:
            parts.meaning(planning_words.helps(what_helps(work, difference), power))
    parts.cards(_cards(work, difference, pay))
    _curves(work, difference, hours)
    _budget(work, difference, hours, pay)
    _assumptions(start, work.kind)
    _protocol(work)


def _ask(filters: Filters) -> tuple[Work | None, float, float, float, Assumed]:
    with st.container(horizontal=True, gap="medium"):
        design = st.selectbox("Design", list(DESIGNS), key="design", bind="query-params", width=150)
        kind = DESIGNS[design]
        known = results.criteria(filters, kind)
        usual = known.index(filters.criterion) if filters.criterion in known else 0
        criterion = None
        if known:
            criterion = st.selectbox("As on", known, index=usual, key=f"as_{kind}", width=150)
        difference = _difference(kind)
        reviewers = int(_number("Reviewers", "people", 12, 1, 1000, 1))
        prompts = int(_number("Prompts", "prompts", 40, 1, 20_000, 1))
        each = int(_number("Answers per item", "each", min(3, reviewers), 1, reviewers, 1))
    start = results.assumed(version(), filters, kind, criterion)
    with st.container(horizontal=True, gap="medium"):
        spread = _spread(kind, start, criterion or "")
        seconds = _number("Seconds per answer", f"seconds_{kind}", round(start.seconds), 1, 3600, 5)
        pay = _number("Pay per hour", "pay", 15, 0, 1000, 1)
        hours = _number("Budget, hours", "hours", 10, 1, 10_000, 1)
    if spread is None:
        return None, difference, hours, pay, start
    work = Work(
        kind=kind,
        n_prompts=prompts,
        reviewers_per_item=each,
        n_reviewers=reviewers,
        spread=spread,
        seconds_per_answer=seconds,
    )
    return work, difference, hours, pay, start


def _difference(kind: Kind) -> float:
    if kind == "rate":
        return _number("Difference, points", "find_rate", DIFFERENCE["rate"], 0.05, 4.0, 0.05)
    usual = 100 * (0.5 + DIFFERENCE["ab"])
    return _number("Win rate to find, %", "find_ab", usual, 51.0, 99.0, 1.0) / 100 - 0.5


def _spread(kind: Kind, start: Assumed, criterion: str) -> Spread | None:
    # A key per criterion: each has figures of its own to start from.
    prompt = _number(
        "Prompts differ, sd", f"sd_prompt_{kind}_{criterion}", start.prompt, 0.0, 5.0, 0.01
    )
    reviewer = _number(
        "Reviewers differ, sd", f"sd_reviewer_{kind}_{criterion}", start.reviewer, 0.0, 5.0, 0.01
    )
    if kind == "rate":
        rest = _number("The rest, sd", f"sd_rest_{criterion}", start.residual, 0.01, 5.0, 0.01)
        return Spread(prompt=prompt, reviewer=reviewer, residual=rest)
    ties = _number("Ties, %", f"ties_{criterion}", round(100 * start.ties), 0, 90, 1) / 100
    try:
        return vote_spread(ties, prompt, reviewer)
    except ValueError as error:
        parts.note(str(error).removeprefix("vote_spread: "))
        return None


def _number(label: str, key: str, usual: float, least: float, most: float, step: float) -> float:
    whole = isinstance(step, int)
    kind = int if whole else float
    if st.session_state.get(key) is not None and not least <= st.session_state[key] <= most:
        del st.session_state[key]
    return st.number_input(
        label,
        min_value=kind(least),
        max_value=kind(most),
        value=kind(min(max(usual, least), most)),
        step=step,
        key=key,
        bind="query-params",
        width=150,
    )


def _cards(work: Work, difference: float, pay: float) -> list[tuple[str, str, str]]:
    needed = prompts_needed(work, difference)
    power = work.power(difference)
    return [
        ("Finds it", words.percent(power), "of such studies, two-sided at 5 %"),
        ("Smallest found", planning_words.smallest(work), "in 8 of 10 studies"),
        (
            "Prompts needed",
            f"{needed:,}" if needed else words.NOTHING,
            "for 8 of 10 studies" if needed else "no number suffices; ask more reviewers",
        ),
        (
            "Work",
            planning_words.hours(work.seconds),
            f"{work.n_answers:,} answers; costs {work.seconds / 3600 * pay:,.0f}",
        ),
    ]


def _curves(work: Work, difference: float, hours: float) -> None:
    places = parts.grid(2)
    with next(places):
        parts.section("How surely it is found", "Dashed: 8 of 10 studies; dotted: the plan.")
        frame = results.power_by_prompts(work, difference)
        drawing = planning_charts.power(frame.dropna(), work.n_prompts)
        alt_text = "Power against the number of prompts, for three numbers of reviewers"
        parts.chart(drawing, key="chart-power", alt_text=alt_text)
    with next(places):
        parts.section(
            "What a budget finds",
            "The smallest difference found in 8 of 10 studies, with the best split of the time.",
        )
        frame = results.smallest_by_budget(work, hours)
        if frame.empty:
            parts.note("These budgets reach for no study.")
            return
        drawing = planning_charts.smallest(frame, hours, work.kind == "ab")
        alt_text = "Smallest difference found against the budget, for three numbers of reviewers"
        parts.chart(drawing, key="chart-budget", alt_text=alt_text)


def _budget(work: Work, difference: float, hours: float, pay: float) -> None:
    plan = within_budget(work, 3600 * hours)
    if plan is None:
        parts.note("The budget does not reach for two prompts, or there is one reviewer.")
        return
    parts.note(
        f"The best use of {planning_words.hours(3600 * hours)} ({hours * pay:,.0f} in pay) with "
        f"{words.count(plan.n_reviewers, 'reviewer')}: {plan.n_prompts:,} prompts with "
        f"{words.count(plan.reviewers_per_item, 'answer')} per item, which finds it in "
        f"{words.percent(plan.power(difference))} of studies. One answer per item tells nothing "
        "of how far reviewers agree; some with two or more do."
    )
    parts.explained(
        "Power and budget",
        "Power is the share of studies that would find a true difference of this size.",
        "A t test on the difference with variance prompts²/n + reviewers²/m + rest²/(n k), for n "
        "prompts, m reviewers and k answers per item (Westfall, Kenny and Judd 2014), with "
        "Satterthwaite's degrees of freedom and the noncentral t. Ratings: the standard deviations "
        "are of one system, and a difference has twice each variance; both systems' texts are "
        "rated on the same prompts. Pairs: a win is 1, a tie ½, a loss 0, and the rest follows "
        "from the share of ties.",
    )


def _assumptions(start: Assumed, kind: Kind) -> None:
    parts.section(
        "What it takes for granted", planning_words.origin(start.found, kind, start.own_reviewers)
    )
    time = "the median of this lab's answers" if start.own_seconds else "a guess; put in your own"
    parts.note(f"Seconds per answer: {time}. Pay per hour is an example.")
    if start.found is None:
        parts.empty(
            "No figures of this lab's own yet",
            "With three or more reviewers who judge the same texts, the lab measures how far they "
            "and the prompts differ, and plans from that.",
            "lab study create --help",
        )
        return
    rows = [
        {
            "part": one.part,
            "standard deviation": one.sd,
            "low": one.interval.low if one.interval else None,
            "high": one.interval.high if one.interval else None,
            "note": one.reason or "",
        }
        for one in start.found.components
    ]
    if start.found.tie_rate is not None:
        ends = start.found.tie_interval
        rows.append(
            {
                "part": "share of ties",
                "standard deviation": start.found.tie_rate,
                "low": ends.low if ends else None,
                "high": ends.high if ends else None,
                "note": "a share, no standard deviation",
            }
        )
    points = st.column_config.NumberColumn(format="%.2f")
    columns = dict.fromkeys(("standard deviation", "low", "high"), points)
    parts.table(pd.DataFrame(rows), "variances", columns)
    parts.explained(
        "How far answers differ",
        "What each part adds to an answer, as a standard deviation with a 95 % interval. A "
        "system is a checkpoint, or a pair of checkpoints.",
        "Method of moments for crossed random effects (Gao and Owen 2017); intervals from a "
        "delete-a-group jackknife over reviewers and over prompts by χ² with Satterthwaite's "
        "degrees of freedom. A plan uses prompt × system, reviewer × system and the residual: what "
        "a prompt or a reviewer adds to both systems cancels out.",
    )


def _protocol(work: Work) -> None:
    parts.section(
        "For the protocol", "Paste into the study's TOML file; “lab study check” reads it."
    )
    # The highlighter's colours are too pale to read.
    st.code(planning_words.protocol(work), language=None, wrap_lines=True)

"""Self-test: turns the lab's simulations of itself into whether its figures can be believed."""

from __future__ import annotations

import streamlit as st

from apps.dashboard import parts, selftest_charts, words
from apps.dashboard.results import selftest as results
from lab.errors import InputError
from lab.selftest.figures import Figure
from lab.selftest.recorded import Recording
from lab.selftest.run import TOPICS
from lab.selftest.sentences import sentence

TITLE = "Self-test"


def draw() -> None:
    """Draw the page; the filters do not touch it, as no record of the lab is in it."""
    try:
        found = results.recordings()
    except InputError as error:
        parts.heading(TITLE, "What was recorded here cannot be read.")
        parts.empty("Not a recording of a self-test", str(error), "lab selftest")
        return
    if not found:
        parts.heading(TITLE, "The statistics of this lab have not been tried yet.")
        parts.empty("No self-test yet", "Run it once; it takes some minutes.", "lab selftest")
        return
    parts.heading(TITLE, results.finding(found))
    parts.meaning(
        "Studies are simulated whose truth is known, and analysed by the very functions that these "
        "pages use. A 95 % interval should hold the truth in 95 of 100 studies, a test should "
        "seldom find what is not there. The filters at the side do not matter here."
    )
    parts.legend(
        {
            "the lab, with its Monte-Carlo interval": selftest_charts.OURS,
            "the usual way, on the same studies": selftest_charts.USUAL,
            "aimed at": selftest_charts.NEUTRAL,
        }
    )
    for one in found:
        _topic(one)
    parts.explained(
        "the self-test",
        "The share of simulated studies in which the interval held the truth, or the test erred.",
        "Monte Carlo: answers are drawn from people with tastes and severities of their own, on "
        "prompts that differ, with the seed named; the error of a share p in n studies is "
        "√(p (1 − p) / n). A figure meets its target where it lies in it, give or take two errors.",
    )
    parts.section("All figures", "Shares from 0 to 1.")
    parts.table(results.table(found), "self-test", _columns())


def _topic(one: Recording) -> None:
    parts.section(f"{one.topic.capitalize()}: {TOPICS[one.topic]}", results.origin(one))
    st.code(one.command, language=None, wrap_lines=True)
    for question in dict.fromkeys(figure.question for figure in one.figures):
        _question(one.topic, [figure for figure in one.figures if figure.question == question])


def _question(topic: str, figures: list[Figure]) -> None:
    parts.subsection(figures[0].question)
    ways = dict.fromkeys(figure.usual_way for figure in figures if figure.usual_way)
    if ways:
        parts.note(f"The usual way: {words.listed(list(ways))}.")
    question = figures[0].question
    drawing = selftest_charts.figures(results.rows(figures))
    parts.chart(drawing, key=f"chart-{topic}-{question}", alt_text=question)
    with st.expander("In sentences"):
        for figure in figures:
            parts.note(sentence(figure))


def _columns() -> dict[str, object]:
    share = {name: st.column_config.NumberColumn(name, format="%.3f")
             for name in ("the lab", "Monte-Carlo error", "the usual way")}  # fmt: skip
    return {**share, "seed": st.column_config.NumberColumn("seed", format="%d")}

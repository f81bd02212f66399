"""Hallucination: turns checks and reviewers' marks into how often texts make things up."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from apps.dashboard import check_charts, checking, colours, data, parts, words
from apps.dashboard import check_methods as methods
from apps.dashboard.filters import Filters
from apps.dashboard.results import hallucination as results
from apps.dashboard.results.hallucination import Judged, Question
from lab.analysis.checks.labels import Rule

TITLE = "Hallucination"
RULES: dict[str, Rule] = {
    "at least half of its reviewers mark one": "half",
    "any of its reviewers marks one": "any",
    "all of its reviewers mark one": "all",
}
MISSED = {"5 %": 0.05, "10 %": 0.1, "20 %": 0.2, "30 %": 0.3}
SURE = {"80 %": 0.8, "90 %": 0.9, "95 %": 0.95}


def draw() -> None:
    """Draw the page."""
    filters: Filters = st.session_state["filters"]
    known = results.checkers(data.version())
    if not known:
        _nothing_checked()
        return
    heading = st.container()
    asked = _ask(known)
    if results.scored(data.version(), filters, asked.checker).empty:
        with heading:
            parts.heading(TITLE, f"The {asked.checker} check has no word on these texts.")
        parts.hidden("texts that the check could say something about")
        return
    found = results.judged(data.version(), filters, asked.checker, asked.rule)
    with heading:
        parts.heading(TITLE, checking.finding(found, results.rates(filters, asked), asked))
    parts.cautions(checking.cautions(found))
    _rates(filters, asked)
    _kinds(filters, asked)
    if found is None:
        _nothing_marked()
        return
    _accuracy(found)
    limit = _threshold(filters, asked)
    _ranking(found, limit)
    _calibration(found)
    _agreement(filters)
    _texts(filters, asked, limit)


def _nothing_checked() -> None:
    parts.heading(TITLE, "No text has been checked for hallucinations yet.")
    text = "A check compares each text with its source and marks what the source does not bear out."
    parts.empty("No checks yet", text, "lab check")


def _nothing_marked() -> None:
    parts.section("How far the check can be believed")
    parts.meaning("Nobody has marked hallucinations in these texts, so nobody knows.")
    parts.note(
        "Open a study in which people mark pieces of texts (lab study create, design “spans”), or "
        "import marks made elsewhere (lab ratings import); then this page says how often the "
        "check is right, and from which score on to believe it."
    )


def _ask(known: list[str]) -> Question:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        checker = _choice("Check", known, known[0], "checker")
        rule = st.selectbox(
            "A text is hallucinated where",
            list(RULES),
            key="rule",
            bind="query-params",
            width=320,
        )
    # What the threshold must promise is asked where it is shown; the address knows it before.
    missed = _from_address("most_missed", MISSED, "10 %")
    sure = _from_address("sure", SURE, "90 %")
    return Question(
        checker=checker,
        rule=RULES[rule],
        most_missed=MISSED[missed],
        confidence=SURE[sure],
    )


def _choice(label: str, names: list[str], usual: str, key: str) -> str:
    if st.session_state.get(key, usual) not in names:
        del st.session_state[key]
    return st.selectbox(
        label, names, index=names.index(usual), key=key, bind="query-params", width=200
    )


def _from_address(key: str, known: dict[str, float], usual: str) -> str:
    said = st.session_state.get(key, st.query_params.get(key, usual))
    return said if said in known else usual


def _rates(filters: Filters, asked: Question) -> None:
    parts.section(
        "How often",
        "Share of texts with a hallucination. The square is what the check marks; the dot, with "
        "its 95 % interval over prompts, is what people would say of all texts.",
    )
    found = results.rates(filters, asked)
    shades = _shades(found["name"].tolist())
    said = f"Share of hallucinated texts of {words.count(len(found), 'checkpoint')}"
    parts.chart(check_charts.rates(found, shades), key="chart-rates", alt_text=said)
    n_unchecked = results.n_unchecked(data.version(), filters, asked.checker)
    if n_unchecked:
        parts.note(
            f"Left out: {words.count(n_unchecked, 'text')} not checked, or without a source."
        )
    table = found.rename(columns={
        "name": "checkpoint", "by_check": "by the check", "by_people": "labelled by people",
        "value": "corrected", "range": "interval or why none", "n_checked": "checked texts",
        "n_labelled": "labelled texts", "weight": "weight of the check",
    })  # fmt: skip
    wanted = ["checkpoint", "by the check", "labelled by people", "corrected", "low", "high"]
    rest = ["interval or why none", "checked texts", "labelled texts", "weight of the check"]
    parts.table(table[wanted + rest], "hallucination-rates", checking.shares(wanted[1:]))
    parts.explained(
        "Rates",
        "What people said of the texts that they looked through, corrected by how much more or "
        "less often the check flags the other texts; its weight is 0 where flags follow nobody.",
        methods.RATES,
    )


def _kinds(filters: Filters, asked: Question) -> None:
    found = results.kinds(data.version(), filters, asked.checker)
    parts.section("Which kinds", "Share of a checkpoint's texts with at least one piece of a kind.")
    if found.empty:
        parts.note("Nothing is marked in these texts, neither by the check nor by people.")
        return
    titles = {"check": "Marked by the check", "people": "Marked by reviewers, alone"}
    for (by, title), place in zip(titles.items(), parts.grid(2), strict=True):
        with place:
            parts.subsection(title)
            _kind(found[found["by"] == by], by)
    shades = _shades(found["name"].unique().tolist())
    parts.legend(shades)
    table = found.rename(columns={"name": "checkpoint", "of": "of texts"})
    parts.table(
        table[["by", "checkpoint", "kind", "n", "of texts", "share"]],
        "hallucination-kinds",
        checking.shares(["share"]),
    )


def _kind(found: pd.DataFrame, by: str) -> None:
    if found.empty:
        parts.note("Nothing marked.")
        return
    shown = found.assign(
        shown=[words.percent(share) for share in found["share"]],
        counts=[f"{n:,} of {of:,}" for n, of in zip(found["n"], found["of"], strict=True)],
    )
    drawing = check_charts.kinds(shown, _shades(found["name"].unique().tolist()))
    parts.chart(drawing, key=f"chart-kinds-{by}", alt_text=f"Kinds of pieces marked by {by}")


def _accuracy(found: Judged) -> None:
    parts.section(
        "How far the check can be believed",
        "Precision is the share of what the check marks that people mark too; recall the share of "
        "what people mark that the check finds. Only what reviewers marked before they saw any "
        "suggestion counts, and of that “unsupported” and “contradicts source”. Intervals are "
        "over other prompts.",
    )
    parts.cards(checking.cards(found))
    columns = checking.numbers(["value", "low", "high"])
    parts.table(results.figures(found), "check-accuracy", columns)
    parts.explained(
        "Precision and recall",
        "Of whole texts, of their sentences and of the marked pieces: a check may find the right "
        "texts and still mark the wrong words.",
        methods.ACCURACY,
    )


def _threshold(filters: Filters, asked: Question) -> float | None:
    parts.section(
        "From which score on to flag",
        "The highest threshold of which the labelled texts prove that it misses few hallucinated "
        "ones.",
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.selectbox("Miss at most", list(MISSED), index=1, key="most_missed", bind="query-params",
                     width=160)  # fmt: skip
        st.selectbox("With confidence", list(SURE), index=1, key="sure", bind="query-params",
                     width=160)  # fmt: skip
    found = results.threshold(data.version(), filters, asked)
    parts.meaning(checking.promise(found))
    parts.explained(
        "Threshold",
        "Reviewers then need to look only at texts from this score on, and know the risk that a "
        "hallucinated one was passed over.",
        methods.THRESHOLD,
    )
    if found.value is None:
        return None
    every = results.scored(data.version(), filters, asked.checker)
    parts.cards(checking.costs(found, float((every["score"] >= found.value).mean()), len(every)))
    return found.value


def _ranking(found: Judged, limit: float | None) -> None:
    parts.section(
        "Precision against recall",
        "Each point is a threshold; the dashed line is what guessing gives. The area is the "
        "average precision.",
    )
    if found.curve is None:
        parts.note("People call none of the labelled texts hallucinated.")
        return
    drawing = check_charts.precision_recall(found.curve, limit)
    parts.chart(drawing, key="chart-precision-recall", alt_text="Precision against recall")
    parts.note(checking.area(found))
    curve = pd.DataFrame({
        "threshold": found.curve.thresholds, "precision": found.curve.precision,
        "recall": found.curve.recall,
    })  # fmt: skip
    parts.download(curve, "precision-recall")
    parts.explained(
        "Average precision",
        "How right the flags are on average while the threshold falls from the highest score to "
        "where the last hallucinated text is found.",
        methods.RANKING,
    )


def _calibration(found: Judged) -> None:
    parts.section(
        "Can a score be read as a probability?",
        "Dots on the dashed line would say so: of texts scored .7, people call 70 % hallucinated. "
        "Each dot is as many texts as the next, with its 95 % interval over prompts.",
    )
    drawing = check_charts.reliability(found.raw)
    parts.chart(drawing, key="chart-reliability", alt_text="Share of hallucinated texts by score")
    parts.meaning(checking.calibrated(found))
    parts.table(checking.calibrations(found), "calibration", checking.numbers(
        ["calibration error", "without correction", "Brier score"]
    ))  # fmt: skip
    parts.explained(
        "Calibration",
        "How far scores are from the share of texts that people call hallucinated, and how far "
        "after a calibration that never saw the prompt it is tried on.",
        methods.CALIBRATION,
    )


def _agreement(filters: Filters) -> None:
    parts.section(
        "How far reviewers agree on what is hallucinated",
        "No check can agree with people better than people with one another.",
    )
    parts.cards(checking.agreed(results.agreement(data.version(), filters)))
    parts.explained(
        "Agreement on marks",
        "Alpha: whether two people call the same texts hallucinated, 0 being chance. Overlap: how "
        "much of what one of them marks another marks too.",
        methods.AGREEMENT,
    )


def _texts(filters: Filters, asked: Question, limit: float | None) -> None:
    kind = "" if limit is None else f" from score {limit:.2f} on"
    parts.section(
        "The texts behind it",
        f"Every labelled text, and whether the check flags it{kind}; those on which check and "
        "people differ first.",
    )
    link = st.column_config.LinkColumn("text's page", display_text="open")
    columns = {"open": link} | checking.numbers(["score"])
    parts.table(results.texts_to_read(filters, asked, limit), "labelled-texts", columns)


def _shades(names: list[str]) -> dict[str, str]:
    every = colours.by_checkpoint(data.checkpoint_names())
    return {name: every[name] for name in every if name in names}

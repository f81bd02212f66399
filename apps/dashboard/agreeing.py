"""Shows how far the reviewers agree: by coefficient and criterion, and pair by pair."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd
import streamlit as st

from apps.dashboard import charts, colours, data, parts, reviewer_charts, words
from apps.dashboard.filters import Filters
from apps.dashboard.results import reviewers
from lab.analysis.agreement.icc import TwoWayICC

MOST_IN_MATRIX = 30


def draw(filters: Filters) -> None:
    """Draw the section."""
    at = data.version()
    found = reviewers.agreement_rows(at, filters)
    parts.section(
        "How far the reviewers agree",
        "Alpha and AC are 1 for full agreement and 0 for what chance gives; they differ in what "
        "they take chance to be: AC stays high where nearly all answers are alike. The interval "
        "is over other texts and other reviewers together.",
    )
    known = found.dropna(subset="value") if len(found) else found
    if known.empty:
        reason = found["note"].iloc[0] if len(found) else "there are no answers yet"
        parts.empty("No agreement to show yet", f"Because {reason}.")
        return
    _chart(known)
    _table(found)
    _two_way(reviewers.two_way(at, filters))
    _matrix(at, filters)


def _chart(known: pd.DataFrame) -> None:
    alphas = known[known["coefficient"] == "alpha"]
    if alphas.empty:
        return
    name = [_named(row) for row in alphas.to_dict("records")]
    counts = [
        f"{words.count(row['texts'], 'text' if row['of'] == 'ratings' else 'pair')}, "
        f"{words.count(row['reviewers'], 'reviewer')}"
        for row in alphas.to_dict("records")
    ]
    rows = alphas.assign(name=name, counts=counts)
    lowest = min(0.0, float(rows[["low", "value"]].min().min()))
    drawing = charts.dots(rows, dict.fromkeys(name, colours.PALETTE[0]), (lowest, 1), reference=0)
    parts.chart(drawing, key="chart-alpha", alt_text="Alpha per criterion with intervals")


def _named(row: dict[Hashable, Any]) -> str:
    return f"{row['criterion']} (votes)" if row["of"] == "votes" else str(row["criterion"])


def _table(found: pd.DataFrame) -> None:
    columns = ["criterion", "of", "coefficient", "shown", "range", "other texts",
               "other reviewers", "texts", "judgements", "reviewers"]  # fmt: skip
    titles = {"shown": "value", "range": "95 % interval", "texts": "judged by two"}
    parts.table(found[columns].rename(columns=titles), "agreement")
    parts.explained(
        "agreement",
        "Alpha and AC say how far people agree beyond chance, “same answers” how often two people "
        "say the same, ICC(1) which share of the variance is the texts'.",
        "Krippendorff's alpha (2011), ordinal for ratings and nominal for votes; Gwet's AC2 (2014) "
        "with ordinal weights, AC1 for votes. “Other texts” is a bootstrap over texts (1,000 "
        "resamples), “other reviewers” a jackknife over people; the interval joins both variances, "
        "less that of single answers, which both have counted, on the scale of Fisher's z with t.",
    )


def _two_way(found: dict[str, TwoWayICC]) -> None:
    rows = [
        {
            "criterion": criterion,
            "ICC(2,1)": words.number(one.single),
            "95 % interval": words.number_range(one.single_interval),
            "people per text": words.number(one.k, 1),
            "ICC(2,k)": words.number(one.mean),
            "sd of texts": words.number(_root(one.text_variance)),
            "sd of severity": words.number(_root(one.rater_variance)),
            "sd of the rest": words.number(_root(one.rest_variance)),
            "note": one.reason or "",
        }
        for criterion, one in found.items()
    ]
    if not rows:
        return
    parts.subsection("What makes the points")
    parts.note(
        "One person's ratings as a measure of the text (ICC(2,1)) and the mean of all who rated it "
        "(ICC(2,k)); and how much of the spread, in points, is the texts', the people's and "
        "neither's."
    )
    table = pd.DataFrame(rows)
    parts.table(table if table["note"].any() else table.drop(columns="note"), "icc")
    parts.explained(
        "ICC",
        "A high sd of severity says that people use the scale differently; a high sd of the rest, "
        "that they see different things.",
        "Shrout and Fleiss (1979), from the variance components of Henderson's third method "
        "(1953); the interval is a jackknife over groups of texts and of people.",
    )


def _root(variance: float | None) -> float | None:
    return None if variance is None else max(variance, 0.0) ** 0.5


def _matrix(at: str, filters: Filters) -> None:
    judged = reviewers.judged_criteria(at, filters)
    if not judged:
        return
    parts.subsection("Pair by pair")
    named = {f"{criterion} ({kind})": (kind, criterion) for kind, criterion in judged}
    if st.session_state.get("pairwise", next(iter(named))) not in named:
        del st.session_state["pairwise"]
    chosen = st.selectbox("Cohen's kappa on", list(named), key="pairwise", bind="query-params",
                          width=300)  # fmt: skip
    kind, criterion = named[chosen]
    found, names = reviewers.matrix(at, filters, kind, criterion)
    cells = reviewers.cells(found, names, MOST_IN_MATRIX)
    if cells.empty:
        parts.note("One reviewer only; there is no pair.")
        return
    listed = sorted(set(cells["row"]), key=words.in_order)
    weights = "quadratic weights" if kind == "ratings" else "no weights"
    cut = f"; the {MOST_IN_MATRIX} with the most answers" if len(names) > MOST_IN_MATRIX else ""
    parts.note(
        f"Cohen's kappa with {weights}, blue above and orange below chance{cut}. A dash is a pair "
        "that shares fewer than ten items; point at it for how many."
    )
    drawing = reviewer_charts.kappa_matrix(cells, listed)
    n = int(cells["kappa"].notna().sum() // 2)
    said = f"Kappa of {words.count(n, 'pair')} among {len(listed)} reviewers"
    parts.chart(drawing, key="chart-kappa", alt_text=said)
    places = {name: place for place, name in enumerate(listed)}
    once = cells[cells["row"].map(places) < cells["column"].map(places)]
    columns = ["row", "column", "kappa", "low", "high", "shared", "same", "range"]
    titles = {"row": "reviewer", "column": "and", "range": "95 % interval, or why there is none"}
    parts.table(once[columns].rename(columns=titles), "kappas")

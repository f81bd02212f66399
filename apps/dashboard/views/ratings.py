"""Ratings: turns the ratings into who is rated higher, severity of the reviewers taken out."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from apps.dashboard import (
    charts,
    colours,
    data,
    findings,
    parts,
    predicted,
    rating_charts,
    rating_words,
    words,
)
from apps.dashboard.filters import Filters, left_out
from apps.dashboard.results import ratings as results

TITLE = "Ratings"
_MOST_DRAWN = 80
_REASONS = {
    "reviewer": "reviewers’ severity",
    "liking": "a reviewer’s liking of one checkpoint",
    "prompt": "the prompt",
    "text": "the single text",
    "rest": "all else, and chance",
}


def draw() -> None:
    """Draw the page."""
    filters: Filters = st.session_state["filters"]
    if filters.ratings(data.ratings()).empty:
        parts.heading(TITLE, "Nobody has rated a text within these filters yet.")
        parts.no_ratings(data.ratings().empty)
        return
    heading = st.container()
    is_fitted = _is_asked_for(filters)
    with heading:
        if is_fitted:
            found = results.models(filters)
            parts.heading(TITLE, rating_words.finding(found))
            parts.cautions(rating_words.cautions(found))
        else:
            parts.heading(TITLE, findings.rated(results.means(filters)))
    if said := left_out(filters):
        parts.note(said)
    _by_criterion(filters, is_fitted)
    if is_fitted:
        _pairs(filters)
        _severity(filters)
        _why(filters)
        _excluded(filters)
    _counts(filters)
    predicted.draw(filters)


def _is_asked_for(filters: Filters) -> bool:
    """Whether the model is quick, or somebody wants to wait for it."""
    seconds = results.seconds(filters)
    if seconds is None:
        return True
    return st.toggle(
        f"Take reviewers’ severity out (about {words.duration(seconds)} for so many ratings)",
        key="model",
        bind="query-params",
    )


def _by_criterion(filters: Filters, is_fitted: bool) -> None:
    shares = results.shares(filters)
    points = list(range(min(1, int(shares["point"].min())), max(5, int(shares["point"].max())) + 1))
    means = results.adjusted(filters) if is_fitted else _raw_only(filters)
    parts.note(
        "Left: how often each point was given, around the middle of the scale. Right: the mean "
        "rating; the round mark is what it would be had every reviewer rated every text, the grey "
        "diamond is the raw mean, each with its 95 % interval.",
    )
    parts.legend(charts.ramp(points))
    shades = colours.by_checkpoint(data.checkpoint_names())
    reach = rating_charts.reach_of(shares, points)
    for criterion, group in shares.groupby("criterion", sort=True, observed=True):
        parts.section(str(criterion), words.count(int(group["n"].sum()), "rating"))
        left, right = st.columns(2, gap="medium")
        with left:
            drawing = rating_charts.diverging(group, points, reach)
            alt_text = f"Distribution of {criterion} per checkpoint"
            parts.chart(drawing, key=f"chart-shares-{criterion}", alt_text=alt_text)
        with right:
            mine = means[means["criterion"] == criterion]
            drawing = rating_charts.beside(mine, shades, (points[0], points[-1]))
            alt_text = f"Adjusted and raw mean of {criterion} per checkpoint"
            parts.chart(drawing, key=f"chart-means-{criterion}", alt_text=alt_text)
    parts.table(_means_table(means), "rating-means")
    parts.explained(
        "Mean ratings",
        "The raw mean adds up who happened to rate what; the adjusted one estimates the mean if "
        "all of these reviewers, and others like them, had rated every text.",
        "Raw: mean ± t × the standard error of the two-way pigeonhole bootstrap over reviewers and "
        "prompts, in closed form (Owen 2007). Adjusted: cumulative-logit mixed model per criterion "
        "with random effects of reviewer, reviewer’s liking of a checkpoint, prompt and text where "
        "the ratings tell them apart (McCullagh 1980; Christensen 2019, ordinal::clmm), by Laplace "
        "approximation with fixed effects integrated out too and a weak prior that keeps spreads "
        "off 0 (Chung et al. 2013); t with Satterthwaite’s degrees of freedom.",
    )


def _raw_only(filters: Filters) -> pd.DataFrame:
    raw = results.means(filters)
    renamed = {"value": "raw", "low": "raw_low", "high": "raw_high", "shown": "raw_shown",
               "range": "raw_range"}  # fmt: skip
    nothing = {"value": float("nan"), "low": float("nan"), "high": float("nan")}
    return raw.rename(columns=renamed).assign(**nothing, shown=words.NOTHING, range=words.NOTHING)


def _means_table(means: pd.DataFrame) -> pd.DataFrame:
    columns = {"criterion": "criterion", "name": "checkpoint", "value": "adjusted mean",
               "low": "low", "high": "high", "raw": "raw mean", "raw_low": "raw low",
               "raw_high": "raw high", "counts": "from"}  # fmt: skip
    table = means[list(columns)].rename(columns=columns)
    return table.sort_values(["criterion"], kind="stable").round(3)


def _pairs(filters: Filters) -> None:
    parts.section(
        "Every two checkpoints",
        "Points: how much higher the first is rated, severity taken out. Effect size: the same in "
        "standard deviations of one checkpoint’s ratings. Rated higher: how often one reviewer "
        "would rate the first one’s text above the other’s, equal ratings half. Holm p is adjusted "
        "for all rows together.",
    )
    found = results.pairs(filters)
    if found.empty:
        parts.empty("One checkpoint only", "Choose two or more checkpoints in the sidebar.")
        return
    if not found["why not"].notna().any():
        found = found.drop(columns="why not")
    columns = {
        **{name: st.column_config.NumberColumn(format="%+.2f")
           for name in ("points", "points low", "points high", "effect size", "effect low",
                        "effect high")},
        **{name: st.column_config.NumberColumn(format="percent")
           for name in ("rated higher", "rated higher low", "rated higher high")},
        **{name: st.column_config.NumberColumn(format="%.4f") for name in ("p", "Holm p")},
    }  # fmt: skip
    parts.table(found, "rated-pairs", columns)
    parts.explained(
        "Differences",
        "A small Holm p says that a difference this large would be rare if the two were rated "
        "alike by all people; the interval says how large it may be.",
        "Contrasts of the ordinal mixed model; t with Satterthwaite’s degrees of freedom "
        "(Kuznetsova et al. 2017); Holm (1979) over pairs and criteria. Effect size: latent "
        "difference over the standard deviation of one checkpoint’s latent ratings. Chance of the "
        "higher rating after Agresti and Kateri (2017), for the same reviewer and prompt.",
    )


def _severity(filters: Filters) -> None:
    criteria = [model.criterion for model in results.models(filters) if model.severities]
    if not criteria:
        return
    parts.section(
        "How severe each reviewer is",
        "What each reviewer gives more or less than an average one to the same texts, shrunken "
        "towards 0 where there are few ratings. Coloured: the 95 % interval leaves 0 out.",
    )
    criterion = criteria[0]
    if len(criteria) > 1:
        # A choice that the filters have taken away would be an error of the widget's.
        if st.session_state.get("severe_on", criterion) not in criteria:
            del st.session_state["severe_on"]
        criterion = st.selectbox(
            "Severity on", criteria, key="severe_on", bind="query-params", width=240
        )
    found = results.severities(filters, criterion)
    drawn = found
    if len(found) > _MOST_DRAWN:
        half = _MOST_DRAWN // 2
        drawn = pd.concat([found.head(half), found.tail(half)])
        parts.note(f"The {half} most severe and the {half} most lenient of {len(found)} are drawn.")
    alt_text = f"Severity of each reviewer on {criterion}"
    parts.chart(rating_charts.caterpillar(drawn), key="chart-severity", alt_text=alt_text)
    table = found.drop(columns=["shown", "range"]).rename(columns={"name": "reviewer"})
    parts.table(table.round(3), "severity")
    parts.explained(
        "Severity",
        "A reviewer on the left gives lower ratings than others would give to the same texts; the "
        "model takes that out of the comparison of checkpoints.",
        "Predicted random effects of the ordinal mixed model at its mode, with their conditional "
        "errors, turned into points for an average checkpoint’s texts; “latent” is the same in log "
        "odds of a higher rating.",
    )


def _why(filters: Filters) -> None:
    spreads = results.spreads(filters)
    if spreads.empty:
        return
    parts.section(
        "Why ratings differ",
        "How much ratings of one checkpoint differ for each reason (standard deviation on the "
        "latent scale, and share of the variance), and where one point of the scale gives way to "
        "the next.",
    )
    shown = spreads.assign(**{"differs by": spreads["differs by"].map(_REASONS)})
    parts.table(
        shown.round(3), "rating-spreads", {"share": st.column_config.NumberColumn(format="percent")}
    )
    parts.table(results.thresholds(filters).round(3), "rating-thresholds")
    parts.explained(
        "Spreads and thresholds",
        "A large share of severity says that it matters who rates; a large share of texts that it "
        "matters which texts are rated; thresholds far apart make a point that is given often.",
        "Standard deviations of the random effects with Wald intervals on the log scale; the rest "
        "is the logistic distribution’s π / √3, which is the unit. Thresholds are counted from an "
        "average checkpoint, prompt and reviewer.",
    )


def _excluded(filters: Filters) -> None:
    if not data.excluded_names(filters.study):
        return
    parts.section(
        "With and without excluded reviewers",
        "The same differences, in points, without the reviewers whom an analyst has excluded and "
        "with them.",
    )
    parts.table(results.with_and_without(filters).round(4), "rated-sensitivity")


def _counts(filters: Filters) -> None:
    shares = results.shares(filters)
    parts.section("Counts", "How often each point was given.")
    wide = shares.pivot_table(
        index=["criterion", "name"], columns="point", values="n", fill_value=0, sort=False
    )
    wide = wide.sort_index(axis=1)
    wide.columns = [f"rated {point:g}" for point in wide.columns]
    counted = wide.astype(int).reset_index().rename(columns={"name": "checkpoint"})
    parts.table(counted.sort_values("criterion", kind="stable"), "rating-counts")

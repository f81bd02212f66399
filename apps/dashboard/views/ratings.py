"""Ratings: turns the ratings into how often each point of the scale was given."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from apps.dashboard import charts, data, findings, parts, words
from apps.dashboard.filters import Filters
from apps.dashboard.results.ratings import means

TITLE = "Ratings"


def draw() -> None:
    """Draw the page."""
    filters: Filters = st.session_state["filters"]
    ratings = filters.ratings(data.ratings())
    if ratings.empty:
        parts.heading(TITLE, "Nobody has rated a text within these filters yet.")
        parts.no_ratings(data.ratings().empty)
        return
    parts.heading(TITLE, findings.rated(means(filters)))
    points = list(range(1, max(5, int(ratings["value"].max())) + 1))
    shares = _shares(ratings)
    parts.section("How often each point was given", "From the worst point (1) to the best.")
    parts.legend(charts.ramp(points))
    places = parts.grid(shares["criterion"].nunique())
    for criterion, group in shares.groupby("criterion", sort=True):
        with next(places):
            n = int(group["n"].sum())
            parts.section(str(criterion), words.count(n, "rating"))
            drawing = charts.distribution(group, points)
            alt_text = f"Distribution of {criterion} per checkpoint"
            parts.chart(drawing, key=f"chart-ratings-{criterion}", alt_text=alt_text)
    parts.section("Counts")
    parts.table(_counts(shares), "rating-counts")


def _shares(ratings: pd.DataFrame) -> pd.DataFrame:
    keys = ["criterion", "checkpoint", "value"]
    frame = ratings.groupby(keys, observed=True).size().rename("n").reset_index()
    frame["share"] = frame["n"] / frame.groupby(keys[:2])["n"].transform("sum")
    frame["shown"] = frame["share"].map(words.percent)
    order = {name: i for i, name in enumerate(data.checkpoint_names())}
    frame = frame.sort_values("checkpoint", key=lambda names: names.map(order), kind="stable")
    return frame.rename(columns={"checkpoint": "name"})


def _counts(shares: pd.DataFrame) -> pd.DataFrame:
    wide = shares.pivot_table(
        index=["criterion", "name"], columns="value", values="n", fill_value=0, sort=False
    )
    wide.columns = [f"rated {point}" for point in wide.columns]
    counted = wide.astype(int).reset_index().rename(columns={"name": "checkpoint"})
    return counted.sort_values(["criterion", "checkpoint"])

"""Overview: turns everything known about the checkpoints into one view and one table."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from apps.dashboard import charts, colours, data, findings, parts, protocols, words
from apps.dashboard.filters import Filters
from apps.dashboard.results import overview, ratings

TITLE = "Overview"


def draw() -> None:
    """Draw the page."""
    filters: Filters = st.session_state["filters"]
    wins = overview.win_rates(filters)
    if wins.empty and filters.generations(data.texts()).empty:
        _nothing(data.texts().empty)
        return
    # In the order of what is known first: reading all ratings of a large lab takes longest.
    say = parts.heading_ahead(TITLE)
    cards = st.empty()
    names = colours.by_checkpoint(data.checkpoint_names())
    left, right = st.columns(2, gap="medium")
    with left:
        _wins(wins, names)
    texts = filters.generations(data.texts())
    rates = overview.hallucinations(filters)
    with right:
        _rates(rates, names)
    means = ratings.means(filters)
    say(findings.overview(wins, means, rates, len(texts)))
    with cards:
        parts.cards(_figures(filters, texts))
    _means(means, names)
    parts.section(
        "Everything in one table",
        "Ranges are 95 % intervals; metrics are means over the checkpoint's texts.",
    )
    with st.spinner("Reading the scores …"):
        metrics = overview.metric_means(filters)
    parts.table(_table(wins, means, rates, metrics), "overview")
    parts.explained(
        "metrics",
        "A metric's figure is the plain mean over those of the checkpoint's texts that have a "
        "score.",
        "It is no judgement of quality: the page Metrics against people says how far each metric "
        "follows what people say.",
    )
    protocols.draw()


def _nothing(none_at_all: bool) -> None:
    if not none_at_all:
        parts.heading(TITLE, "No text is left within these filters.")
        parts.hidden("texts")
        return
    parts.heading(TITLE, "This lab holds no texts yet.")
    parts.empty(
        "No texts yet",
        "Run the whole loop on the built-in world, or bring the texts of another system: "
        "“lab generations import”.",
        "lab demo",
    )


def _figures(filters: Filters, texts: pd.DataFrame) -> list[tuple[str, str, str]]:
    ratings, votes = filters.ratings(data.ratings()), filters.votes(data.votes())
    people = {*ratings["reviewer_id"].unique(), *votes["reviewer_id"].unique()}
    n_checked = int((texts["check_status"] == "ok").sum())
    prompts = words.count(texts["prompt_id"].nunique(), "prompt")
    rated = words.count(ratings["generation_id"].nunique(), "text") + " rated"
    met = words.count(votes["item_id"].nunique(), "pair") + " compared"
    return [
        ("Checkpoints", f"{texts['checkpoint'].nunique():,}", prompts),
        ("Texts", f"{len(texts):,}", f"{n_checked:,} checked"),
        ("Ratings", f"{len(ratings):,}", rated),
        ("Votes", f"{len(votes):,}", met),
        ("Reviewers", f"{len(people):,}", "who rated or voted"),
    ]


def _wins(wins: pd.DataFrame, names: dict[str, str]) -> None:
    parts.section(
        "Win rate",
        "How often its text is preferred to the others' for the same prompt; a tie counts half. "
        "Lines are 95 % intervals.",
    )
    if wins.empty:
        parts.no_votes(data.votes().empty)
        return
    drawing = charts.dots(wins, names, (0, 1), share=True, reference=0.5)
    parts.chart(drawing, key="chart-wins", alt_text="Win rate per checkpoint with intervals")
    parts.explained(
        "win rate",
        "Of all votes between this checkpoint's texts and others', the share that it won; votes "
        "“both bad” are left out. Its interval is for one look; that of the page Verdict, on one "
        "pair, is worked out otherwise, and holds however often one looks.",
        "The interval is clustered by reviewer and by prompt (Cameron, Gelbach and Miller 2011), "
        "with t on the logit scale and the smaller number of clusters − 1 degrees of freedom. It "
        "depends on which opponents a checkpoint met; the page Verdict corrects for them.",
    )


def _rates(rates: pd.DataFrame, names: dict[str, str]) -> None:
    parts.section(
        "Texts with a hallucination",
        "Share of checked texts in which the source check marks something. Lower is better.",
    )
    if rates.empty:
        parts.empty(
            "No text checked yet",
            "Check the texts that have a source; the marks appear here and on the page Texts.",
            "lab check",
        )
        return
    drawing = charts.dots(rates, names, (0, 1), share=True)
    parts.chart(drawing, key="chart-rates", alt_text="Hallucination rate per checkpoint")
    parts.explained(
        "texts with a hallucination",
        "Of all texts that could be checked against their source, the share in which the check "
        "marks at least one piece.",
        "The interval is clustered by prompt, with t on the logit scale; where all or none are "
        "marked each prompt counts once (Clopper and Pearson 1934). The check itself errs.",
    )


def _means(means: pd.DataFrame, names: dict[str, str]) -> None:
    parts.section(
        "Mean rating",
        "Mean of all ratings in points of the scale; lines are 95 % intervals over reviewers and "
        "prompts.",
    )
    if means.empty:
        parts.no_ratings(data.ratings().empty)
        return
    top = max(5, int(data.ratings()["value"].max()))
    places = parts.grid(means["criterion"].nunique())
    for criterion, group in means.groupby("criterion", sort=True):
        with next(places):
            parts.subsection(str(criterion))
            drawing = charts.dots(group, names, (1, top))
            alt_text = f"Mean {criterion} per checkpoint with intervals"
            parts.chart(drawing, key=f"chart-means-{criterion}", alt_text=alt_text)
    parts.explained(
        "mean rating",
        "The mean of all ratings of the checkpoint's texts on the criterion, each rating counting "
        "alike.",
        "The interval is mean ± t × the error of the pigeonhole bootstrap over reviewers and "
        "prompts (Owen 2007) in closed form. A severe reviewer pulls down whom they rate; the "
        "page Ratings takes severity out.",
    )


def _table(
    wins: pd.DataFrame, means: pd.DataFrame, rates: pd.DataFrame, metrics: pd.DataFrame
) -> pd.DataFrame:
    table = metrics.set_index("checkpoint")
    columns: dict[str, pd.Series] = {"texts": table.pop("texts")}
    for frame, title in ((wins, "win rate"), (rates, "hallucination")):
        if not frame.empty:
            columns |= _value_and_range(frame, title)
    for criterion, group in means.groupby("criterion", sort=True) if not means.empty else ():
        columns |= _value_and_range(group, str(criterion))
    return pd.concat([pd.DataFrame(columns, index=table.index), table], axis=1).reset_index()


def _value_and_range(frame: pd.DataFrame, title: str) -> dict[str, pd.Series]:
    named = frame.set_index("name")
    return {title: named["shown"], f"{title}, interval": named["range"]}

"""Turns ratings, checks and scores into the report's parts on each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from apps.dashboard import charts, words
from apps.dashboard.colours import by_checkpoint
from apps.dashboard.report.gathered import Material
from apps.dashboard.report.markup import figure, paragraph, subsection, table
from apps.dashboard.results.rows import row
from lab.analysis.checks.shares import hallucination_rate
from lab.analysis.intervals import Interval
from lab.analysis.metrics.correlation import Asked, metrics_against_humans
from lab.analysis.metrics.rated_texts import draw_prompts
from lab.analysis.ratings.means import MeanRating, mean_rating
from lab.analysis.ratings.summaries import text_means
from lab.metrics.run import METRICS

MOST_TEXTS = 20_000
LOWER = tuple(name for name, metric in METRICS.items() if metric.better == "lower")


def means_of(material: Material) -> tuple[MeanRating, ...]:
    """Return the mean rating of every checkpoint on every criterion."""
    return mean_rating(material.ratings) if len(material.ratings) else ()


def ratings(material: Material, means: tuple[MeanRating, ...]) -> str:
    """Write the part on ratings: means with intervals, one chart per criterion."""
    if not means:
        return ""
    shades = by_checkpoint(material.checkpoints)
    top = max(5, int(material.ratings["value"].max()))
    drawn = ""
    for criterion in dict.fromkeys(one.criterion for one in means):
        group = [one for one in means if one.criterion == criterion]
        frame = _ordered(material, [
            {**row(one.checkpoint, one.value, one.interval, one.reason, share=False),
             "counts": words.count(one.n_ratings, "rating")} for one in group
        ])  # fmt: skip
        drawing = charts.dots(frame, shades, (1, top))
        drawn += subsection(
            criterion, figure(drawing, f"Mean {criterion}, in points, with 95 % intervals")
        )
    listed = [
        {
            "criterion": one.criterion,
            "checkpoint": one.checkpoint,
            "mean": one.value,
            **ends(one.interval),
            "ratings": one.n_ratings,
            "reviewers": one.n_reviewers,
            "prompts": one.n_prompts,
            "note": one.reason or "",
        }
        for one in means
    ]
    return drawn + table(_noted(listed), "Mean ratings, in points of the scale")


def hallucination(material: Material) -> str:
    """Write the part on the automatic check of texts against their sources."""
    found = [one for one in hallucination_rate(material.texts) if one.value is not None]
    if not found:
        return ""
    frame = _ordered(material, [
        {**row(one.checkpoint, one.value, one.interval, one.reason, share=True),
         "counts": f"{one.n_flagged:,} of {one.n_checked:,}"} for one in found
    ])  # fmt: skip
    drawing = charts.dots(frame, by_checkpoint(material.checkpoints), (0, 1), share=True)
    listed = [
        {
            "checkpoint": one.checkpoint,
            "share": one.value,
            **ends(one.interval),
            "texts with a mark": one.n_flagged,
            "checked": one.n_checked,
            "not checked": one.n_not_checked,
            "note": one.reason or "",
        }
        for one in found
    ]
    return "".join(
        [
            paragraph(
                "Share of checked texts in which the source check marks something; a machine's "
                "word, not a reviewer's. Lower is better."
            ),
            figure(drawing, "Share of texts with a mark, with 95 % intervals over prompts"),
            table(_noted(listed), "Texts with a hallucination, by the check"),
        ]
    )


def metrics(material: Material) -> str:
    """Write the part on how well automatic metrics follow the people's ratings."""
    rated = material.texts[material.texts["generation_id"].isin(material.ratings["generation_id"])]
    names = [one for one in material.metrics if one in rated and rated[one].notna().any()]
    if not names:
        return ""
    texts = draw_prompts(rated, MOST_TEXTS)
    means = text_means(material.ratings[
        material.ratings["generation_id"].isin(texts["generation_id"])
    ])  # fmt: skip
    found = metrics_against_humans(texts, means, names, Asked(lower_is_better=LOWER))
    listed = [
        {
            "criterion": one.criterion,
            "metric": one.metric,
            "Kendall's tau-b": _or_nan(one.agreement.value),
            **ends(one.agreement.interval),
            "Holm p": _or_nan(one.p_holm),
            "texts": one.n_texts,
            "note": one.agreement.reason or "",
        }
        for one in found
    ]
    said = (
        "Within prompts, averaged over prompts: does the metric put the texts of one prompt in "
        "the order in which people do? Scores of which lower is better are turned round."
    )
    return paragraph(said) + table(_noted(listed), "Metrics against people")


def ends(interval: Interval | None) -> dict[str, float]:
    """Return an interval's ends as columns of a table."""
    return {
        "low": interval.low if interval else np.nan,
        "high": interval.high if interval else np.nan,
    }


def _ordered(material: Material, rows: list[dict[str, Any]]) -> pd.DataFrame:
    order = {name: place for place, name in enumerate(material.checkpoints)}
    rows = sorted(rows, key=lambda one: order.get(str(one["name"]), -1))
    return pd.DataFrame(rows).astype({"value": float, "low": float, "high": float})


def _noted(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    return frame if frame["note"].any() else frame.drop(columns="note")


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value

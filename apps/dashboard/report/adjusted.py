"""Turns ratings into the report's words, charts and tables with reviewers' severity taken out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from apps.dashboard import rating_charts, rating_words, words
from apps.dashboard.report.gathered import Material
from apps.dashboard.report.markup import figure, paragraph, points, subsection, table
from apps.dashboard.report.tables import MOST_PAIRS, ends, noted, or_nan, ordered
from apps.dashboard.results.ratings import AT_ONCE, pair_row
from apps.dashboard.results.rows import row
from lab.analysis.intervals import Interval
from lab.analysis.ratings.means import MeanRating
from lab.analysis.ratings.ordinal import ordinal_models
from lab.analysis.ratings.ordinal_records import OrdinalModel

_INTERVALS = {"points": "points", "effect": "effect size", "rated higher": "rated higher"}


def models_of(material: Material) -> tuple[OrdinalModel, ...]:
    """Fit the model of each criterion; none where there are too many ratings to wait for it."""
    return ordinal_models(material.ratings) if 0 < len(material.ratings) <= AT_ONCE else ()


def introduction(material: Material, models: tuple[OrdinalModel, ...]) -> str:
    """Say who is rated higher, or why severity is not taken out here."""
    if not models:
        return paragraph(
            f"Raw means only: {words.count(len(material.ratings), 'rating')} are more than the "
            f"{AT_ONCE:,} up to which a report takes reviewers' severity out, as that would take "
            "minutes; the dashboard's page Ratings does it when asked, and so does a report on one "
            "study or criterion."
        )
    return "".join(
        [
            paragraph(rating_words.finding(models), "finding"),
            points(rating_words.cautions(models), "cautions"),
            paragraph(
                "The coloured mark is the mean rating had every reviewer rated every text, by an "
                "ordinal mixed model; the grey diamond below it is the raw mean. Lines are 95 % "
                "intervals."
            ),
        ]
    )


def charts(
    material: Material,
    models: tuple[OrdinalModel, ...],
    means: tuple[MeanRating, ...],
    shades: Mapping[str, str],
    scale: tuple[float, float],
) -> str:
    """Draw, for each criterion, adjusted means with the raw ones below them."""
    raw = {(one.criterion, one.checkpoint): one for one in means}
    drawn = ""
    for model in models:
        rows = [
            row(one.checkpoint, one.value, one.interval, one.reason, share=False)
            | _raw(raw[model.criterion, one.checkpoint])
            for one in model.checkpoints
        ]
        frame = ordered(material, rows)
        caption = f"Mean {model.criterion} in points, adjusted (coloured) and raw (grey)"
        drawing = rating_charts.beside(frame, shades, scale)
        drawn += subsection(model.criterion, figure(drawing, caption))
    return drawn


def means_table(models: tuple[OrdinalModel, ...], means: tuple[MeanRating, ...]) -> str:
    """List every adjusted and raw mean."""
    fitted = {
        (model.criterion, one.checkpoint): one for model in models for one in model.checkpoints
    }
    rows = []
    for one in means:
        line: dict[str, object] = {"criterion": one.criterion, "checkpoint": one.checkpoint}
        found = fitted.get((one.criterion, one.checkpoint))
        if models:
            line["adjusted mean"] = or_nan(found.value if found else None)
            line["95 % interval"] = words.number_range(found.interval if found else None)
        line |= {
            "raw mean": or_nan(one.value),
            "raw interval": words.number_range(one.interval),
            "ratings": one.n_ratings,
            "reviewers": one.n_reviewers,
            "prompts": one.n_prompts,
            "note": (found.reason if found else None) or one.reason or "",
        }
        rows.append(line)
    return table(noted(rows), "Mean ratings, in points of the scale")


def pairs(models: tuple[OrdinalModel, ...]) -> str:
    """List the differences between checkpoints, the surest first, p adjusted for all together."""
    rows = [pair_row(model.criterion, one) for model in models for one in model.pairs]
    if not rows:
        return ""
    found = pd.DataFrame(rows).sort_values("p", kind="stable", na_position="last")
    shown = found.head(MOST_PAIRS).rename(columns={"why not": "note"})
    more = len(found) - len(shown)
    return subsection(
        "Every two checkpoints, reviewers' severity taken out",
        paragraph(
            "Points: how much higher the first is rated. Effect size: the same in standard "
            "deviations of one checkpoint's ratings. Rated higher: how often one reviewer would "
            "rate the first one's text on a prompt above the other's, equal ratings half. Holm p "
            f"is adjusted for all {words.count(len(found), 'row')} together."
        ),
        table(_written(shown), "Differences of ratings, the surest first"),
        paragraph(f"And {words.count(more, 'pair')} more." if more else "", "note"),
    )


def severities(material: Material, models: tuple[OrdinalModel, ...]) -> str:
    """Say how much reviewers differ in severity, and draw it where they are few enough."""
    names = dict(
        material.ratings[["reviewer_id", "reviewer"]].astype(str).drop_duplicates().to_numpy()
    )
    drawn = ""
    for model in models:
        rows = [
            {
                "name": names.get(one.reviewer_id, one.reviewer_id),
                "points": one.points,
                "low": one.points_interval.low,
                "high": one.points_interval.high,
                "shown": f"{one.points:+.2f}",
                "range": words.number_range(one.points_interval),
                "ratings": one.n_ratings,
            }
            for one in model.severities
        ]
        if 0 < len(rows) <= MOST_PAIRS:
            drawn += figure(
                rating_charts.caterpillar(pd.DataFrame(rows)),
                f"What each reviewer gives more or less than an average one on {model.criterion}",
            )
    return subsection("How severe each reviewer is", drawn)


def _raw(one: MeanRating) -> dict[str, Any]:
    ends_of = ends(one.interval, "raw_")
    counts = words.count(one.n_ratings, "rating")
    return {"raw": one.value, **ends_of, "raw_shown": words.number(one.value),
            "raw_range": words.number_range(one.interval), "counts": counts}  # fmt: skip


def _written(found: pd.DataFrame) -> pd.DataFrame:
    """Put each interval into one column, so that the table is not too wide for paper."""
    told = found[["criterion", "checkpoint", "against"]].copy()
    for prefix, name in _INTERVALS.items():
        is_share = name == "rated higher"
        told[name] = [
            _with_range(value, low, high, is_share)
            for value, low, high in zip(
                found[name], found[f"{prefix} low"], found[f"{prefix} high"], strict=True
            )
        ]
    told["Holm p"] = found["Holm p"].astype(float)
    told["note"] = found["note"].fillna("")
    return told if told["note"].any() else told.drop(columns="note")


def _with_range(value: float | None, low: float | None, high: float | None, share: bool) -> str:
    if value is None or np.isnan(value):
        return words.NOTHING
    spread = None if low is None or high is None or np.isnan(low) else Interval(low, high, 0.95)
    if share:
        return f"{words.percent(value)} [{words.percent_range(spread)}]"
    return f"{value:+.2f} [{words.number_range(spread)}]"

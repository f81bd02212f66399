"""Turns ratings and scores into the report's parts on each of them."""

from __future__ import annotations

from collections.abc import Mapping

from apps.dashboard import charts, words
from apps.dashboard.colours import by_checkpoint
from apps.dashboard.report import adjusted
from apps.dashboard.report.gathered import Material
from apps.dashboard.report.markup import figure, paragraph, subsection, table
from apps.dashboard.report.tables import ends, noted, or_nan, ordered
from apps.dashboard.results.rows import row
from lab.analysis.metrics.correlation import Asked, metrics_against_humans
from lab.analysis.metrics.rated_texts import draw_prompts
from lab.analysis.ratings.means import MeanRating, mean_rating
from lab.analysis.ratings.ordinal_records import OrdinalModel
from lab.analysis.ratings.summaries import text_means
from lab.metrics.run import METRICS

MOST_TEXTS = 20_000
LOWER = tuple(name for name, metric in METRICS.items() if metric.better == "lower")


def means_of(material: Material) -> tuple[MeanRating, ...]:
    """Return the mean rating of every checkpoint on every criterion."""
    return mean_rating(material.ratings) if len(material.ratings) else ()


def ratings(
    material: Material, means: tuple[MeanRating, ...], models: tuple[OrdinalModel, ...]
) -> str:
    """Write the part on ratings: means, with severity taken out and raw, and every pair."""
    if not means:
        return ""
    shades = by_checkpoint(material.checkpoints)
    given = material.ratings["value"]
    scale = (min(1, int(given.min())), max(5, int(given.max())))
    return "".join(
        [
            adjusted.introduction(material, models),
            adjusted.charts(material, models, means, shades, scale)
            if models
            else _raw_charts(material, means, shades, scale),
            adjusted.means_table(models, means),
            adjusted.pairs(models),
            adjusted.severities(material, models),
        ]
    )


def _raw_charts(
    material: Material,
    means: tuple[MeanRating, ...],
    shades: Mapping[str, str],
    scale: tuple[float, float],
) -> str:
    drawn = ""
    for criterion in dict.fromkeys(one.criterion for one in means):
        frame = ordered(material, [
            {**row(one.checkpoint, one.value, one.interval, one.reason, share=False),
             "counts": words.count(one.n_ratings, "rating")}
            for one in means if one.criterion == criterion
        ])  # fmt: skip
        drawing = charts.dots(frame, shades, scale)
        caption = f"Mean {criterion}, in points, with 95 % intervals"
        drawn += subsection(criterion, figure(drawing, caption))
    return drawn


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
            "Kendall's tau-b": or_nan(one.agreement.value),
            **ends(one.agreement.interval),
            "Holm p": or_nan(one.p_holm),
            "texts": one.n_texts,
            "note": one.agreement.reason or "",
        }
        for one in found
    ]
    said = (
        "Within prompts, averaged over prompts: does the metric put the texts of one prompt in "
        "the order in which people do? Scores of which lower is better are turned round."
    )
    return paragraph(said) + table(noted(listed), "Metrics against people")

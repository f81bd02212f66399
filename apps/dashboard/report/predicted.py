"""Turns ratings and scores into the report's part on what scores add to the ratings."""

from __future__ import annotations

import pandas as pd

from apps.dashboard import predicted, words
from apps.dashboard.colours import by_checkpoint
from apps.dashboard.report import predicted_pairs
from apps.dashboard.report.gathered import Material
from apps.dashboard.report.markup import figure, paragraph, points, subsection, table
from apps.dashboard.report.tables import ends, ordered
from apps.dashboard.results import prediction as results
from lab.analysis.prediction.estimates import Predicted, predicted_means


def part(material: Material) -> str:
    """Write the part; nothing where no text that nobody rated has a score."""
    if material.ratings.empty:
        return ""
    if len(material.texts) > predicted.QUICK:
        return paragraph(
            f"Left out: with {words.count(len(material.texts), 'text')}, more than the "
            f"{predicted.QUICK:,} up to which a report joins ratings with scores, it would take "
            "long; the dashboard's page Ratings does it when asked."
        )
    scores = _scores(material)
    every = predicted_means(material.ratings, material.texts, scores)
    found = tuple(one for one in every if one.value is not None)
    if not found:
        return ""
    return "".join(
        [
            paragraph(predicted.sentence(found), "finding"),
            points(predicted.cautions(found), "cautions"),
            paragraph(
                "Ratings joined with the automatic scores of the texts that nobody rated, and "
                "dotted, below, the ratings alone by the same errors. Scores narrow an interval "
                "only as far as they follow the ratings, and cannot shift it by being wrong. "
                f"They are: {words.listed(found[0].scores)}."
            ),
            _charts(material, found),
            _table(found),
            predicted_pairs.pairs(material, scores),
        ]
    )


def _scores(material: Material) -> list[str]:
    known = [name for name in material.metrics if name in material.texts]
    return [*known, *(name for name in ("n_spans",) if name in material.texts)]


def _charts(material: Material, found: tuple[Predicted, ...]) -> str:
    shades = by_checkpoint(material.checkpoints)
    drawn = ""
    for criterion in dict.fromkeys(one.criterion for one in found):
        chosen = [results.drawn_row(one) for one in found if one.criterion == criterion]
        drawing = predicted.intervals(ordered(material, chosen), shades)
        drawn += subsection(criterion, figure(drawing, f"Mean {criterion} with scores, in points"))
    return drawn


def _table(found: tuple[Predicted, ...]) -> str:
    rows = [
        {
            "criterion": one.criterion,
            "checkpoint": one.checkpoint,
            "with scores": one.value,
            **ends(one.interval),
            "ratings alone": one.classical_value,
            **ends(one.classical_interval, "alone, "),
            "ratings saved": words.percent(one.saved)
            + f" [{words.percent_range(one.saved_interval)}]",
            "ratings": one.n_ratings,
            "unrated texts": one.n_unrated,
        }
        for one in found
    ]
    return table(pd.DataFrame(rows), "Mean ratings with automatic scores, in points")

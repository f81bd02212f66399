"""Turns ratings and scores into the report's words, charts and table of who is rated higher."""

from __future__ import annotations

import pandas as pd

from apps.dashboard import predicted_charts, predicted_pairs, words
from apps.dashboard.colours import by_checkpoint
from apps.dashboard.report.gathered import Material
from apps.dashboard.report.markup import figure, paragraph, subsection, table
from apps.dashboard.report.tables import MOST_PAIRS, ends
from apps.dashboard.results.prediction import drawn_pair
from lab.analysis.prediction.estimates import Predicted, chosen_pairs, predicted_differences


def pairs(material: Material, scores: list[str]) -> str:
    """Write the differences; nothing where no two checkpoints were rated on one criterion."""
    chosen = chosen_pairs(material.ratings, material.checkpoints)
    every = predicted_differences(material.ratings, material.texts, scores, chosen)
    found = tuple(one for one in every if one.classical_interval is not None)
    if not found:
        return ""
    return subsection(
        "Differences, with automatic scores",
        paragraph(predicted_pairs.sentence(found), "finding"),
        paragraph(
            "How much higher the first is rated than the second: with the scores and, dotted, "
            "below, by the ratings alone. Holm p is adjusted for all pairs and criteria here. "
            + _against(chosen)
        ),
        _charts(material, found),
        _table(found),
    )


def _against(chosen: tuple[tuple[str, str], ...]) -> str:
    names = {name for pair in chosen for name in pair}
    if 2 * len(chosen) == len(names) * (len(names) - 1):
        return ""
    return f"Each is compared with {chosen[0][1]}, which has most ratings."


def _charts(material: Material, found: tuple[Predicted, ...]) -> str:
    shades = by_checkpoint(material.checkpoints)
    drawn = ""
    for criterion in dict.fromkeys(one.criterion for one in found):
        chosen = [one for one in found if one.criterion == criterion]
        rows = pd.DataFrame([drawn_pair(one) for one in chosen])
        frame = rows.astype({"value": float, "low": float, "high": float})
        used = dict(zip(frame["name"], (shades[one.checkpoint] for one in chosen), strict=True))
        drawing = predicted_charts.differences(frame, used)
        drawn += figure(drawing, f"Differences in {criterion} with scores, in points")
    return drawn


def _table(found: tuple[Predicted, ...]) -> str:
    rows = [
        {
            "criterion": one.criterion,
            "checkpoint": one.checkpoint,
            "against": one.opponent,
            "with scores": one.value,
            **ends(one.interval),
            "Holm p": one.p_holm,
            "ratings alone": one.classical_value,
            **ends(one.classical_interval, "alone, "),
            "alone, Holm p": one.classical_p_holm,
            "ratings saved": words.percent(one.saved),
        }
        for one in found
    ]
    numbers = ["with scores", "ratings alone", "Holm p", "alone, Holm p"]
    frame = pd.DataFrame(rows).astype(dict.fromkeys(numbers, float))
    surest = frame.sort_values(["Holm p", "alone, Holm p"], kind="stable").head(MOST_PAIRS)
    more = len(frame) - len(surest)
    return table(surest, "Differences with automatic scores, the surest first") + paragraph(
        f"And {words.count(more, 'pair')} more." if more else "", "note"
    )

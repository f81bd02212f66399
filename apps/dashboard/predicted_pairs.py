"""Turns ratings and scores into differences between checkpoints with narrower intervals.

The section With automatic scores ends with it.
"""

from __future__ import annotations

import streamlit as st

from apps.dashboard import colours, data, parts, predicted_charts, words
from apps.dashboard.filters import Filters
from apps.dashboard.results import prediction as results
from lab.analysis.prediction.estimates import Predicted

_SURE = 0.05
_SHARE = st.column_config.NumberColumn(format="percent")
_POINTS = st.column_config.NumberColumn(format="%+.2f")
_P = st.column_config.NumberColumn(format="%.4f")
_COLUMNS = {
    **dict.fromkeys(("saved", "saved, low", "saved, high"), _SHARE),
    **{
        f"{what}{end}": _POINTS
        for what in ("with scores", "ratings alone")
        for end in ("", ", low", ", high")
    },
    **dict.fromkeys(("Holm p", "ratings alone, Holm p"), _P),
    "worth, ratings": st.column_config.NumberColumn(format="%.0f"),
    "trust in scores": st.column_config.NumberColumn(format="%.2f"),
}


def draw(filters: Filters) -> None:
    """Draw the differences; nothing where no two checkpoints were rated on one criterion."""
    found = results.differences(data.version(), filters)
    drawn = [one for one in found if one.classical_interval is not None]
    if not drawn:
        return
    parts.section("Differences, with automatic scores", _how_to_read(found, filters))
    parts.meaning(sentence(tuple(drawn)))
    shades = colours.by_checkpoint(data.checkpoint_names())
    criteria = list(dict.fromkeys(one.criterion for one in drawn))
    places = parts.grid(len(criteria))
    for criterion in criteria:
        with next(places):
            parts.subsection(criterion)
            frame = results.drawn_pairs(tuple(one for one in drawn if one.criterion == criterion))
            used = {name: shades[name.split(predicted_charts.AGAINST)[0]] for name in frame["name"]}
            parts.chart(
                predicted_charts.differences(frame, used),
                key=f"chart-score-differences-{criterion}",
                alt_text=f"Differences in {criterion}, with scores and by ratings alone",
            )
    parts.table(results.table_of_pairs(found), "differences-with-scores", _COLUMNS)
    _explain()


def _how_to_read(found: tuple[Predicted, ...], filters: Filters) -> str:
    said = (
        "How much higher the first is rated than the second. Solid: with the scores; dotted, "
        "below: by the ratings alone. An interval that 0 is outside of tells the two apart, were "
        "they the only pair; Holm p is adjusted for all pairs and criteria here."
    )
    against = results.compared_with(data.version(), filters)
    if against is not None:
        said += (
            f" There are more than six checkpoints, so each is compared with {against}, which has "
            "most ratings."
        )
    return said


def sentence(found: tuple[Predicted, ...]) -> str:
    """Say in words how many differences are sure with the scores and without, and what is saved.

    Args:
        found: differences with an interval by the ratings alone, at least one.
    """
    plain = sum(one.classical_p_holm is not None and one.classical_p_holm < _SURE for one in found)
    helped = [one for one in found if one.value is not None]
    of = words.count(len(found), "difference")
    if not helped:
        return (
            f"Nothing could be joined to {of}; by the ratings alone {_are(plain)} sure (Holm p "
            "under .05)."
        )
    joined = sum(one.p_holm is not None and one.p_holm < _SURE for one in helped)
    rest = (
        f"; {len(found) - len(helped)} have no scores to join" if len(helped) < len(found) else ""
    )
    said = (
        f"Of {of}, {_are(joined)} sure with the scores (Holm p under .05), {plain} by the ratings "
        f"alone{rest}."
    )
    surely = [one for one in helped if one.helps and one.saved]
    if not surely:
        return f"{said} On none of these is it sure that the scores save ratings."
    best = max(surely, key=lambda one: one.saved or 0.0)
    return (
        f"{said} Most is saved on {best.criterion} between {best.checkpoint} and {best.opponent}: "
        f"{words.percent(best.saved)} of the ratings ({words.percent_range(best.saved_interval)})."
    )


def _are(n: int) -> str:
    return "1 is" if n == 1 else f"{n} are"


def _explain() -> None:
    parts.explained(
        "Differences, with automatic scores",
        "The difference of two means as above. Where both checkpoints were rated on the same "
        "prompts or by the same people, what these add to both cancels out.",
        "PPI++ (Angelopoulos, Duchi and Zrnic 2023) on the difference, with a trust in the scores "
        "of its own; errors by reviewer and by prompt as above, and a t test. Holm (1979) "
        "over all pairs and criteria shown, once for the values with scores and once for those by "
        "ratings alone. It is a difference of plain means; the table Every two checkpoints takes "
        "severity out.",
    )

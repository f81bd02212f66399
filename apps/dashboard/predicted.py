"""With automatic scores: turns ratings and scores into narrower intervals, and says what it saved.

The page Ratings ends with it.
"""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd
import streamlit as st

from apps.dashboard import colours, data, parts, predicted_charts, predicted_pairs, words
from apps.dashboard.drawing import finish, names
from apps.dashboard.filters import Filters
from apps.dashboard.results import prediction as results
from lab.analysis.prediction.estimates import Predicted

QUICK = 30_000  # texts


def draw(filters: Filters) -> None:
    """Draw the section; within filters that leave at least one rating."""
    parts.section(
        "With automatic scores",
        "Solid: ratings joined with the automatic scores of the texts that nobody rated. Dotted, "
        "below: the ratings alone, by the same errors. Scores narrow an interval only as far as "
        "they follow the ratings, and cannot shift it by being wrong.",
    )
    if not _is_asked_for(filters):
        return
    found = results.predicted(data.version(), filters)
    helped = [one for one in found if one.value is not None]
    if not helped:
        _nothing(found)
        return
    parts.meaning(sentence(tuple(helped)))
    parts.cautions(cautions(helped))
    _charts(tuple(helped))
    parts.table(results.table(found), "with-scores", _COLUMNS)
    _explain(helped)
    predicted_pairs.draw(filters)


def _is_asked_for(filters: Filters) -> bool:
    n_texts = len(filters.generations(data.generations()))
    label = f"Join the ratings with the scores of {n_texts:,} texts; it takes some seconds"
    return n_texts <= QUICK or st.toggle(label, key="predicted", bind="query-params")


def sentence(found: tuple[Predicted, ...]) -> str:
    """Say in words what the scores saved, and where they saved nothing.

    Args:
        found: results with a value.
    """
    surely = [one for one in found if one.helps and one.saved]
    if not surely:
        return (
            "On none of these is it sure that the scores tell anything about the ratings: the "
            "intervals are as wide as those of the ratings alone, give or take chance."
        )
    best = max(surely, key=lambda one: one.saved or 0.0)
    said = (
        f"Most is saved on {best.criterion} of {best.checkpoint}: {words.percent(best.saved)} of "
        f"the ratings ({words.percent_range(best.saved_interval)}). Its {best.n_ratings:,} ratings "
        f"are worth about {best.effective_ratings or 0:,.0f}."
    )
    rest = len(found) - len(surely)
    if rest:
        said += (
            f" On {rest} of {words.count(len(found), 'mean')} it is not sure that anything is saved"
            "."
        )
    return said


def _nothing(found: tuple[Predicted, ...]) -> None:
    reasons = list(dict.fromkeys(one.reason for one in found if one.reason))
    text = "; ".join(reasons) or "none of the rated texts is among the texts shown"
    parts.note(
        f"Nothing to join: {text}. It takes ratings of some texts, and scores of many more of the "
        "same checkpoints on other prompts of the data set."
    )


def cautions(found: Sequence[Predicted]) -> list[str]:
    """List what must be known before the joined means are believed."""
    unlike = [f"{one.criterion} of {one.checkpoint}" for one in found if one.is_unlike]
    if not unlike:
        return []
    return [
        "The rated texts differ from the others in their scores by more than chance would make "
        f"them: {words.listed(unlike[:5])}. What is joined here holds where chance chose which "
        "texts people rate."
    ]


def _charts(found: tuple[Predicted, ...]) -> None:
    shades = colours.by_checkpoint(data.checkpoint_names())
    criteria = list(dict.fromkeys(one.criterion for one in found))
    places = parts.grid(len(criteria))
    for criterion in criteria:
        with next(places):
            chosen = tuple(one for one in found if one.criterion == criterion)
            parts.subsection(criterion)
            frame = results.drawn(chosen)
            used = {name: shades[name] for name in frame["name"] if name in shades}
            alt_text = f"Mean {criterion} per checkpoint, with scores and by ratings alone"
            parts.chart(intervals(frame, used), key=f"chart-scores-{criterion}", alt_text=alt_text)


def intervals(frame: pd.DataFrame, shades: dict[str, str]) -> alt.LayerChart:
    """Draw each mean with the interval that scores give it and, below, by ratings alone."""
    ends = frame[["low", "high", "plain_low", "plain_high"]]
    room = 0.05 * float(ends.max().max() - ends.min().min())
    domain = float(ends.min().min()) - room, float(ends.max().max()) + room
    rows = names(frame["name"].tolist())
    titles = {"name": "Checkpoint"}
    layers = predicted_charts.intervals(frame, shades, rows, domain, "mean rating, points", titles)
    return finish(alt.layer(*layers), rows=len(frame), step=predicted_charts.STEP)


def _explain(found: list[Predicted]) -> None:
    scores = words.listed(found[0].scores)
    parts.explained(
        "With automatic scores",
        "A ridge regression learns from other prompts' ratings what scores say about a rating; "
        "it predicts the texts that nobody rated, and the rated ones correct it. "
        f"It may use: {scores}. “Saved” is how many fewer ratings give as narrow an interval.",
        "Prediction-powered inference with power tuning (PPI++, Angelopoulos, Duchi and Zrnic "
        "2023), cross-fitted over prompts (Zrnic and Candès 2024), so that no text is predicted by "
        "a fit that saw a rating of its prompt. Errors are a jackknife by reviewer and by prompt "
        "with Satterthwaite's degrees of freedom. It takes for granted that chance chose which "
        "texts were rated, as a study's seed does.",
    )


_SHARE = st.column_config.NumberColumn(format="percent")
_POINTS = st.column_config.NumberColumn(format="%.2f")
_COLUMNS = {
    **dict.fromkeys(("saved", "saved, low", "saved, high"), _SHARE),
    **{
        f"{what}{end}": _POINTS
        for what in ("with scores", "ratings alone")
        for end in ("", ", low", ", high")
    },
    "worth, ratings": st.column_config.NumberColumn(format="%.0f"),
    "trust in scores": _POINTS,
}

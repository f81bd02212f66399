"""Turns marked faults of texts into error scores: how much is wrong, weighed by how much it harms.

The weights of Multidimensional Quality Metrics as Freitag et al. (2021, "Experts, Errors, and
Context") set them: major 5, minor 1, minor punctuation .1, a text that is no rendering at all 25.
"""

from __future__ import annotations

import pandas as pd

from lab.analysis.frames import columns_of

_WEIGHTS = {"major": 5.0, "minor": 1.0, "neutral": 0.0, "no-error": 0.0}
_PUNCTUATION, _NON_TRANSLATION = 0.1, 25.0


def error_weight(category: str, severity: str) -> float:
    """Return what one marked fault costs.

    Args:
        category: the kind of fault, the lab's own or that of an MQM file
            ("Fluency/Punctuation").
        severity: "minor" or "major"; MQM files also have "neutral" and "no-error".

    Raises:
        ValueError: the severity is none of these.
    """
    kind, how_bad = category.lower(), severity.lower()
    if how_bad not in _WEIGHTS:
        known = ", ".join(_WEIGHTS)
        raise ValueError(f"severity is {severity!r}; it must be one of: {known}")
    if how_bad == "major" and kind.startswith("non-translation"):
        return _NON_TRANSLATION
    if how_bad == "minor" and kind.startswith("fluency/punctuation"):
        return _PUNCTUATION
    return _WEIGHTS[how_bad]


def error_scores(marks: pd.DataFrame) -> pd.DataFrame:
    """Add up what each reviewer marked in each text.

    Args:
        marks: one row per mark: generation_id, reviewer_id, category, severity. Who found nothing
            in a text has one row for it, without a category and a severity, as
            `storage.marks.reviewer_spans` gives it: that is a score of 0.

    Returns:
        One row per text and reviewer, sorted by both: generation_id, reviewer_id, error_score (0
        or more; more is worse).

    Raises:
        ValueError: a column is missing, or a severity is not known.
    """
    by = ["generation_id", "reviewer_id"]
    rows = columns_of(marks, [*by, "category", "severity"], "error_scores")
    pairs = rows[["category", "severity"]].astype(object).drop_duplicates()
    pairs["error_score"] = [
        0.0 if pd.isna(severity) else error_weight(str(category), str(severity))
        for category, severity in pairs.itertuples(index=False)
    ]
    costs = rows.astype({"category": object, "severity": object}).merge(
        pairs, on=["category", "severity"], how="left"
    )
    return costs.groupby(by, observed=True)[["error_score"]].sum().reset_index()

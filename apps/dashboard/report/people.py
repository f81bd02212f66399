"""Turns the answers into the report's parts on reviewers: agreement, conduct, who is left out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from apps.dashboard import control_items, words
from apps.dashboard.report.gathered import Material
from apps.dashboard.report.markup import paragraph, points, table
from apps.dashboard.report.tables import ends, noted
from lab.analysis.agreement.estimates import (
    Agreement,
    Agreements,
    agreement_by_criterion,
    vote_agreement_by_criterion,
)
from lab.analysis.reviewers.controls import ControlResults, control_results
from lab.analysis.reviewers.summary import reviewers

_COEFFICIENTS = (
    ("alpha", "Krippendorff's alpha"),
    ("ac2", "Gwet's AC2"),
    ("percent", "same answer"),
    ("icc1", "ICC(1, 1)"),
)


def agreements(ratings: pd.DataFrame, votes: pd.DataFrame) -> tuple[Agreements, ...]:
    """Return how far people agree, on each criterion of ratings and of votes."""
    rated = agreement_by_criterion(ratings) if len(ratings) else ()
    voted = vote_agreement_by_criterion(votes) if len(votes) else ()
    return (*rated, *voted)


def agreement(found: tuple[Agreements, ...]) -> str:
    """Write the part on agreement."""
    rows = []
    for one in found:
        for name, title in _COEFFICIENTS:
            value: Agreement | None = getattr(one, name)
            if value is not None:
                rows.append(
                    {
                        "criterion": one.criterion + (" (votes)" if one.is_vote else ""),
                        "coefficient": title,
                        "value": np.nan if value.value is None else value.value,
                        **ends(value.widest),
                        "units": value.n_units,
                        "reviewers": value.n_raters,
                        "note": value.reason or "",
                    }
                )
    if not rows:
        return ""
    return paragraph(
        "1 is full agreement and 0, but for “same answer”, what chance gives. Intervals are over "
        "texts and reviewers together, or over texts where reviewers are too few (see the note)."
    ) + table(noted(rows), "Agreement of reviewers")


def conduct(material: Material) -> str:
    """Write the part on each reviewer beside the others, by pseudonym only."""
    found = reviewers(material.ratings, material.votes)
    if not found:
        return ""
    rows = [
        {
            "reviewer": one.reviewer,
            "texts rated": one.n_rated,
            "pairs compared": one.n_voted,
            "median seconds": one.median_seconds,
            "severity in points": one.severity,
            "agreement of ratings": one.rating_agreement,
            "agreement of votes": one.vote_agreement,
            "left won": one.left_share,
        }
        for one in found
    ]
    frame = pd.DataFrame(rows).sort_values(
        "reviewer", key=lambda names: names.map(words.in_order), kind="stable"
    )
    numbers = ["median seconds", "severity in points", "agreement of ratings",
               "agreement of votes", "left won"]  # fmt: skip
    return paragraph(
        "Each is compared with the others on the same texts. Severity below 0 is stricter than the "
        "others; agreement of ratings is Pearson's r with the mean of the others."
    ) + table(_known(frame.astype(dict.fromkeys(numbers, float))), "Reviewers, by pseudonym")


def _known(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out what is known, or was done, of nobody."""
    return frame[[name for name in frame if frame[name].notna().any() and (frame[name] != 0).any()]]


def left_out(material: Material) -> str:
    """Write the part on reviewers whose answers do not count, and why."""
    if not material.decisions:
        return paragraph("No reviewer has been left out by an analyst's decision.")
    count = words.count(len(material.decisions), "reviewer is", "reviewers are")
    how = (
        "Their answers are counted here all the same, as the filters say."
        if material.filters.with_excluded
        else "Their answers count in nothing above."
    )
    rows = [
        {
            "study": one.study,
            "reviewer": one.reviewer,
            "why": one.reason,
            "decided on": f"{one.created_at:%Y-%m-%d}",
        }
        for one in material.decisions
    ]
    said = f"{count} left out by an analyst's recorded decision. {how}"
    return paragraph(said) + table(pd.DataFrame(rows), "Reviewers left out")


def controls_of(material: Material) -> ControlResults:
    """Return what the control items tell."""
    return control_results(material.controls)


def controls(found: ControlResults) -> str:
    """Write the part on control items."""
    if not (found.known or found.repeats or found.noise):
        return ""
    shares = control_items.people(found)
    criteria = control_items.by_criterion(found)
    return "".join(
        [
            paragraph(
                "Gold items have a known answer, degraded texts were made worse on purpose, "
                "repeats come twice to the same person. Ranges are 95 % Wilson intervals; none of "
                "these answers counts in a result about checkpoints."
            ),
            table(shares, "Right answers and repeats") if len(shares) else "",
            table(criteria, "Control items by criterion") if len(criteria) else "",
            points(control_items.noise(one) for one in found.noise if one.reviewer is None),
        ]
    )

"""Turns checks and reviewers' marks into the report's part on hallucinations."""

from __future__ import annotations

import pandas as pd

from apps.dashboard import charts, check_charts, checking, words
from apps.dashboard.colours import by_checkpoint
from apps.dashboard.report.gathered import Checked, Material
from apps.dashboard.report.markup import figure, paragraph, points, subsection, table
from apps.dashboard.report.tables import ends, noted, or_nan, ordered
from apps.dashboard.results import hallucination as results
from apps.dashboard.results.hallucination import Judged, Question
from apps.dashboard.results.rows import row
from lab.analysis.checks.rates import CorrectedRate
from lab.analysis.checks.shares import hallucination_rate
from lab.analysis.checks.threshold import Threshold, choose_threshold


def part(material: Material) -> str:
    """Write the part: what each check marks, how right it is, and what is left of its rate."""
    return "".join(
        _of_check(material, one) + paragraph(_not_checked(one), "note") for one in material.checks
    )


def _not_checked(one: Checked) -> str:
    if not one.n_unchecked:
        return ""
    return f"Left out: {words.count(one.n_unchecked, 'text')} not checked, or without a source."


def _of_check(material: Material, one: Checked) -> str:
    if one.labels.empty:
        return subsection(f"The {one.checker} check", _unjudged(material, one))
    asked = Question(checker=one.checker)
    found = results.judged_by(one.labels, material.marks, one.spans, one.words, asked.rule)
    rates = results.corrected(one.texts, one.labels)
    frame = ordered(material, [results.rate_row(rate) for rate in rates])
    return subsection(
        f"The {one.checker} check, held against people's marks",
        paragraph(checking.finding(found, frame, asked), "finding"),
        points(checking.cautions(found), "cautions"),
        paragraph(
            "A text counts as hallucinated where at least half of its reviewers marked something "
            "unsupported or contradicting the source, before they saw any suggestion. The square "
            "is what the check marks; the dot, with its 95 % interval over prompts, is what people "
            "would say of all texts."
        ),
        figure(
            check_charts.rates(frame, by_checkpoint(material.checkpoints)),
            f"Share of hallucinated texts by the {one.checker} check, and corrected by people",
        ),
        table(_rates(rates), f"Hallucination rates, {one.checker} check, corrected by people"),
        table(_figures(found), f"How far the {one.checker} check can be believed"),
        paragraph(checking.promise(_threshold(one, asked))),
        paragraph(checking.calibrated(found)),
    )


def _unjudged(material: Material, one: Checked) -> str:
    """Tell the check's own word, of which nobody knows how far it is right."""
    counted = one.texts["flagged"].astype(int)
    flagged = one.texts.assign(check_status="ok", n_spans=counted)
    known = [found for found in hallucination_rate(flagged) if found.value is not None]
    frame = ordered(material, [
        {**row(found.checkpoint, found.value, found.interval, found.reason, share=True),
         "counts": f"{found.n_flagged:,} of {found.n_checked:,}"} for found in known
    ])  # fmt: skip
    drawing = charts.dots(frame, by_checkpoint(material.checkpoints), (0, 1), share=True)
    listed = [
        {
            "checkpoint": found.checkpoint,
            "share": found.value,
            **ends(found.interval),
            "flagged texts": found.n_flagged,
            "checked": found.n_checked,
            "note": found.reason or "",
        }
        for found in known
    ]
    return "".join(
        [
            paragraph(
                f"Share of checked texts that the {one.checker} check flags; a machine's word, of "
                "which nobody knows how far it is right, as no reviewer has marked these texts. "
                "Lower is better."
            ),
            figure(
                drawing,
                f"Share of texts that the {one.checker} check marks, with 95 % intervals",
            ),
            table(noted(listed), f"Texts with a hallucination, by the {one.checker} check"),
        ]
    )


def _rates(rates: tuple[CorrectedRate, ...]) -> pd.DataFrame:
    return noted(
        [
            {
                "checkpoint": one.checkpoint,
                "by the check": or_nan(one.by_check),
                "labelled by people": or_nan(one.by_people),
                "corrected": or_nan(one.value),
                **ends(one.interval),
                "checked texts": one.n_checked,
                "labelled texts": one.n_labelled,
                "note": one.reason or "",
            }
            for one in rates
        ]
    )


def _figures(found: Judged) -> pd.DataFrame:
    frame = results.figures(found).rename(columns={"why not": "note"})
    numbers = dict.fromkeys(("value", "low", "high"), float)
    frame = frame.astype(numbers)
    return frame if frame["note"].any() else frame.drop(columns="note")


def _threshold(one: Checked, asked: Question) -> Threshold:
    scores, said, prompts = results.arrays(one.labels)
    return choose_threshold(scores, said, prompts, asked.most_missed, asked.confidence)

"""Turns what is known of a hallucination check into sentences, cards and columns."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from apps.dashboard import words
from apps.dashboard.results.hallucination import Judged, Question
from lab.analysis.checks.calibration import Reliability
from lab.analysis.checks.ratios import Measured
from lab.analysis.checks.spans import MarkAgreement
from lab.analysis.checks.threshold import Threshold

_FEW = 30


def finding(found: Judged | None, rates: pd.DataFrame, asked: Question) -> str:
    """Say in one sentence how often texts are hallucinated and how far the check is right."""
    if found is None:
        ordered = rates.sort_values("by_check")
        best, worst = ordered.iloc[0], ordered.iloc[-1]
        who = f"{best['shown_by_check']} of {best['name']}’s texts"
        if best["name"] != worst["name"]:
            who += f" and {worst['shown_by_check']} of {worst['name']}’s"
        return (
            f"The {asked.checker} check flags {who}; how far that is right is "
            "unknown, as nobody has marked these texts."
        )
    recall, precision = found.accuracy.recall, found.accuracy.precision
    if recall.interval is None or precision.interval is None:
        return (
            f"People looked through {words.count(found.n, 'text')} and call "
            f"{found.n_hallucinated:,} hallucinated: too few to say how far the {asked.checker} "
            "check can be believed."
        )
    people = words.count(found.n_reviewers, "person", "people")
    return (
        f"The {asked.checker} check finds {_share(recall, 'of the hallucinated texts')}, and "
        f"{_share(precision, 'of the texts that it flags')} are hallucinated, by "
        f"{words.count(found.n, 'text')} that {people} looked through."
    )


def cautions(found: Judged | None) -> list[str]:
    """List what must be known before the figures are believed."""
    if found is None:
        return []
    said = []
    n_clean = found.n - found.n_hallucinated
    if min(found.n_hallucinated, n_clean) < _FEW:
        said.append(
            f"Only {words.count(found.n_hallucinated, 'labelled text')} hallucinated and "
            f"{n_clean:,} clean: with fewer than {_FEW} of either kind little is certain."
        )
    if found.n_reviewers == 1:
        said.append("One person made all labels; how far others would agree is unknown.")
    return said


def cards(found: Judged) -> list[tuple[str, str, str]]:
    """Return the headline figures about whole texts."""
    one = found.accuracy
    return [
        ("Precision", *_card(one.precision)),
        ("Recall", *_card(one.recall)),
        ("F1", *_card(one.f1)),
        ("Ranks right (AUROC)", *_card(found.auroc)),
    ]


def promise(found: Threshold) -> str:
    """Say what the chosen threshold promises, or why there is none."""
    missed, sure = words.percent(found.most_missed), words.percent(found.confidence)
    if found.value is None:
        return f"No threshold can be chosen: {found.reason}."
    return (
        f"Flagging every text with a score of {found.value:.2f} or more misses at most {missed} "
        f"of the hallucinated texts, with {sure} confidence. It misses {found.n_missed} of the "
        f"{words.count(found.n_hallucinated, 'labelled one')} "
        f"(worth {found.n_effective:.0f} independent ones). This holds for texts drawn as the "
        "labelled ones were; on other data it must be chosen anew."
    )


def costs(found: Threshold, flagged: float, n: int) -> list[tuple[str, str, str]]:
    """Return what the chosen threshold costs.

    Args:
        found: the threshold.
        flagged: share of all checked texts that it flags.
        n: number of these.
    """
    return [
        ("Flag from", f"{found.value:.2f}", "score of the check"),
        ("To read", words.percent(flagged), f"of {words.count(n, 'checked text')}"),
        ("To read, labelled texts", *_card(found.flagged)),
        ("Of these hallucinated", *_card(found.precision)),
    ]


def area(found: Judged) -> str:
    """Say the average precision beside what guessing gives."""
    if found.curve is None:
        return ""
    one = found.curve.average_precision
    spread = f"95 % interval {words.number_range(one.interval)}" if one.interval else one.reason
    guess = words.number(found.curve.prevalence)
    return f"Average precision {words.number(one.value)} ({spread}); guessing {guess}."


def calibrated(found: Judged) -> str:
    """Say how far scores are from probabilities, and what a calibration would change."""
    raw = found.raw
    if raw.error is None or raw.plain_error is None or raw.bias is None:
        return f"The calibration error {raw.reason}."
    first = (
        f"A score is off by {100 * raw.error:.0f} points on average (expected calibration error; "
        f"without the correction for small samples {100 * raw.plain_error:.1f} points, of which "
        f"{100 * raw.bias:.1f} come by chance)."
    )
    known = {name: one for name, one in found.recalibrated.items() if one.error is not None}
    if not known:
        return f"{first} A calibration needs labelled texts on at least five prompts."
    name, best = min(known.items(), key=lambda item: item[1].brier)
    return f"{first} After {name}, learnt on other prompts, by {100 * (best.error or 0):.0f}."


def calibrations(found: Judged) -> pd.DataFrame:
    """List the calibration error of the score as it is and after each calibration."""
    every: dict[str, Reliability] = {"as it is": found.raw} | found.recalibrated
    return pd.DataFrame(
        {
            "score": name,
            "calibration error": one.error,
            "without correction": one.plain_error,
            "Brier score": one.brier,
            "labelled texts": one.n,
        }
        for name, one in every.items()
    )


def agreed(found: MarkAgreement) -> list[tuple[str, str, str]]:
    """Return how far reviewers agree on texts and on code points."""
    texts = found.texts
    spread = words.number_range(texts.widest) if texts.widest else texts.reason or ""
    return [
        ("Alpha, whole texts", words.number(texts.value), spread),
        ("Overlap of pieces", *_card(found.characters)),
        ("Texts with two reviewers", f"{texts.n_units:,}", f"{texts.n_left_out:,} with one"),
    ]


def shares(columns: list[str]) -> dict[str, Any]:
    """Show these columns, which are shares, in per cent."""
    return {name: st.column_config.NumberColumn(name, format="percent") for name in columns}


def numbers(columns: list[str]) -> dict[str, Any]:
    """Show these columns with three decimals."""
    return {name: st.column_config.NumberColumn(name, format="%.3f") for name in columns}


def _card(one: Measured) -> tuple[str, str]:
    under = words.percent_range(one.interval) if one.interval else one.reason or ""
    return words.percent(one.value), under


def _share(one: Measured, of: str) -> str:
    if one.value is None:
        return f"an unknown share {of} ({one.reason})"
    spread = f" (95 % interval {words.percent_range(one.interval)})" if one.interval else ""
    return f"{words.percent(one.value)} {of}{spread}"

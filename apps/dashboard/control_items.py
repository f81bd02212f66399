"""Shows what the control items tell: how far each reviewer, and votes as such, can be trusted."""

from __future__ import annotations

from typing import Any

import pandas as pd

from apps.dashboard import data, parts, words
from apps.dashboard.filters import Filters
from apps.dashboard.results.reviewers import controls
from lab.analysis.agreement.repeats import RepeatAgreement
from lab.analysis.reviewers.controls import ControlResults, KnownAnswers, NoiseFloor
from lab.records import ControlKind

_TITLES = {
    ControlKind.TRAINING: "training",
    ControlKind.GOLD: "gold",
    ControlKind.DEGRADED: "degraded",
}


def show(filters: Filters) -> None:
    """Show the section; nothing where no control item has been answered."""
    found = controls(data.version(), filters.study)
    if not (found.known or found.repeats or found.noise):
        return
    parts.section(
        "Control items",
        "Gold items have a known answer, degraded texts were made worse on purpose, repeats come "
        "twice to the same person. Ranges are 95 % Wilson intervals; none of these answers counts "
        "in a result about checkpoints.",
    )
    if len(shares := people(found)):
        parts.table(shares, "controls")
    if len(criteria := by_criterion(found)):
        parts.subsection("By criterion")
        parts.table(criteria, "controls-by-criterion")
    for one in found.noise:
        if one.reviewer is None:
            parts.note(noise(one))


def people(found: ControlResults) -> pd.DataFrame:
    """Return one row per study and reviewer, all of the study first, with each share in words."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for known in found.known:
        if known.criterion is None:
            _row(rows, known)[_TITLES[known.kind]] = _share(known, known.n_right)
    for repeat in found.repeats:
        if repeat.criterion is None:
            _row(rows, repeat)["repeats"] = _share(repeat, repeat.n_same)
    order = ["study", "reviewer", *_TITLES.values(), "repeats"]
    frame = pd.DataFrame(list(rows.values()))
    return frame[[name for name in order if name in frame.columns]].fillna(words.NOTHING)


def by_criterion(found: ControlResults) -> pd.DataFrame:
    """Return one row per study and criterion: degradations noticed, repeats the same, kappa."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for known in found.known:
        if known.reviewer is None and known.criterion is not None:
            _row(rows, known, known.criterion)["degraded"] = _share(known, known.n_right)
    for repeat in found.repeats:
        if repeat.reviewer is None and repeat.criterion is not None:
            row = _row(rows, repeat, repeat.criterion)
            row["repeats"] = _share(repeat, repeat.n_same)
            row["kappa"] = words.number(repeat.kappa)
    frame = pd.DataFrame(list(rows.values()))
    return frame.drop(columns="reviewer").fillna(words.NOTHING) if len(frame) else frame


def noise(one: NoiseFloor) -> str:
    """Say in a sentence what votes look like where neither text is better."""
    shares = ", ".join(
        f"{outcome.name.replace('_', ' ')} {words.percent(outcome.share)} "
        f"({words.percent_range(outcome.interval)})"
        for outcome in one.outcomes
    )
    return (
        f"{one.study}, {one.criterion}: {words.count(one.n, 'vote')} on pairs of one checkpoint's "
        f"own samples, where neither should win: {shares}. Left against right shows a lean to one "
        "side; what is no tie, how often people see a difference where there is none."
    )


def _row(
    rows: dict[tuple[str, str], dict[str, Any]],
    one: KnownAnswers | RepeatAgreement,
    criterion: str | None = None,
) -> dict[str, Any]:
    reviewer = one.reviewer or "all reviewers"
    row = rows.setdefault((one.study, criterion or reviewer), {"study": one.study})
    row["reviewer"] = reviewer
    if criterion is not None:
        row["criterion"] = criterion
    return row


def _share(one: KnownAnswers | RepeatAgreement, n: int) -> str:
    return f"{n} of {one.n} ({words.percent_range(one.interval)})"

"""Turns answers to control items into how far reviewers can be trusted, each and all together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lab.analysis.frames import columns_of
from lab.analysis.intervals import Interval, check_level, wilson_interval
from lab.analysis.preferences import left_wins
from lab.analysis.repeats import RepeatAgreement, repeat_agreement
from lab.records import ControlKind, Winner

__all__ = ["ControlResults", "KnownAnswers", "NoiseFloor", "RepeatAgreement", "control_results"]

_COLUMNS = (
    "study", "kind", "control_criterion", "answer_id", "reviewer_id", "reviewer", "criterion",
    "value", "winner", "spans", "swapped", "original_answer_id", "original_value",
    "original_winner", "original_spans", "is_right",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAnswers:
    """How often answers to items with a known answer were right."""

    study: str
    """Label of the study."""

    reviewer_id: str | None
    """The account; None for all reviewers of the study together."""

    reviewer: str | None
    """The pseudonym; None for all together."""

    kind: ControlKind
    """Training, gold or degraded."""

    criterion: str | None
    """For degraded texts what was made worse, or None for all of them together; else None."""

    n: int
    """Answers of which it is known whether they are right."""

    n_right: int
    """Of these, the right ones."""

    rate: float
    """n_right / n, 0 to 1."""

    interval: Interval
    """Wilson interval of the rate, as if all answers were independent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One outcome of votes on A/A pairs."""

    name: str
    """"left", "right" (as on the screen), "tie" or "both_bad"."""

    n: int
    """Votes with this outcome."""

    share: float
    """n / all votes on A/A pairs, 0 to 1."""

    interval: Interval
    """Wilson interval of the share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseFloor:
    """What votes look like where no text is better: two samples of one checkpoint."""

    study: str
    """Label of the study."""

    reviewer_id: str | None
    """The account; None for all reviewers of the study together."""

    reviewer: str | None
    """The pseudonym; None for all together."""

    criterion: str
    """What was compared."""

    n: int
    """Votes on A/A pairs."""

    outcomes: tuple[Outcome, ...]
    """Left, right, tie, both_bad: one each."""

    n_decided: int
    """Votes for one of the two texts."""

    left_share: float | None
    """Share of left wins among decided votes; 0.5 is no leaning; None without such votes."""

    left_interval: Interval | None
    """Wilson interval of the left share; None likewise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlResults:
    """Everything that the control items tell; rows of a study first, then those of its people."""

    known: tuple[KnownAnswers, ...]
    """Training, gold and degraded items, by study, reviewer, kind and degraded criterion."""

    repeats: tuple[RepeatAgreement, ...]
    """Items judged twice, by study, reviewer and criterion."""

    noise: tuple[NoiseFloor, ...]
    """A/A pairs, by study, reviewer and criterion."""


def control_results(frame: pd.DataFrame, level: float = 0.95) -> ControlResults:
    """Summarise the answers to control items.

    Args:
        frame: one row per answer and criterion, as `storage.frames.controls` gives it.
        level: confidence of the intervals.

    Raises:
        ValueError: a column is missing, or the level is out of range.
    """
    check_level(level)
    rows = columns_of(frame, _COLUMNS, "control_results")
    parts = list(_people(rows))
    return ControlResults(
        known=tuple(one for who, part in parts for one in _known(who, part, level)),
        repeats=tuple(
            one
            for who, part in parts
            for one in repeat_agreement(part[part["kind"] == ControlKind.REPEAT], *who, level)
        ),
        noise=tuple(one for who, part in parts for one in _noise(who, part, level)),
    )


Who = tuple[str, str | None, str | None]
"""Study, account and pseudonym; no person where all of the study are meant."""


def _people(rows: pd.DataFrame) -> Iterator[tuple[Who, pd.DataFrame]]:
    for study, of_study in rows.groupby("study", sort=True):
        yield (str(study), None, None), of_study
        for (name, id), of_person in of_study.groupby(["reviewer", "reviewer_id"], sort=True):
            yield (str(study), str(id), str(name)), of_person


def _known(who: Who, rows: pd.DataFrame, level: float) -> Iterator[KnownAnswers]:
    answers = rows[rows["is_right"].notna()].drop_duplicates("answer_id")
    for kind in (ControlKind.TRAINING, ControlKind.GOLD, ControlKind.DEGRADED):
        of_kind = answers[answers["kind"] == kind]
        if not len(of_kind):
            continue
        yield _share(who, kind, None, of_kind, level)
        if kind is ControlKind.DEGRADED:
            for criterion, group in of_kind.groupby("control_criterion", sort=True):
                yield _share(who, kind, str(criterion), group, level)


def _share(
    who: Who, kind: ControlKind, criterion: str | None, answers: pd.DataFrame, level: float
) -> KnownAnswers:
    n, n_right = len(answers), int(answers["is_right"].sum())
    return KnownAnswers(
        study=who[0],
        reviewer_id=who[1],
        reviewer=who[2],
        kind=kind,
        criterion=criterion,
        n=n,
        n_right=n_right,
        rate=n_right / n,
        interval=wilson_interval(n_right, n, level),
    )


def _noise(who: Who, rows: pd.DataFrame, level: float) -> Iterator[NoiseFloor]:
    votes = rows[(rows["kind"] == ControlKind.AA) & rows["winner"].notna()]
    for criterion, group in votes.groupby("criterion", sort=True):
        decided = group[group["winner"].isin([Winner.A.value, Winner.B.value])]
        n_left = int(left_wins(decided).sum())
        counts = {
            "left": n_left,
            "right": len(decided) - n_left,
            "tie": int(np.sum(group["winner"] == Winner.TIE)),
            "both_bad": int(np.sum(group["winner"] == Winner.BOTH_BAD)),
        }
        yield NoiseFloor(
            study=who[0],
            reviewer_id=who[1],
            reviewer=who[2],
            criterion=str(criterion),
            n=len(group),
            outcomes=tuple(
                Outcome(
                    name=name,
                    n=n,
                    share=n / len(group),
                    interval=wilson_interval(n, len(group), level),
                )
                for name, n in counts.items()
            ),
            n_decided=len(decided),
            left_share=n_left / len(decided) if len(decided) else None,
            left_interval=wilson_interval(n_left, len(decided), level) if len(decided) else None,
        )

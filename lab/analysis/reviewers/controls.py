"""Turns answers to control items into how far reviewers can be trusted, each and all together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lab.analysis.agreement.repeats import RepeatAgreement, Who, people_of, repeat_agreements
from lab.analysis.frames import columns_of
from lab.analysis.intervals import Interval, check_level, wilson_interval
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
    answers = rows[rows["is_right"].notna()].drop_duplicates("answer_id")
    votes = rows[(rows["kind"] == ControlKind.AA) & rows["winner"].notna()]
    return ControlResults(
        known=tuple(_known(answers, level)),
        repeats=repeat_agreements(rows[rows["kind"] == ControlKind.REPEAT], level),
        noise=tuple(_noise(votes, level)),
    )


_KINDS = (ControlKind.TRAINING, ControlKind.GOLD, ControlKind.DEGRADED)


def _known(answers: pd.DataFrame, level: float) -> Iterator[KnownAnswers]:
    kinds = answers["kind"].astype(str).to_numpy()
    criteria = answers["control_criterion"].astype(object).fillna("").to_numpy().astype(str)
    right = answers["is_right"].to_numpy(dtype=bool)
    for who, places in people_of(answers):
        for kind in _KINDS:
            inside = places[kinds[places] == kind.value]
            if not len(inside):
                continue
            yield _share(who, kind, None, right[inside], level)
            if kind is ControlKind.DEGRADED:
                for criterion in np.unique(criteria[inside]):
                    if criterion:
                        some = right[inside[criteria[inside] == criterion]]
                        yield _share(who, kind, str(criterion), some, level)


def _share(
    who: Who, kind: ControlKind, criterion: str | None, right: np.ndarray, level: float
) -> KnownAnswers:
    n, n_right = len(right), int(right.sum())
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


def _noise(votes: pd.DataFrame, level: float) -> Iterator[NoiseFloor]:
    criteria = votes["criterion"].astype(str).to_numpy()
    winner = votes["winner"].astype(str).to_numpy()
    swapped = votes["swapped"].to_numpy(dtype=bool)
    names = np.where(
        np.isin(winner, [Winner.A.value, Winner.B.value]),
        np.where((winner == Winner.A.value) != swapped, "left", "right"),
        winner,
    )
    for who, places in people_of(votes):
        for criterion in np.unique(criteria[places]):
            given = names[places[criteria[places] == criterion]]
            yield _floor(who, str(criterion), given, level)


def _floor(who: Who, criterion: str, given: np.ndarray, level: float) -> NoiseFloor:
    counts = {
        name: int((given == name).sum())
        for name in ("left", "right", Winner.TIE.value, Winner.BOTH_BAD.value)
    }
    n_left, n_decided = counts["left"], counts["left"] + counts["right"]
    return NoiseFloor(
        study=who[0],
        reviewer_id=who[1],
        reviewer=who[2],
        criterion=criterion,
        n=len(given),
        outcomes=tuple(
            Outcome(
                name=name,
                n=n,
                share=n / len(given),
                interval=wilson_interval(n, len(given), level),
            )
            for name, n in counts.items()
        ),
        n_decided=n_decided,
        left_share=n_left / n_decided if n_decided else None,
        left_interval=wilson_interval(n_left, n_decided, level) if n_decided else None,
    )

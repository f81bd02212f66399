"""Turns ratings, votes and marks into a row per reviewer: how many, how fast, how far with others.

Everything is counted for all reviewers at once; two hundred take little longer than two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lab.analysis.frames import codes_of, columns_of, distinct
from lab.analysis.intervals import Interval
from lab.analysis.reviewers.others import RatedBeside, numbers_of, rated_beside, same_votes
from lab.records import Winner

_RATING = ("item_id", "generation_id", "reviewer_id", "reviewer", "criterion", "value", "seconds")
_VOTE = ("item_id", "reviewer_id", "reviewer", "criterion", "winner", "swapped", "seconds")
_MARK = ("item_id", "reviewer_id", "reviewer", "seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerSummary:
    """What one reviewer has done, beside what the others did with the same items."""

    reviewer_id: str
    """The account."""

    reviewer: str
    """The pseudonym."""

    n_rated: int
    """Items rated."""

    n_voted: int
    """Pairs voted on."""

    n_marked: int
    """Texts read for marks, with marks or without."""

    median_seconds: float | None
    """Median time per answer, in seconds; None where no answer has a time."""

    rating_agreement: float | None
    """Pearson's r between the reviewer's ratings and the mean of the others' on the same texts,
    their severities taken out, averaged over criteria by their number of texts; None with fewer
    than three shared texts, or where a side does not vary."""

    rating_interval: Interval | None
    """95 % interval of it over other texts (Fisher's z, each text counted once however many
    criteria it was rated on); None with fewer than four shared texts."""

    severity: float | None
    """Mean of own rating − mean of the others', their severities taken out, in points; below 0 is
    stricter than the average reviewer; None where no text is shared."""

    n_shared_ratings: int
    """Ratings of texts that somebody else rated too on the criterion."""

    vote_agreement: float | None
    """Share of the others' votes on the same pairs that were the same, averaged over pairs; 1 is
    full agreement; None where no pair is shared."""

    n_shared_votes: int
    """Votes on pairs that somebody else voted on too."""

    left_share: float | None
    """Share of left wins among decided votes; 0.5 is no bias; None without such votes."""

    n_decided: int
    """Votes for one of the two texts."""

    @property
    def n_answers(self) -> int:
        """Items rated, compared or read for marks."""
        return self.n_rated + self.n_voted + self.n_marked


def reviewers(
    ratings: pd.DataFrame, votes: pd.DataFrame, marks: pd.DataFrame | None = None
) -> tuple[ReviewerSummary, ...]:
    """Summarise every reviewer, each compared with all others but not with themselves.

    Where the frames have a column `excluded`, excluded answers are summarised too, but nobody is
    compared with them.

    Args:
        ratings: one row per rating, as `storage.frames.ratings` gives it; may be empty.
        votes: one row per vote, as `storage.frames.votes` gives it; may be empty.
        marks: one row per text read for marks, as `storage.conduct.marked` gives it.

    Returns:
        One result per person with an answer, sorted by pseudonym.

    Raises:
        ValueError: a column is missing.
    """
    if marks is None:
        marks = pd.DataFrame(columns=list(_MARK))
    frames = [
        columns_of(frame, [*names, *(["excluded"] if "excluded" in frame else [])], "reviewers")
        for frame, names in ((ratings, _RATING), (votes, _VOTE), (marks, _MARK))
    ]
    people = _people(frames)
    if people.empty:
        return ()
    codes = [numbers_of(frame["reviewer_id"], people["reviewer_id"]) for frame in frames]
    n_items = [
        _count_items(frame, who, len(people)) for frame, who in zip(frames, codes, strict=True)
    ]
    beside = rated_beside(frames[0], codes[0], len(people))
    same, n_same = same_votes(frames[1], codes[1], len(people))
    left, n_decided = _left(frames[1], codes[1], len(people))
    seconds = _seconds(frames, codes, len(people))
    return tuple(
        ReviewerSummary(
            reviewer_id=str(people["reviewer_id"].iloc[i]),
            reviewer=str(people["reviewer"].iloc[i]),
            n_rated=int(n_items[0][i]),
            n_voted=int(n_items[1][i]),
            n_marked=int(n_items[2][i]),
            median_seconds=_or_none(seconds[i]),
            **_beside(beside, i),
            vote_agreement=_or_none(same[i]),
            n_shared_votes=int(n_same[i]),
            left_share=float(left[i] / n_decided[i]) if n_decided[i] else None,
            n_decided=int(n_decided[i]),
        )
        for i in range(len(people))
    )


def _people(frames: list[pd.DataFrame]) -> pd.DataFrame:
    names = ["reviewer", "reviewer_id"]
    found = pd.concat([frame.drop_duplicates("reviewer_id")[names].astype(str) for frame in frames])
    return found.drop_duplicates("reviewer_id").sort_values(names).reset_index(drop=True)


def _count_items(frame: pd.DataFrame, who: np.ndarray, n_people: int) -> np.ndarray:
    pairs = distinct(codes_of(frame["item_id"]) * n_people + who)
    return np.bincount(pairs % n_people, minlength=n_people)


def _left(votes: pd.DataFrame, who: np.ndarray, n_people: int) -> tuple[np.ndarray, np.ndarray]:
    a_won = (votes["winner"] == Winner.A.value).to_numpy()
    decided = a_won | (votes["winner"] == Winner.B.value).to_numpy()
    left = decided & (a_won != votes["swapped"].to_numpy(dtype=bool))
    return np.bincount(who, left, minlength=n_people), np.bincount(who, decided, minlength=n_people)


def _seconds(frames: list[pd.DataFrame], codes: list[np.ndarray], n_people: int) -> np.ndarray:
    parts = []
    for frame, who in zip(frames, codes, strict=True):
        keys = codes_of(frame["item_id"]) * n_people + who
        first = np.flatnonzero(~pd.Series(keys).duplicated().to_numpy())
        seconds = frame["seconds"].to_numpy(dtype=np.float64, na_value=np.nan)
        parts.append(pd.Series(seconds[first], index=who[first]))
    medians = pd.concat(parts).groupby(level=0).median()
    return medians.reindex(range(n_people)).to_numpy()


def _beside(found: RatedBeside, i: int) -> dict[str, Any]:
    return {
        "rating_agreement": _or_none(found.agreement[i]),
        "rating_interval": found.interval(i, 0.95),
        "severity": _or_none(found.severity[i]),
        "n_shared_ratings": int(found.n_ratings[i]),
    }


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None

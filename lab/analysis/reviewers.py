"""Turns ratings and votes into a row per reviewer: how many, how fast, how far with the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lab.analysis.frames import columns_of
from lab.analysis.preferences import left_wins
from lab.records import Winner

_RATING = ("item_id", "generation_id", "reviewer_id", "reviewer", "criterion", "value", "seconds")
_VOTE = ("item_id", "reviewer_id", "reviewer", "criterion", "winner", "swapped", "seconds")


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

    median_seconds: float | None
    """Median time per answer, in seconds; None where no answer has a time."""

    rating_agreement: float | None
    """Spearman's rho between the reviewer's ratings and the mean of the others' on the same
    texts, averaged over criteria by their number of texts; None with fewer than three shared
    texts, or where a side does not vary."""

    severity: float | None
    """Mean of own rating − mean of the others', in points; below 0 is stricter; None likewise."""

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


def reviewers(ratings: pd.DataFrame, votes: pd.DataFrame) -> tuple[ReviewerSummary, ...]:
    """Summarise every reviewer, each compared with all others but not with themselves.

    Args:
        ratings: one row per rating, as `storage.frames.ratings` gives it; may be empty.
        votes: one row per vote, as `storage.frames.votes` gives it; may be empty.

    Returns:
        One result per person with an answer, sorted by pseudonym.

    Raises:
        ValueError: a column is missing.
    """
    rated = _with_others(columns_of(ratings, _RATING, "reviewers"))
    voted = _with_same(columns_of(votes, _VOTE, "reviewers"))
    people = pd.concat([rated[["reviewer", "reviewer_id"]], voted[["reviewer", "reviewer_id"]]])
    people = people.drop_duplicates().sort_values(["reviewer", "reviewer_id"])
    return tuple(
        _summary(
            str(person.reviewer_id),
            str(person.reviewer),
            rated[rated["reviewer_id"] == person.reviewer_id],
            voted[voted["reviewer_id"] == person.reviewer_id],
        )
        for person in people.itertuples()
    )


def _with_others(ratings: pd.DataFrame) -> pd.DataFrame:
    """Add the column `others`: the mean rating by everybody else, NaN where nobody else rated."""
    values = ratings["value"].astype(np.float64)
    texts = values.groupby([ratings["generation_id"], ratings["criterion"]])
    person = [ratings["generation_id"], ratings["criterion"], ratings["reviewer_id"]]
    own = values.groupby(person)
    n_others = texts.transform("count") - own.transform("count")
    others = (texts.transform("sum") - own.transform("sum")) / n_others.where(n_others > 0)
    return ratings.assign(value=values, others=others)


def _with_same(votes: pd.DataFrame) -> pd.DataFrame:
    """Add the column `same`: the share of the others' votes on the pair that are the same."""
    pair = [votes["item_id"], votes["criterion"]]
    ones = pd.Series(1.0, index=votes.index)
    n_others = ones.groupby(pair).transform("sum") - 1
    n_same = ones.groupby([*pair, votes["winner"]]).transform("sum") - 1
    return votes.assign(same=n_same / n_others.where(n_others > 0))


def _summary(
    reviewer_id: str, reviewer: str, rated: pd.DataFrame, voted: pd.DataFrame
) -> ReviewerSummary:
    shared = rated[rated["others"].notna()]
    same = voted["same"].dropna()
    decided = voted[voted["winner"].isin([Winner.A.value, Winner.B.value])]
    answers = pd.concat(
        [each.drop_duplicates("item_id")["seconds"].astype(np.float64) for each in (rated, voted)]
    ).dropna()
    return ReviewerSummary(
        reviewer_id=reviewer_id,
        reviewer=reviewer,
        n_rated=int(rated["item_id"].nunique()),
        n_voted=int(voted["item_id"].nunique()),
        median_seconds=float(answers.median()) if len(answers) else None,
        rating_agreement=_agreement(shared),
        severity=float((shared["value"] - shared["others"]).mean()) if len(shared) else None,
        n_shared_ratings=len(shared),
        vote_agreement=float(same.mean()) if len(same) else None,
        n_shared_votes=len(same),
        left_share=float(left_wins(decided).mean()) if len(decided) else None,
        n_decided=len(decided),
    )


def _agreement(shared: pd.DataFrame) -> float | None:
    rhos, sizes = [], []
    for _, texts in shared.groupby("criterion"):
        both = texts[["value", "others"]]
        if len(both) < 3 or (both.nunique() < 2).any():
            continue
        ranks = both.rank()
        rhos.append(float(np.corrcoef(ranks["value"], ranks["others"])[0, 1]))
        sizes.append(len(both))
    return float(np.average(rhos, weights=sizes)) if rhos else None

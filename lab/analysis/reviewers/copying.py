"""Turns answers into the pairs of reviewers whose answers are the same more often than honest ones.

Two honest people agree because both see the text. Whoever copies, or answers together with
another, gives the same answer more often than what everybody else says of the text leads to expect.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from lab.analysis.frames import codes_of, columns_of
from lab.analysis.preferences.contrasts import holm_adjusted
from lab.analysis.reviewers.answering import Answers, Together, chance_of_same, fit, meetings
from lab.analysis.reviewers.others import numbers_of

LEAST_SHARED = 20
"""Items that a pair must both have answered to be looked at."""

LEAST_REVIEWERS = 4
"""With fewer there is no telling a pair's own agreement from everybody's."""

_ROUNDS = 3
_SUSPECT = 3.0
"""Standard errors beyond which the answers of a pair count as one person's in the next round."""
_PLACES = {"a": 0, "tie": 1, "both_bad": 2, "b": 3}
_MARGIN = 0.05
"""Share of same answers beyond the expected that is let pass: one taste makes no copy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlikePair:
    """Two reviewers who answer alike."""

    reviewers: tuple[str, str]
    """Their pseudonyms."""

    reviewer_ids: tuple[str, str]
    """Their accounts."""

    n_shared: int
    """Items that both answered."""

    same: float
    """Share of answers on these (each criterion counted) that are the same, 0 to 1."""

    expected: float
    """Share that would follow from how each answers, and from all others' answers to the same."""

    p: float
    """One-sided p of no more than that, adjusted for looking at all pairs (Holm 1979)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyProbe:
    """What looking at all pairs gave."""

    pairs: tuple[AlikePair, ...]
    """Pairs with p below 1 − level, the surest first."""

    n_pairs: int
    """Pairs looked at."""

    reason: str | None
    """Why no pair could be looked at; None where some were."""


def alike_pairs(ratings: pd.DataFrame, votes: pd.DataFrame, level: float = 0.95) -> CopyProbe:
    """Look for copied answers among ratings and votes.

    The generalised binomial test of answer copying (van der Linden and Sotaridona 2006,
    "Detecting answer copying when the regular response process follows a known response model"):
    how often two answer the same against how likely that is, question by question, by how each
    answers (`lab.analysis.reviewers.answering`) and what the others answered. Pairs that stand out
    count as one person when the model is fitted again. Criteria of one item count as one
    observation, and the spread of all pairs about the model widens the test where it is wider than
    chance.

    Args:
        ratings: item_id, generation_id, reviewer_id, reviewer, criterion, value.
        votes: item_id, reviewer_id, reviewer, criterion, winner (in item order).
        level: the chance that no honest pair is named.

    Returns:
        The pairs named.

    Raises:
        ValueError: a column is missing.
    """
    answers, people = _answers(ratings, votes)
    n_people = len(people)
    if n_people < LEAST_REVIEWERS:
        reason = f"it takes {LEAST_REVIEWERS} reviewers to tell"
        return CopyProbe(pairs=(), n_pairs=0, reason=reason)
    found = _compare(answers, n_people)
    if not len(found.first):
        reason = f"no two reviewers share {LEAST_SHARED} items on which their answers vary"
        return CopyProbe(pairs=(), n_pairs=0, reason=reason)
    adjusted = holm_adjusted(_p(found))
    order = np.lexsort((-found.moved(), adjusted))
    return CopyProbe(
        pairs=tuple(
            AlikePair(
                reviewers=(people["reviewer"][found.first[i]], people["reviewer"][found.second[i]]),
                reviewer_ids=(
                    people["reviewer_id"][found.first[i]],
                    people["reviewer_id"][found.second[i]],
                ),
                n_shared=int(found.n_items[i]),
                same=float(found.same[i]),
                expected=float(found.expected[i]),
                p=float(adjusted[i]),
            )
            for i in order
            if adjusted[i] < 1 - level
        ),
        n_pairs=len(found.first),
        reason=None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compared:
    """Pairs of people that share enough items; each of shape (pairs,)."""

    first: np.ndarray
    second: np.ndarray
    n_items: np.ndarray
    same: np.ndarray
    expected: np.ndarray
    error: np.ndarray
    """Standard error of the share of same answers, all criteria of an item as one."""

    def moved(self, margin: float = 0.0) -> np.ndarray:
        """Return by how many standard errors they agree more than expected and a margin.

        On the scale of angles, where a share's error does not depend on the share.
        """
        per_angle = self.error / np.sqrt(self.expected * (1 - self.expected))
        return (_angle(self.same) - _angle(self.expected + margin)) / per_angle


def _answers(ratings: pd.DataFrame, votes: pd.DataFrame) -> tuple[Answers, pd.DataFrame]:
    shared = ["reviewer_id", "reviewer", "criterion"]
    rated = columns_of(ratings, ["generation_id", *shared, "value"], "alike_pairs")
    voted = columns_of(votes, ["item_id", *shared, "winner"], "alike_pairs")
    names = [frame[shared[:2]].drop_duplicates().astype(str) for frame in (rated, voted)]
    people = pd.concat(names).drop_duplicates("reviewer_id")
    people = people.sort_values(shared[:2]).reset_index(drop=True)
    voted = voted.assign(winner=voted["winner"].astype(str).map(_PLACES))
    both = [(rated, "generation_id", "value"), (voted, "item_id", "winner")]
    items, criteria, who, outcomes = (
        [codes_of(frame[item]) for frame, item, _ in both],
        [codes_of(frame["criterion"]) for frame, _, _ in both],
        [numbers_of(frame["reviewer_id"], people["reviewer_id"]) for frame, _, _ in both],
        [codes_of(frame[outcome]) for frame, _, outcome in both],
    )
    # A vote is never on an item or a criterion of ratings.
    items[1] = items[1] + int(items[0].max(initial=-1)) + 1
    criteria[1] = criteria[1] + int(criteria[0].max(initial=-1)) + 1
    return _last(*map(np.concatenate, (items, criteria, who, outcomes))), people


def _last(
    items: np.ndarray, criteria: np.ndarray, people: np.ndarray, outcomes: np.ndarray
) -> Answers:
    """Keep the last answer where somebody met an item in two studies."""
    keys = items * (criteria.max(initial=0) + 1) + criteria
    keys = keys * (people.max(initial=0) + 1) + people
    last = len(keys) - 1 - np.unique(keys[::-1], return_index=True)[1]
    return Answers(
        items=items[last], criteria=criteria[last], people=people[last], outcomes=outcomes[last]
    )


def _compare(answers: Answers, n_people: int) -> _Compared:
    """Compare all pairs, fitting again while further pairs stand out."""
    met = meetings(answers)
    low = np.minimum(answers.people[met.one], answers.people[met.other])
    pairs = low * n_people + np.maximum(answers.people[met.one], answers.people[met.other])
    n_things = int(answers.items.max(initial=0)) + 1
    shared = np.unique(pairs * n_things + answers.items[met.one]) // n_things
    present, n_items = np.unique(shared, return_counts=True)
    enough = present[n_items >= LEAST_SHARED]
    looked = np.isin(pairs, enough)
    met, pairs = Together(one=met.one[looked], other=met.other[looked]), pairs[looked]
    suspected = np.zeros(len(pairs), dtype=bool)
    for _ in range(_ROUNDS):
        found = _once(answers, met, pairs, suspected, n_people)
        beyond = np.isin(pairs, (found.first * n_people + found.second)[found.moved() > _SUSPECT])
        if (beyond == suspected).all():
            break
        suspected = beyond
    return found


def _once(
    answers: Answers, met: Together, pairs: np.ndarray, suspected: np.ndarray, n_people: int
) -> _Compared:
    alike = np.zeros(len(answers.items))
    np.add.at(alike, met.one[suspected], 1)
    np.add.at(alike, met.other[suspected], 1)
    if len(met.one):
        fitted = fit(answers, 1 / (1 + alike))
        chance = chance_of_same(fitted, met)
    else:
        chance = np.zeros(0)
    same = answers.outcomes[met.one] == answers.outcomes[met.other]
    present, codes = np.unique(pairs, return_inverse=True)
    n_things = int(answers.items.max(initial=0)) + 1
    things, of_thing = np.unique(codes * n_things + answers.items[met.one], return_inverse=True)
    # Errors of one item's criteria add up as if they were one.
    by_thing = np.bincount(of_thing, np.sqrt(chance * (1 - chance)), len(things))
    n = np.bincount(codes, minlength=len(present))
    square = np.bincount(things // n_things, by_thing**2, len(present))
    return _Compared(
        first=present // n_people,
        second=present % n_people,
        n_items=np.bincount(things // n_things, minlength=len(present)),
        same=np.bincount(codes, same, len(present)) / n,
        expected=np.bincount(codes, chance, len(present)) / n,
        error=np.sqrt(square) / n,
    )


def _p(found: _Compared) -> np.ndarray:
    """Return the one-sided p of no more same answers than expected, and the margin."""
    # Honest pairs spread by chance, and by taste; these are the quantiles of |normal|.
    middle, far = np.quantile(np.abs(found.moved()), [0.5, 0.8])
    wider = max(1.0, float(middle) / 0.6745, float(far) / 1.2816)
    z = found.moved(_MARGIN) / wider
    return np.asarray(stats.t.sf(z, np.maximum(found.n_items - 1, 1)))


def _angle(shares: np.ndarray) -> np.ndarray:
    return 2 * np.arcsin(np.sqrt(np.clip(shares, 0, 1)))

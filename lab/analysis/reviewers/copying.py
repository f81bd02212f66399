"""Turns answers into the pairs of reviewers whose answers are the same more often than honest ones.

Two honest people agree because both see the text: each is right to a degree, and what they agree
beyond chance goes with the product of the two. Whoever copies, or answers together with another,
agrees more than that with this one person alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse, stats

from lab.analysis.frames import codes_of, columns_of
from lab.analysis.preferences.contrasts import holm_adjusted
from lab.analysis.reviewers.others import numbers_of

LEAST_SHARED = 20
"""Items that a pair must both have answered to be looked at."""

LEAST_REVIEWERS = 4
"""With fewer there is no telling a pair's own agreement from everybody's."""

_MOST = 0.999
_ROUNDS = 3
_PRIOR = 25.0  # reviewers' parts differ from one another by about 1 / √25
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
    """Share that would follow from how often each gives each answer, and how far each agrees with
    all others."""

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

    The answers that two people's have in common beyond chance (Cohen's kappa, chance from how
    often each gives each answer on a criterion) follow a one-factor model, as correlations do
    (Spearman 1904), fitted to all pairs with the loudest left out; what is expected of a pair is
    told by all other pairs. Criteria of one item count as one observation, and the spread of all
    pairs about the model widens the test where it is wider than chance.

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
    known = (found.n_items >= LEAST_SHARED) & np.isfinite(found.kappa)
    first, second = np.nonzero(np.triu(known, 1))
    if not len(first):
        reason = f"no two reviewers share {LEAST_SHARED} items on which their answers vary"
        return CopyProbe(pairs=(), n_pairs=0, reason=reason)
    expected, p = _test(found, np.where(known, found.n_items, 0.0))
    adjusted = holm_adjusted(p[first, second])
    order = np.argsort(adjusted, kind="stable")
    named = [(first[i], second[i], adjusted[i]) for i in order if adjusted[i] < 1 - level]
    return CopyProbe(
        pairs=tuple(
            AlikePair(
                reviewers=(people["reviewer"][i], people["reviewer"][j]),
                reviewer_ids=(people["reviewer_id"][i], people["reviewer_id"][j]),
                n_shared=int(found.n_items[i, j]),
                same=float(found.same[i, j]),
                expected=float(expected[i, j]),
                p=float(one),
            )
            for i, j, one in named
        ),
        n_pairs=len(first),
        reason=None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answers:
    """Answers as numbers, ratings and votes alike; each of shape (answers,)."""

    items: np.ndarray
    criteria: np.ndarray
    people: np.ndarray
    outcomes: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compared:
    """Each pair of people; each of shape (people, people)."""

    n_items: np.ndarray
    same: np.ndarray
    chance: np.ndarray
    kappa: np.ndarray


def _answers(ratings: pd.DataFrame, votes: pd.DataFrame) -> tuple[_Answers, pd.DataFrame]:
    shared = ["reviewer_id", "reviewer", "criterion"]
    rated = columns_of(ratings, ["generation_id", *shared, "value"], "alike_pairs")
    voted = columns_of(votes, ["item_id", *shared, "winner"], "alike_pairs")
    names = [frame[shared[:2]].drop_duplicates().astype(str) for frame in (rated, voted)]
    people = pd.concat(names).drop_duplicates("reviewer_id")
    people = people.sort_values(shared[:2]).reset_index(drop=True)
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
) -> _Answers:
    """Keep the last answer where somebody met an item in two studies."""
    keys = items * (criteria.max(initial=0) + 1) + criteria
    keys = keys * (people.max(initial=0) + 1) + people
    last = len(keys) - 1 - np.unique(keys[::-1], return_index=True)[1]
    return _Answers(
        items=items[last], criteria=criteria[last], people=people[last], outcomes=outcomes[last]
    )


def _compare(answers: _Answers, n_people: int) -> _Compared:
    shape = (int(answers.items.max()) + 1, n_people)
    n, n_same, chance = np.zeros((3, n_people, n_people))
    for criterion in range(int(answers.criteria.max()) + 1):
        rows = answers.criteria == criterion
        items, people = answers.items[rows], answers.people[rows]
        there = _table(np.ones(len(items)), items, people, shape)
        together = (there.T @ there).toarray()
        by_chance = np.zeros_like(n)
        for outcome in np.unique(answers.outcomes[rows]):
            kind = (answers.outcomes[rows] == outcome).astype(np.float64)
            given = _table(kind, items, people, shape)
            n_same += (given.T @ given).toarray()
            gave = (given.T @ there).toarray()
            by_chance += gave * gave.T
        n += together
        chance += by_chance / np.maximum(together, 1)
    pairs = np.unique(answers.items * n_people + answers.people)
    there = _table(np.ones(len(pairs)), pairs // n_people, pairs % n_people, shape)
    same, chance = n_same / np.maximum(n, 1), chance / np.maximum(n, 1)
    varies = 1 - chance > 1e-9
    return _Compared(
        n_items=(there.T @ there).toarray(),
        same=same,
        chance=chance,
        kappa=np.where(varies, (same - chance) / np.where(varies, 1 - chance, 1), np.nan),
    )


def _table(
    values: np.ndarray, items: np.ndarray, people: np.ndarray, shape: tuple[int, int]
) -> sparse.csr_array:
    return sparse.coo_array((values, (items, people)), shape=shape).tocsr()


def _test(found: _Compared, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the expected shares of same answers and one-sided p-values, shape (people, people).

    Args:
        found: what the pairs have in common.
        weights: items that both answered, 0 where a pair is not looked at.
    """
    weights = weights.copy()
    np.fill_diagonal(weights, 0)
    looked = weights > 0
    kappa = np.where(looked, np.clip(np.nan_to_num(found.kappa), 0, _MOST), 0)
    wider = 1.0
    for _ in range(_ROUNDS):
        own, doubt = _expected(kappa, weights, wider)
        expected = found.chance + own * (1 - found.chance)
        # On the scale of angles a share of n has the variance 1 / n, whatever it is.
        moved = (_angle(found.same) - _angle(expected)) * np.sqrt(weights)
        # Honest pairs spread by chance, and by taste; these are the quantiles of |normal|.
        middle, far = np.quantile(np.abs(moved[looked]), [0.5, 0.9])
        wider = max(1.0, float(middle) / 0.6745, float(far) / 1.645)
    error = np.sqrt(wider**2 / np.maximum(weights, 1) + doubt)
    z = (_angle(found.same) - _angle(expected + _MARGIN)) / error
    return expected, np.where(looked, stats.t.sf(z, np.maximum(weights - 1, 1)), np.nan)


def _angle(shares: np.ndarray) -> np.ndarray:
    return 2 * np.arcsin(np.sqrt(np.clip(shares, 0, 1)))


def _expected(
    kappa: np.ndarray, weights: np.ndarray, wider: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return every pair's expected kappa, told by all other pairs, and its variance as an angle.

    Each person's part is drawn towards that of all, the more the fewer items tell it, and a pair
    far from what is expected tells no more than one at 1.5 standard errors (Huber 1964).

    Args:
        kappa: shape (people, people).
        weights: items that tell, 0 for pairs that do not.
        wider: standard deviation of the pairs about the model, in standard errors.
    """
    usual = np.sqrt(np.median(kappa[weights > 0]))
    own = np.full(len(kappa), usual)
    reach = 1.5 * wider / np.sqrt(np.maximum(weights, 1))
    for _ in range(30):
        product = own[:, None] * own
        held = weights * np.clip(kappa, product - reach, product + reach)
        told, known = held @ own, weights @ own**2
        own = np.clip((told + _PRIOR * usual) / (known + _PRIOR), 0, _MOST)
    told, known = told[:, None] - held * own, known[:, None] - weights * own**2
    without = np.clip((told + _PRIOR * usual) / (known + _PRIOR), 0, _MOST)
    variance = wider**2 / (known + _PRIOR)
    return without * without.T, without.T**2 * variance + without**2 * variance.T

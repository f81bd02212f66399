"""Turns answers into how likely two people are to give the same one, by what the others answered.

Each question (one criterion of one item) has a worth q, normal over questions; a person p sees
a q + √(1 − a²) e with noise e of their own, and cuts it where their own answers have their shares.
So a severe person, or one who seldom uses an end of the scale, is not taken for alike with
another such one because of that. It is the graded response model (Samejima 1969, "Estimation of
latent ability using a response pattern of graded scores") with probit links; its part a, how far a
person follows what the item is worth, is found by EM over fixed nodes (Bock and Aitkin 1981).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

_NODES, _NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
_LOG_PRIOR = np.log(_NODE_WEIGHTS / _NODE_WEIGHTS.sum())
_PARTS = np.linspace(0.05, 0.95, 19)
_PART_SPREAD = 0.15  # people's parts differ from one another by about this
_OTHERS_ANSWERS = 5.0  # a person's shares start as so many answers of all
_ROUNDS = 12
_LEAST = 1e-4  # a slip is never impossible
_BLOCK = 16_384  # meetings at once: their tables stay small


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Answers as numbers from 0, ratings and votes alike; each of shape (answers,)."""

    items: np.ndarray
    """What was asked about."""
    criteria: np.ndarray
    """What was asked of it."""
    people: np.ndarray
    """Who answered."""
    outcomes: np.ndarray
    """What they answered, in the order of the scale within each criterion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Answers of two people to the same question; each of shape (meetings,)."""

    one: np.ndarray
    """Row of one's answer."""
    other: np.ndarray
    """Row of the other's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """How people answer, and what the answers say of each question."""

    questions: np.ndarray
    """Number of each answer's question, shape (answers,)."""
    rows: np.ndarray
    """Number of each answer's person and criterion together, shape (answers,)."""
    outcomes: np.ndarray
    """Place of each answer on the scale of its criterion, shape (answers,)."""
    counted: np.ndarray
    """How far each answer counted, 0 to 1, shape (answers,)."""
    log_shares: np.ndarray
    """Logarithm of how likely each outcome is at each node, shape (rows, outcomes, nodes)."""
    log_worth: np.ndarray
    """Log likelihood of each question's worth at each node, shape (questions, nodes)."""


def fit(answers: Answers, counted: np.ndarray) -> Fitted:
    """Fit how people answer.

    Args:
        answers: all answers.
        counted: how far each tells what its question is worth, 0 to 1, shape (answers,).
    """
    n_criteria = int(answers.criteria.max()) + 1
    questions = np.unique(answers.items * n_criteria + answers.criteria, return_inverse=True)[1]
    of_row, rows = np.unique(answers.people * n_criteria + answers.criteria, return_inverse=True)
    outcomes, n_outcomes = _places(answers)
    cuts = _cuts(rows, outcomes, of_row % n_criteria, n_outcomes)
    tables = np.stack([_log_shares(cuts, part) for part in _PARTS], axis=1)
    people = np.unique(of_row // n_criteria, return_inverse=True)[1]
    best = np.full(int(people.max()) + 1, len(_PARTS) // 2)
    for _ in range(_ROUNDS):
        shares = tables[np.arange(len(of_row)), best[people]]
        worth = _worth(questions, rows, outcomes, counted, shares)
        found = _better(tables, worth, questions, rows, outcomes, people)
        if (found == best).all():
            break
        best = found
    shares = tables[np.arange(len(of_row)), best[people]]
    return Fitted(
        questions=questions,
        rows=rows,
        outcomes=outcomes,
        counted=counted,
        log_shares=shares,
        log_worth=_worth(questions, rows, outcomes, counted, shares),
    )


def meetings(answers: Answers) -> Together:
    """List every two answers of different people to one question."""
    n_criteria = int(answers.criteria.max()) + 1
    keys = answers.items * n_criteria + answers.criteria
    order = np.lexsort((answers.people, keys))
    keys, one, other = keys[order], [], []
    for step in range(1, len(keys)):
        near = np.flatnonzero(keys[:-step] == keys[step:])
        if not len(near):
            break
        one.append(order[near])
        other.append(order[near + step])
    none = np.zeros(0, dtype=np.intp)
    return Together(one=np.concatenate([none, *one]), other=np.concatenate([none, *other]))


def chance_of_same(fitted: Fitted, met: Together) -> np.ndarray:
    """Return how likely the two are to answer the same, told by all others; shape (meetings,)."""
    shares, same = np.exp(fitted.log_shares), np.zeros(len(met.one))
    for start in range(0, len(same), _BLOCK):
        block = slice(start, start + _BLOCK)
        one, other = met.one[block], met.other[block]
        first, second = fitted.rows[one], fitted.rows[other]
        worth = fitted.log_worth[fitted.questions[one]]
        for row, at in ((first, one), (second, other)):
            worth -= fitted.counted[at][:, None] * fitted.log_shares[row, fitted.outcomes[at]]
        worth = _normed(worth)
        for outcome in range(shares.shape[1]):
            both = shares[first, outcome] * shares[second, outcome]
            same[block] += np.einsum("mn,mn->m", worth, both)
    return np.clip(same, _LEAST, 1 - _LEAST)


def _places(answers: Answers) -> tuple[np.ndarray, int]:
    """Return each outcome's number from 0 within its criterion, in order, and how many at most."""
    n = int(answers.outcomes.max()) + 1
    kinds, numbers = np.unique(answers.criteria * n + answers.outcomes, return_inverse=True)
    place = np.arange(len(kinds)) - np.searchsorted(kinds // n, kinds // n)
    return place[numbers], int(place.max()) + 1


def _cuts(
    rows: np.ndarray, outcomes: np.ndarray, criteria: np.ndarray, n_outcomes: int
) -> np.ndarray:
    """Return where each person cuts the scale of each criterion, shape (rows, outcomes + 1)."""
    n_rows = len(criteria)
    counts = np.bincount(rows * n_outcomes + outcomes, minlength=n_rows * n_outcomes)
    counts = counts.reshape(n_rows, n_outcomes).astype(float)
    whole = np.zeros((int(criteria.max()) + 1, n_outcomes))
    np.add.at(whole, criteria, counts)
    counts += _OTHERS_ANSWERS * (whole / whole.sum(axis=1, keepdims=True))[criteria]
    below = np.cumsum(counts, axis=1) / counts.sum(axis=1, keepdims=True)
    below = np.hstack([np.zeros((n_rows, 1)), np.clip(below, 0, 1)])
    below[:, -1] = 1.0
    return np.asarray(special.ndtri(below))


def _log_shares(cuts: np.ndarray, part: float) -> np.ndarray:
    own = np.sqrt(1 - part**2)
    below = special.ndtr((cuts[:, :, None] - part * _NODES) / own)
    shares = np.diff(below, axis=1)
    return np.log((1 - _LEAST) * shares + _LEAST / shares.shape[1])


def _worth(
    questions: np.ndarray,
    rows: np.ndarray,
    outcomes: np.ndarray,
    counted: np.ndarray,
    shares: np.ndarray,
) -> np.ndarray:
    found = np.empty((int(questions.max()) + 1, len(_NODES)))
    for node in range(len(_NODES)):
        found[:, node] = np.bincount(questions, counted * shares[rows, outcomes, node])
    return found


def _normed(worth: np.ndarray) -> np.ndarray:
    worth = worth + _LOG_PRIOR
    worth -= worth.max(axis=1, keepdims=True)
    np.exp(worth, out=worth)
    worth /= worth.sum(axis=1, keepdims=True)
    return worth


def _better(
    tables: np.ndarray,
    worth: np.ndarray,
    questions: np.ndarray,
    rows: np.ndarray,
    outcomes: np.ndarray,
    people: np.ndarray,
) -> np.ndarray:
    """Return the number of each person's likeliest part, drawn towards that of all."""
    n_rows, n_parts, n_outcomes, n_nodes = tables.shape
    chance, code = _normed(worth), rows * n_outcomes + outcomes
    told = np.zeros((n_rows, n_parts))
    for node in range(n_nodes):
        expected = np.bincount(code, chance[questions, node], n_rows * n_outcomes)
        told += np.einsum("rpo,ro->rp", tables[..., node], expected.reshape(n_rows, -1))
    by_person = np.zeros((int(people.max()) + 1, n_parts))
    np.add.at(by_person, people, told)
    usual = _PARTS[by_person.sum(axis=0).argmax()]
    by_person -= (_PARTS - usual) ** 2 / (2 * _PART_SPREAD**2)
    return by_person.argmax(axis=1)

"""Turns a check's components and people's labels into weights of the components."""

from __future__ import annotations

import numpy as np
from scipy import special

_RIDGE = 1.0
_ROUNDS = 50


def learn_weights(components: np.ndarray, labels: np.ndarray) -> tuple[float, ...]:
    """Fit a logistic regression with ridge 1 on standardised components (le Cessie 1992).

    Args:
        components: shape (texts, components).
        labels: whether people call a text hallucinated, shape (texts,).

    Returns:
        The constant, then one weight per component on its own scale.
    """
    mean, sd = components.mean(0), components.std(0)
    sd = np.where(sd > 0, sd, 1.0)
    design = np.column_stack([np.ones(len(components)), (components - mean) / sd])
    penalty = _RIDGE * np.diag([1e-9, *np.ones(components.shape[1])])
    beta = np.zeros(design.shape[1])
    for _ in range(_ROUNDS):
        p = special.expit(design @ beta)
        curvature = (design * (p * (1 - p))[:, None]).T @ design + penalty
        move = np.linalg.solve(curvature, design.T @ (labels - p) - penalty @ beta)
        beta = beta + move
        if np.abs(move).max() < 1e-9:
            break
    own = beta[1:] / sd
    return (float(beta[0] - own @ mean), *map(float, own))


def weigh(components: np.ndarray, weights: tuple[float, ...]) -> np.ndarray:
    """Return the log-odds that weights give to components, shape (texts,).

    Args:
        components: shape (texts, components).
        weights: from `learn_weights`.
    """
    total: np.ndarray = weights[0] + np.asarray(components, dtype=float) @ np.array(weights[1:])
    return total


def folds_of(groups: np.ndarray, n_folds: int, seed: int) -> np.ndarray:
    """Return each text's fold, those of one prompt in one; shape (texts,).

    Args:
        groups: number of each text's prompt, from 0 on.
        n_folds: how many.
        seed: seed of the split.
    """
    order = np.random.default_rng(seed).permutation(int(groups.max()) + 1) % n_folds
    return np.asarray(order[groups])


def cross_weighted(
    parts: np.ndarray, labels: np.ndarray, groups: np.ndarray, seed: int
) -> np.ndarray:
    """Return each text's log-odds by weights learned on other prompts, shape (texts,).

    Args:
        parts: components, shape (texts, components).
        labels: whether people call a text hallucinated, shape (texts,).
        groups: number of each text's prompt, from 0 on.
        seed: seed of the folds.
    """
    fold = folds_of(groups, 5, seed)
    found = np.empty(len(parts))
    for number in range(5):
        held = fold == number
        found[held] = weigh(parts[held], learn_weights(parts[~held], labels[~held]))
    return found

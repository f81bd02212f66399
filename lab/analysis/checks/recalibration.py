"""Turns scores and labels into probabilities, each learnt on other prompts than its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy import special
from scipy.optimize import isotonic_regression

Method = Literal["isotonic", "platt"]
_ROUNDS = 100
_SMALLEST_MOVE = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrator:
    """A rising map from a check's score to the probability that people call it hallucinated."""

    method: Method
    """Isotonic regression, or Platt's logistic curve."""

    scores: np.ndarray
    """Scores, rising; shape (knots,)."""

    probabilities: np.ndarray
    """Probability at each of them, rising; in between along straight lines; shape (knots,)."""

    def __call__(self, scores: np.ndarray) -> np.ndarray:
        """Map scores; beyond the ends the nearest probability holds."""
        return np.interp(scores, self.scores, self.probabilities)


def fit_calibrator(scores: np.ndarray, labels: np.ndarray, method: Method) -> Calibrator:
    """Learn the map.

    Isotonic regression by pooling adjacent violators (Zadrozny and Elkan 2002); Platt's curve
    with his smoothed targets against overconfidence (Platt 1999; Lin, Lin and Weng 2007), never
    falling.

    Args:
        scores: shape (texts,).
        labels: whether people call a text hallucinated, shape (texts,).
        method: "isotonic" or "platt".

    Raises:
        ValueError: no such method, or no text.
    """
    if method not in get_args(Method) or not len(scores):
        raise ValueError(f"method is {method!r}, texts are {len(scores)}; give isotonic or platt")
    fit: dict[str, Callable[..., tuple[np.ndarray, np.ndarray]]] = {
        "isotonic": _isotonic,
        "platt": _platt,
    }
    knots, found = fit[method](np.asarray(scores, dtype=float), np.asarray(labels, dtype=float))
    return Calibrator(method=method, scores=knots, probabilities=found)


def cross_fitted(
    scores: np.ndarray,
    labels: np.ndarray,
    prompts: np.ndarray,
    method: Method,
    n_folds: int = 5,
    seed: int = 0,
) -> np.ndarray | None:
    """Compute each text's probability by a map learnt without its prompt.

    Args:
        scores: shape (texts,).
        labels: whether people call a text hallucinated, shape (texts,).
        prompts: number of its prompt, shape (texts,); all texts of one are in one fold.
        method: "isotonic" or "platt".
        n_folds: parts that the prompts are split into.
        seed: seed of the split.

    Returns:
        Shape (texts,); None where there are fewer prompts than folds.
    """
    _, codes = np.unique(prompts, return_inverse=True)
    n_prompts = int(codes.max(initial=-1)) + 1
    if n_prompts < n_folds:
        return None
    fold = (np.random.default_rng(seed).permutation(n_prompts) % n_folds)[codes]
    found = np.empty(len(scores))
    for number in range(n_folds):
        held = fold == number
        found[held] = fit_calibrator(scores[~held], labels[~held], method)(scores[held])
    return found


def _isotonic(scores: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    knots, codes, counts = np.unique(scores, return_inverse=True, return_counts=True)
    means = np.bincount(codes, weights=labels) / counts
    return knots, isotonic_regression(means, weights=counts).x


def _platt(scores: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    n_bad = labels.sum()
    n_good = len(labels) - n_bad
    target = np.where(labels == 1, (n_bad + 1) / (n_bad + 2), 1 / (n_good + 2))
    design = np.column_stack([np.ones(len(scores)), scores - scores.mean()])
    weights = _logistic(design, target)
    if weights[1] < 0:  # a higher score never means less suspicion
        weights = np.array([special.logit(target.mean()), 0.0])
    knots = np.linspace(min(0.0, scores.min()), max(1.0, scores.max()), 501)
    return knots, special.expit(weights[0] + weights[1] * (knots - scores.mean()))


def _logistic(design: np.ndarray, target: np.ndarray) -> np.ndarray:
    weights = np.array([special.logit(target.mean()), 0.0])
    if np.ptp(design[:, 1]) == 0:
        return weights
    for _ in range(_ROUNDS):
        p = special.expit(design @ weights)
        curvature = (design * (p * (1 - p))[:, None]).T @ design + 1e-9 * np.eye(2)
        move = np.linalg.solve(curvature, design.T @ (target - p))
        # Halved until it climbs: Newton's whole step can leap over the top.
        while _likelihood(design, target, weights + move) < _likelihood(design, target, weights):
            move /= 2
            if np.abs(move).max() < _SMALLEST_MOVE:
                return weights
        weights = weights + move
        if np.abs(move).max() < _SMALLEST_MOVE:
            break
    return weights


def _likelihood(design: np.ndarray, target: np.ndarray, weights: np.ndarray) -> float:
    reach = design @ weights
    return float(target @ reach - np.logaddexp(0, reach).sum())

"""Turns automatic scores into predicted ratings, never from a rating of the same prompt.

A text's prediction comes from a fit that has seen no rating of its prompt (cross-fitting: Zrnic and
Candès 2024, "Cross-prediction-powered inference", PNAS 121(15)). Whether it is any good, the
ratings themselves tell later; a bad prediction costs nothing but its use.
"""

from __future__ import annotations

import numpy as np

N_FOLDS = 10
_PENALTIES = np.logspace(-3, 3, 13)  # per rated text, in units of the scores' variance


def usable(scores: np.ndarray) -> np.ndarray:
    """Tell which scores differ between texts and are known for at least half of them.

    Args:
        scores: shape (texts, scores), NaN = no score.

    Returns:
        Shape (scores,).
    """
    known = np.isfinite(scores)
    enough = 2 * known.sum(axis=0) >= len(scores)
    held = np.where(known, scores, np.inf)
    low, high = held.min(axis=0), np.where(known, scores, -np.inf).max(axis=0)
    return enough & (high > low)


def cross_fitted(
    scores: np.ndarray,
    ratings: np.ndarray,
    checkpoints: np.ndarray,
    prompts: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Predict every text's rating by ridge regression on its scores, cross-fitted over prompts.

    Rated prompts are dealt into folds at random. A text of a rated prompt is predicted by the fit
    to the other folds, a text of any other prompt by the mean of all fits, each weighed by its
    fold's rated texts. Scores and ratings are taken as distances from their checkpoint's mean, so
    that what is learned is what tells one text of a checkpoint from another. The penalty is chosen
    within each fit by generalised cross-validation (Golub, Heath and Wahba 1979).

    Args:
        scores: shape (texts, scores); a missing one, NaN, counts as its checkpoint's mean.
        ratings: each text's mean rating, shape (texts,), NaN = not rated.
        checkpoints: number of each text's checkpoint from 0, shape (texts,).
        prompts: number of each text's prompt from 0, shape (texts,).
        rng: deals the folds.

    Returns:
        Predicted distances from the checkpoint's mean, shape (texts,).
    """
    rated = np.isfinite(ratings)
    x = _standardised(scores, checkpoints)
    folds, n_folds = _folds(prompts, rated, rng)
    every = np.empty((n_folds, len(x)))
    for fold in range(n_folds):
        train = rated & (folds != fold)
        every[fold] = x @ _ridge(x[train], ratings[train], checkpoints[train])
    shares = np.bincount(folds[rated], minlength=n_folds) / rated.sum()
    mean = shares @ every
    own = every[np.maximum(folds, 0), np.arange(len(x))]
    return np.where(folds >= 0, own, mean)


def _folds(
    prompts: np.ndarray, rated: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, int]:
    """Deal the rated prompts into folds of like size; -1 for texts of other prompts."""
    known = np.unique(prompts[rated])
    n_folds = min(N_FOLDS, len(known))
    of_prompt = np.full(int(prompts.max()) + 1, -1)
    of_prompt[rng.permutation(known)] = np.arange(len(known)) % n_folds
    return of_prompt[prompts], n_folds


def _standardised(scores: np.ndarray, checkpoints: np.ndarray) -> np.ndarray:
    centred = np.empty_like(scores, dtype=np.float64)
    for number in np.unique(checkpoints):
        held = checkpoints == number
        known = np.isfinite(scores[held])
        sums = np.where(known, scores[held], 0).sum(axis=0)
        means = sums / np.maximum(1, known.sum(axis=0))
        centred[held] = np.where(known, scores[held] - means, 0.0)
    spread = np.sqrt((centred**2).mean(axis=0))
    return centred / np.where(spread > 0, spread, 1.0)


def _ridge(x: np.ndarray, y: np.ndarray, checkpoints: np.ndarray) -> np.ndarray:
    """Fit slopes within checkpoints; shape (scores,), zeros where there is too little to fit."""
    n_means = len(np.unique(checkpoints))
    n_free = len(y) - n_means
    if n_free < 3:
        return np.zeros(x.shape[1])
    x, y = _within(x, checkpoints), _within(y[:, None], checkpoints)[:, 0]
    left, sizes, right = np.linalg.svd(x, full_matrices=False)
    told = left.T @ y
    shrunk = sizes**2 / (sizes**2 + len(y) * _PENALTIES[:, None])
    wrong = (y @ y) - (told**2 * shrunk * (2 - shrunk)).sum(axis=1)
    loss = wrong / np.maximum(1e-9, n_free - shrunk.sum(axis=1)) ** 2
    best = shrunk[int(np.argmin(loss))]
    slopes = np.divide(best * told, sizes, out=np.zeros_like(told), where=sizes > 1e-9)
    return right.T @ slopes


def _within(values: np.ndarray, checkpoints: np.ndarray) -> np.ndarray:
    compact = np.unique(checkpoints, return_inverse=True)[1]
    counts = np.bincount(compact)[:, None]
    sums = np.stack([np.bincount(compact, weights=column) for column in values.T], axis=1)
    return values - (sums / counts)[compact]

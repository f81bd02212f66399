"""Ratings with a known truth: reviewers of their own severity and liking, texts of their own worth.

The latent rating of a text is its checkpoint's level + the reviewer's leniency + the reviewer's
liking of the checkpoint + the prompt's and the text's own share + logistic noise; it falls between
two thresholds, which are points of a scale from 1 to 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

THRESHOLDS = (-2.0, -0.7, 0.7, 2.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raters:
    """Who rates what, and how."""

    n_ratings: int
    """Ratings of one run."""
    n_reviewers: int
    """People who rate."""
    n_prompts: int
    """Prompts; every checkpoint has one text on each."""
    levels: tuple[float, ...] = (0.0, 0.0)
    """Latent level of every checkpoint."""
    severity: float = 0.8
    """Standard deviation over reviewers of their leniency."""
    liking: float = 0.0
    """Standard deviation over reviewers of their liking of each checkpoint."""
    difficulty: float = 0.5
    """Standard deviation over prompts of what their texts have in common."""
    worth: float = 0.5
    """Standard deviation over texts of their own share."""
    evenness: float = 0.4
    """How evenly a reviewer's ratings are spread over the checkpoints (Dirichlet); 50: evenly."""
    unequal: float = 0.0
    """Standard deviation over reviewers of the log of their number of ratings."""


def draw(raters: Raters, rng: np.random.Generator) -> pd.DataFrame:
    """Draw ratings as `storage.frames.ratings` gives them."""
    n, k = raters.n_ratings, len(raters.levels)
    load = np.exp(raters.unequal * rng.standard_normal(raters.n_reviewers))
    reviewer = rng.choice(raters.n_reviewers, n, p=load / load.sum())
    shares = rng.dirichlet(np.full(k, raters.evenness), raters.n_reviewers)
    shares = np.maximum(shares, 1e-12)
    turns = (rng.random(n)[:, None] > shares[reviewer].cumsum(axis=1)).sum(axis=1)
    checkpoint = np.minimum(turns, k - 1)
    prompt = rng.integers(0, raters.n_prompts, n)
    latent = np.asarray(raters.levels)[checkpoint] + rng.logistic(size=n)
    latent += raters.severity * rng.standard_normal(raters.n_reviewers)[reviewer]
    latent += _crossed(raters.liking, raters.n_reviewers, k, rng)[reviewer, checkpoint]
    latent += raters.difficulty * rng.standard_normal(raters.n_prompts)[prompt]
    latent += _crossed(raters.worth, raters.n_prompts, k, rng)[prompt, checkpoint]
    checkpoints = np.char.add("c", checkpoint.astype(str))
    prompts = np.char.add("p", prompt.astype(str))
    return pd.DataFrame(
        {
            "checkpoint": checkpoints,
            "criterion": "overall",
            "reviewer_id": np.char.add("r", reviewer.astype(str)),
            "prompt_id": prompts,
            "generation_id": np.char.add(prompts, checkpoints),
            "value": 1 + (latent > np.array(THRESHOLDS)[:, None]).sum(axis=0),
        }
    )


def _crossed(spread: float, n: int, k: int, rng: np.random.Generator) -> np.ndarray:
    return spread * rng.standard_normal((n, k))

"""Turns a described lab into ratings of some texts and scores of all, with known true means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

CHECKPOINTS = ("new", "old")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Two checkpoints' texts, all with scores and some with ratings; spreads are in points."""

    n_prompts: int = 400
    """Prompts; every one has a text of each checkpoint."""
    n_rated: int = 60
    """Prompts, drawn at random, whose texts people rate."""
    n_reviewers: int = 8
    """Reviewers."""
    per_text: int = 2
    """Reviewers who rate each text."""
    means: tuple[float, float] = (3.3, 3.0)
    """True mean rating of each checkpoint, over reviewers and prompts."""
    prompt: float = 0.4
    """Spread of what a prompt adds to both checkpoints' texts."""
    text: float = 0.6
    """Spread of what else a text is worth."""
    severity: float = 0.3
    """Spread between reviewers' means."""
    taste: float = 0.1
    """Spread of how much more a reviewer gives one checkpoint than another."""
    noise: float = 0.6
    """Spread of one rating."""
    telling: float = 0.8
    """Correlation of the best score with what a text is worth; the other two tell nothing."""
    bias: float = 0.0
    """What the scores add to the first checkpoint's texts, wrongly."""


def draw(lab: Scored, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw the prompts, texts, scores, reviewers and ratings of a lab.

    Args:
        lab: what it is like.
        rng: where the randomness comes from.

    Returns:
        Ratings and texts, as `lab.analysis.prediction.estimates` takes them, with the scores
        "s0" to "s2".
    """
    n = lab.n_prompts
    worth = lab.prompt * rng.normal(size=(n, 1)) + lab.text * rng.normal(size=(n, 2))
    sd = float(np.hypot(lab.prompt, lab.text))
    best = lab.telling * worth / sd + np.sqrt(1 - lab.telling**2) * rng.normal(size=(n, 2))
    scores = np.stack([best, *rng.normal(size=(2, n, 2))], axis=2)
    scores[:, 0, 0] += lab.bias
    texts = pd.DataFrame(scores.reshape(-1, 3), columns=["s0", "s1", "s2"]).assign(
        prompt_id=np.repeat(np.arange(n), 2),
        checkpoint=np.tile(CHECKPOINTS, n),
        generation_id=np.arange(2 * n).astype(str),
        dataset="made up",
        split="test",
    )
    return _ratings(lab, texts, worth, rng), texts


def _ratings(
    lab: Scored, texts: pd.DataFrame, worth: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    prompts = rng.choice(lab.n_prompts, lab.n_rated, replace=False)
    severity = lab.severity * rng.normal(size=lab.n_reviewers)
    taste = lab.taste * rng.normal(size=(lab.n_reviewers, 2))
    # Both texts of a prompt go to the same people.
    who = rng.permuted(np.tile(np.arange(lab.n_reviewers), (lab.n_rated, 1)), axis=1)
    who = who[:, : lab.per_text]
    shape = (lab.n_rated, lab.per_text, 2)
    value = np.asarray(lab.means) + worth[prompts][:, None, :] + severity[who][:, :, None]
    value = value + taste[who] + lab.noise * rng.normal(size=shape)
    row = 2 * np.broadcast_to(prompts[:, None, None], shape) + np.arange(2)
    told = texts[["generation_id", "checkpoint", "prompt_id"]].iloc[row.ravel()]
    return told.reset_index(drop=True).assign(
        criterion="quality",
        reviewer_id=np.broadcast_to(who[:, :, None], shape).ravel(),
        value=value.ravel(),
    )

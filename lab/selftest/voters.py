"""Votes with a known truth: reviewers with tastes of their own, prompts that suit one checkpoint.

The log odds of a vote are those of lab.analysis.preferences.davidson, with a reviewer's and a
prompt's own liking of each checkpoint added, so that the spread of a difference between two is
the given one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize

from lab.analysis.preferences.ballots import count_cells, read_ballots
from lab.analysis.preferences.davidson import fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Who votes on what, and how."""

    n_votes: int
    """Votes of one run."""

    n_reviewers: int
    """People to draw sessions from; those with a small load may not come at all."""

    n_prompts: int = 60
    """Prompts to draw from."""

    strengths: tuple[float, ...] = (0.0, 0.0)
    """Log odds of the checkpoints."""

    taste: float = 0.5
    """Standard deviation over reviewers of their own log odds between two checkpoints."""

    suiting: float = 0.3
    """The same over prompts."""

    tie: float = 0.35
    """Davidson's ν: 0.35 is 15 % ties between equals."""

    side: float = 0.1
    """Log odds for the text on the left."""

    session: int = 1
    """Votes that a reviewer gives one after the other."""

    unequal: float = 0.8
    """Standard deviation over reviewers of the log of their load; 0: all come equally often."""

    once: bool = False
    """Whether every session is by somebody new."""


def draw(crowd: Crowd, rng: np.random.Generator) -> pd.DataFrame:
    """Draw votes as `storage.frames.votes` gives them, oldest first."""
    n, k = crowd.n_votes, len(crowd.strengths)
    reviewer = _reviewers(crowd, rng)
    prompt = rng.integers(0, crowd.n_prompts, n)
    a = rng.integers(0, k, n)
    b = (a + rng.integers(1, k, n)) % k
    swapped = rng.random(n) < 0.5
    liking = crowd.taste / np.sqrt(2) * rng.standard_normal((reviewer.max() + 1, k))
    suits = crowd.suiting / np.sqrt(2) * rng.standard_normal((crowd.n_prompts, k))
    own = np.asarray(crowd.strengths) + liking[reviewer] + suits[prompt]
    row = np.arange(n)
    odds = own[row, a] - own[row, b] + np.where(swapped, -crowd.side, crowd.side)
    shares = np.stack([np.exp(odds / 2), np.exp(-odds / 2), np.full(n, crowd.tie)]).cumsum(axis=0)
    drawn = (rng.random(n) * shares[-1] > shares).sum(axis=0)
    names = np.array([f"c{number}" for number in range(k)])
    return pd.DataFrame(
        {
            "checkpoint_a": names[a],
            "checkpoint_b": names[b],
            "reviewer_id": np.char.add("r", reviewer.astype(str)),
            "prompt_id": np.char.add("p", prompt.astype(str)),
            "criterion": "overall",
            "winner": np.array(["a", "b", "tie"])[drawn],
            "swapped": swapped,
        }
    )


def true_strengths(crowd: Crowd, n_votes: int = 1_000_000) -> np.ndarray:
    """Return what the model's strengths are for ever more reviewers and prompts.

    Tastes pull shares towards one half, so these are a little nearer to 0 than the given ones; a
    fit to votes that are each by somebody else on another prompt has them.

    Args:
        crowd: who votes.
        n_votes: votes of that fit; its own noise is then some 0.003.

    Raises:
        ValueError: so few votes leave a checkpoint without a win or a loss.
    """
    alone = Crowd(
        n_votes=n_votes,
        n_reviewers=n_votes,
        n_prompts=n_votes,
        strengths=crowd.strengths,
        taste=crowd.taste,
        suiting=crowd.suiting,
        tie=crowd.tie,
        side=crowd.side,
        once=True,
    )
    ballots = read_ballots(draw(alone, np.random.default_rng(0)), "overall", "true_strengths")
    found = fit(count_cells(ballots), np.zeros(len(crowd.strengths), dtype=np.intp))
    if found is None:
        raise ValueError(f"true_strengths: {n_votes} votes do not connect all checkpoints")
    return found.values[: len(crowd.strengths)]


def gap_for(share: float, crowd: Crowd) -> float:
    """Return the log odds between two at which the first has this share of points."""
    spread = np.hypot(crowd.taste, crowd.suiting)
    around = spread * np.random.default_rng(0).standard_normal(200_000)

    def excess(gap: float) -> float:
        first, second = np.exp((gap + around) / 2), np.exp(-(gap + around) / 2)
        points = (first + crowd.tie / 2) / (first + second + crowd.tie)
        return float(points.mean()) - share

    return float(optimize.brentq(excess, -6, 6))


def _reviewers(crowd: Crowd, rng: np.random.Generator) -> np.ndarray:
    n_sessions = -(-crowd.n_votes // crowd.session)
    if crowd.once:
        sessions = np.arange(n_sessions)
    else:
        load = np.exp(crowd.unequal * rng.standard_normal(crowd.n_reviewers))
        sessions = rng.choice(crowd.n_reviewers, n_sessions, p=load / load.sum())
    return np.repeat(sessions, crowd.session)[: crowd.n_votes]

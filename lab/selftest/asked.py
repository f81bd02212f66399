"""Turns an order of asking into simulated votes: people who vote on the pair that was chosen.

The people are those of `lab.selftest.voters`; what they are shown follows from their own votes, as
in the review queue.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from lab.analysis.preferences.sampling import Seek, weigh
from lab.analysis.preferences.tallies import tally
from lab.selftest.voters import Crowd

BATCH = 25
"""Votes between two looks at which pairs come next."""


def ask(crowd: Crowd, seek: Seek, rng: np.random.Generator) -> pd.DataFrame:
    """Draw votes as `storage.frames.votes` gives them, oldest first.

    Args:
        crowd: who votes; its sessions are left out, each vote is by somebody drawn by load.
        seek: which pairs they are shown.
        rng: the draws.
    """
    k = len(crowd.strengths)
    load = np.exp(crowd.unequal * rng.standard_normal(crowd.n_reviewers))
    liking = crowd.taste / np.sqrt(2) * rng.standard_normal((crowd.n_reviewers, k))
    suits = crowd.suiting / np.sqrt(2) * rng.standard_normal((crowd.n_prompts, k))
    frame = pd.DataFrame()
    names = tuple(f"c{number}" for number in range(k))
    while len(frame) < crowd.n_votes:
        n = min(BATCH, crowd.n_votes - len(frame))
        a, b = _pairs(frame, names, seek, n, rng)
        reviewer = rng.choice(crowd.n_reviewers, n, p=load / load.sum())
        prompt = rng.integers(0, crowd.n_prompts, n)
        own = np.asarray(crowd.strengths) + liking[reviewer] + suits[prompt]
        swapped, row = rng.random(n) < 0.5, np.arange(n)
        odds = own[row, a] - own[row, b] + np.where(swapped, -crowd.side, crowd.side)
        frame = pd.concat([frame, _votes(names, a, b, reviewer, prompt, swapped,
                                         _outcomes(odds, crowd.tie, rng))])  # fmt: skip
    return frame.reset_index(drop=True)


def _pairs(
    frame: pd.DataFrame, names: tuple[str, ...], seek: Seek, n: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    first, second = np.triu_indices(len(names), 1)
    chance = None
    if len(frame) and seek != "uniform":
        found = weigh(tally(frame, names), seek, seed=int(rng.integers(2**31)))
        by_pair = {(one.checkpoint, one.opponent): one.weight for one in found.pairs}
        chance = np.array([by_pair[names[i], names[j]] for i, j in zip(first, second, strict=True)])
        chance = chance / chance.sum()
    drawn = rng.choice(len(first), n, p=chance)
    turned = rng.random(n) < 0.5
    a, b = first[drawn], second[drawn]
    return np.where(turned, b, a), np.where(turned, a, b)


def _outcomes(odds: np.ndarray, tie: float, rng: np.random.Generator) -> np.ndarray:
    shares = np.stack([np.exp(odds / 2), np.exp(-odds / 2), np.full(len(odds), tie)]).cumsum(axis=0)
    drawn = (rng.random(len(odds)) * shares[-1] > shares).sum(axis=0)
    return np.array(["a", "b", "tie"])[drawn]


def _votes(
    names: tuple[str, ...],
    a: np.ndarray,
    b: np.ndarray,
    reviewer: np.ndarray,
    prompt: np.ndarray,
    swapped: np.ndarray,
    winner: np.ndarray,
) -> pd.DataFrame:
    named = np.array(names)
    return pd.DataFrame(
        {
            "checkpoint_a": named[a],
            "checkpoint_b": named[b],
            "reviewer_id": np.char.add("r", reviewer.astype(str)),
            "prompt_id": np.char.add("p", prompt.astype(str)),
            "criterion": "overall",
            "winner": winner,
            "swapped": swapped,
        }
    )

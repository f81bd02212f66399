"""Turns a number of runs into figures: whether copied answers are found, and no honest ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from lab.analysis.reviewers.copying import alike_pairs
from lab.selftest.figures import Figure, share_error
from lab.selftest.panels import Panel, draw_panel

PANELS = (
    Panel(n_raters=8, n_texts=120, per_text=4),
    Panel(n_raters=25, n_texts=600, per_text=5),
)
"""The simulated studies: people, texts and people per text."""

SHARE = 0.8
"""Share of the shared texts on which the copier takes over the other's answer."""


def figures(runs: int, seed: int) -> Iterator[Figure]:
    """Simulate the probe for copied answers among honest people, and with one copier.

    Args:
        runs: studies per figure.
        seed: seed of the draws.

    Yields:
        Per simulated study: how often an honest pair is named, and how often the copier is found.
    """
    for panel in PANELS:
        condition = f"{panel.n_raters} reviewers, {panel.n_texts} texts, {panel.per_text} each"
        honest, found = named(panel, runs, seed)
        yield Figure(
            topic="agreement",
            question="How often is an honest pair of reviewers named as answering alike?",
            condition=condition,
            value=honest,
            error=share_error(honest, runs),
            high=0.05,
            runs=runs,
            seed=seed,
        )
        yield Figure(
            topic="agreement",
            question=f"How often is one found who copies {SHARE:.0%} of the answers of another?",
            condition=condition,
            value=found,
            error=share_error(found, runs),
            runs=runs,
            seed=seed,
        )


def named(panel: Panel, runs: int, seed: int) -> tuple[float, float]:
    """Return how often an honest pair is named, and how often the pair with a copier is."""
    rng = np.random.default_rng(seed)
    honest = copied = 0
    for _ in range(runs):
        table = draw_panel(panel, rng)
        honest += bool(_probe(table))
        copied += ("r0", "r1") in _probe(with_copier(table, rng))
    return honest / runs, copied / runs


def with_copier(table: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Let the second person rate what the first did, mostly as the first did.

    Args:
        table: shape (texts, raters), NaN = not rated.
        rng: source of the draws.

    Returns:
        A new table; the second person answers the first one's texts, and none else's.
    """
    found = table.copy()
    first = np.isfinite(table[:, 0])
    own = np.where(
        np.isfinite(table[:, 1]), table[:, 1], rng.permutation(_given(table, 1, len(table)))
    )
    copies = rng.random(len(table)) < SHARE
    found[:, 1] = np.where(first, np.where(copies, table[:, 0], own), np.nan)
    return found


def _given(table: np.ndarray, person: int, n: int) -> np.ndarray:
    ratings = table[np.isfinite(table[:, person]), person]
    return np.resize(ratings, n)


def _probe(table: np.ndarray) -> set[tuple[str, str]]:
    texts, people = np.nonzero(np.isfinite(table))
    names = np.array([f"r{person}" for person in range(table.shape[1])])[people]
    rows = pd.DataFrame(
        {
            "generation_id": texts,
            "reviewer_id": names,
            "reviewer": names,
            "criterion": "quality",
            "value": table[texts, people],
        }
    )
    nothing = pd.DataFrame(columns=["item_id", "reviewer_id", "reviewer", "criterion", "winner"])
    return {pair.reviewers for pair in alike_pairs(rows, nothing).pairs}

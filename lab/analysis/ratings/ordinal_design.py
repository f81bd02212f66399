"""Turns ratings on one criterion into the numbered levels that the ordinal model is made of.

The latent rating of a text is its checkpoint's level + the reviewer's leniency + the reviewer's
liking of the checkpoint + the prompt's + the text's own share; the last four are random effects,
each there only where the ratings can tell it from the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lab.analysis.frames import codes_of

REVIEWER, LIKING, PROMPT, TEXT = "reviewer", "liking", "prompt", "text"
_MOST_DENSE = 1500
_REPEATED = 1.2


@dataclass(frozen=True, slots=True)
class Levels:
    """A random effect that is eliminated from the normal equations: prompts or texts."""

    name: str
    """ "prompt" or "text"."""

    codes: np.ndarray
    """Number of each row's level, shape (rows,)."""

    n: int
    """Levels."""

    indptr: np.ndarray
    """Where each level's cells begin, shape (levels + 1,)."""

    columns: np.ndarray
    """Column of each cell that a level shares with the core, shape (cells,)."""

    cell_of_row: np.ndarray
    """Cell of each row and kind of column, shape (kinds · rows,)."""


@dataclass(frozen=True, slots=True)
class Nesting:
    """How texts lie within prompts."""

    prompt: np.ndarray
    """Number of each text's prompt, shape (texts,)."""

    cell: np.ndarray
    """The prompt's cell for each of the texts' cells, shape (the texts' cells,)."""


@dataclass(frozen=True, slots=True)
class Design:
    """Ratings on one criterion, in numbers."""

    points: np.ndarray
    """The points of the scale that were given, ascending, shape (points,)."""

    checkpoints: tuple[str, ...]
    """Names of the checkpoints, sorted."""

    reviewers: tuple[str, ...]
    """Ids of the reviewers, sorted."""

    y: np.ndarray
    """Number of each row's point, shape (rows,)."""

    checkpoint: np.ndarray
    """Number of each row's checkpoint, shape (rows,)."""

    reviewer: np.ndarray
    """Number of each row's reviewer, shape (rows,)."""

    n_reviewers: int
    """Columns of the core for leniency; 0 where it is no random effect."""

    n_likings: int
    """Columns of the core for likings; 0 where they are no random effect."""

    row_columns: np.ndarray
    """Columns of the core that each row counts in, by kind, shape (kinds, rows). The first
    checkpoint's column is one past the core's last: its level is 0."""

    eliminated: tuple[Levels, ...]
    """Texts and prompts, as far as they are random effects; texts first."""

    nesting: Nesting | None
    """How texts lie within prompts where both are random effects."""

    @property
    def n_columns(self) -> int:
        """Columns of the core before the thresholds: leniencies, likings, checkpoints but one."""
        return self.n_reviewers + self.n_likings + len(self.checkpoints) - 1

    @property
    def random(self) -> tuple[tuple[str, int], ...]:
        """Name and number of levels of every random effect: the core's, then the eliminated."""
        core = ((REVIEWER, self.n_reviewers), (LIKING, self.n_likings))
        outer = tuple((levels.name, levels.n) for levels in self.eliminated)
        return tuple((name, n) for name, n in (*core, *outer) if n)


def make_design(rows: pd.DataFrame) -> Design:
    """Code the levels and decide which random effects the ratings can tell apart.

    Args:
        rows: the ratings on one criterion: checkpoint, reviewer_id, prompt_id, generation_id,
            value; at least one.
    """
    y, points = pd.factorize(rows["value"], sort=True)
    checkpoint, checkpoints = pd.factorize(rows["checkpoint"], sort=True)
    reviewer, reviewers = pd.factorize(rows["reviewer_id"], sort=True)
    liking, cells = pd.factorize(reviewer * len(checkpoints) + checkpoint, sort=True)
    n_reviewers = len(reviewers) if len(reviewers) > 1 else 0
    n_likings = len(cells) if _has_likings(len(rows), cells, len(checkpoints)) else 0
    kinds = [reviewer] if n_reviewers else []
    kinds += [n_reviewers + liking] if n_likings else []
    kinds.append(n_reviewers + n_likings + (checkpoint - 1) % len(checkpoints))
    columns = np.stack(kinds)
    width = n_reviewers + n_likings + len(checkpoints)
    eliminated = _eliminated(rows, columns, width)
    return Design(
        points=np.asarray(points, dtype=np.float64),
        checkpoints=tuple(map(str, checkpoints)),
        reviewers=tuple(map(str, reviewers)),
        y=y,
        checkpoint=checkpoint,
        reviewer=reviewer,
        n_reviewers=n_reviewers,
        n_likings=n_likings,
        row_columns=columns,
        eliminated=eliminated,
        nesting=_nesting(*eliminated, width=width) if len(eliminated) == 2 else None,
    )


def _has_likings(n_rows: int, cells: np.ndarray, n_checkpoints: int) -> bool:
    """Whether a liking can be told from leniency (people rated several) and from chance."""
    several = np.bincount(np.bincount(cells // n_checkpoints))[2:].sum()
    return bool(several >= 2 and n_rows >= 2 * len(cells) and len(cells) <= _MOST_DENSE)


def _eliminated(rows: pd.DataFrame, columns: np.ndarray, width: int) -> tuple[Levels, ...]:
    prompts, texts = codes_of(rows["prompt_id"]), codes_of(rows["generation_id"])
    n_prompts, n_texts = int(prompts.max()) + 1, int(texts.max()) + 1
    nested = len(np.unique(texts.astype(np.int64) * n_prompts + prompts)) == n_texts
    found = []
    if nested and n_texts > n_prompts and len(rows) >= _REPEATED * n_texts:
        found.append(_levels(TEXT, texts, n_texts, columns, width))
    if n_prompts > 1 and len(rows) >= _REPEATED * n_prompts:
        found.append(_levels(PROMPT, prompts, n_prompts, columns, width))
    return tuple(found)


def _levels(name: str, codes: np.ndarray, n: int, columns: np.ndarray, width: int) -> Levels:
    keys = (codes.astype(np.int64) * width + columns).ravel()
    cell_of_row, cells = pd.factorize(keys, sort=True)
    return Levels(
        name=name,
        codes=codes,
        n=n,
        indptr=np.searchsorted(cells, np.arange(n + 1) * width),
        columns=cells % width,
        cell_of_row=cell_of_row,
    )


def _nesting(texts: Levels, prompts: Levels, *, width: int) -> Nesting:
    prompt = np.empty(texts.n, dtype=np.int64)
    prompt[texts.codes] = prompts.codes
    owner = np.repeat(np.arange(prompts.n), np.diff(prompts.indptr))
    above = np.repeat(prompt, np.diff(texts.indptr))
    cell = np.searchsorted(owner * width + prompts.columns, above * width + texts.columns)
    return Nesting(prompt, cell)

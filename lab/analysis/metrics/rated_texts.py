"""Turns texts with scores and mean ratings into grids: texts by prompt, means by checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lab.analysis.frames import codes_of, columns_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedTexts:
    """Texts in columns: whose prompt, whose checkpoint, which values."""

    prompts: np.ndarray
    """Number of each text's prompt from 0, shape (texts,)."""

    checkpoints: np.ndarray
    """Number of each text's checkpoint from 0, shape (texts,)."""

    values: dict[str, np.ndarray]
    """Name → value of each text, shape (texts,), NaN where it has none."""

    places: np.ndarray
    """Texts of each prompt, shape (prompts, most texts of a prompt), −1 where there is none."""

    @property
    def n_prompts(self) -> int:
        """Prompts of the texts."""
        return len(self.places)

    @property
    def n_checkpoints(self) -> int:
        """Checkpoints of the texts."""
        return int(self.checkpoints.max(initial=-1)) + 1

    def by_prompt(self, values: np.ndarray) -> np.ndarray:
        """Lay values out by prompt, shape (prompts, places), NaN where there is none."""
        return np.where(self.places >= 0, values[self.places], np.nan)

    def sums(self, values: np.ndarray, held: np.ndarray) -> np.ndarray:
        """Add values up by prompt and checkpoint, over the texts held; (prompts, checkpoints)."""
        cells = self.prompts * self.n_checkpoints + self.checkpoints
        size = self.n_prompts * self.n_checkpoints
        found = np.bincount(cells[held], weights=values[held], minlength=size)
        return found.reshape(self.n_prompts, self.n_checkpoints)

    def cells(self, values: np.ndarray, held: np.ndarray) -> np.ndarray:
        """Average values by prompt and checkpoint; NaN where no text is held."""
        n = self.sums(np.ones(len(values)), held)
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.sums(values, held) / n


def rated_texts(texts: pd.DataFrame, columns: Sequence[str], caller: str) -> RatedTexts:
    """Read a frame of one row per text.

    Args:
        texts: columns prompt_id, checkpoint and those of the values.
        columns: names of the columns of values.
        caller: the function's name, for the message.

    Raises:
        ValueError: a column is missing.
    """
    rows = columns_of(texts, ["prompt_id", "checkpoint", *columns], caller)
    prompts = codes_of(rows["prompt_id"])
    return RatedTexts(
        prompts=prompts,
        checkpoints=codes_of(rows["checkpoint"]),
        values={name: rows[name].to_numpy(dtype=np.float64) for name in columns},
        places=_places(prompts),
    )


def with_people(texts: pd.DataFrame, means: pd.Series) -> pd.DataFrame:
    """Keep the texts that were rated, with their mean rating in the column `people`.

    Args:
        texts: one row per text, with the column generation_id.
        means: mean ratings indexed by generation_id, NaN where there is none.
    """
    known = pd.Index(means.index.astype(object))
    places = known.get_indexer(pd.Index(texts["generation_id"].astype(object)))
    people = np.where(places >= 0, means.to_numpy(dtype=np.float64)[places], np.nan)
    return texts.assign(people=people)[np.isfinite(people)]


def draw_prompts(texts: pd.DataFrame, most_texts: int, seed: int = 0) -> pd.DataFrame:
    """Keep the texts of so many prompts, drawn by a seed, as have at most so many texts.

    Args:
        texts: one row per text, with the column prompt_id.
        most_texts: how many texts at most; one prompt is kept in any case.
        seed: seed of the draw.

    Returns:
        The rows of the prompts drawn, in their order; all where they are few enough.
    """
    if len(texts) <= most_texts:
        return texts
    prompts = codes_of(texts["prompt_id"])
    sizes = np.bincount(prompts)
    order = np.random.default_rng(seed).permutation(len(sizes))
    n_kept = max(1, int((sizes[order].cumsum() <= most_texts).sum()))
    return texts[np.isin(prompts, order[:n_kept])]


def _places(prompts: np.ndarray) -> np.ndarray:
    order = np.argsort(prompts, kind="stable")
    sizes = np.bincount(prompts)
    starts = np.r_[0, sizes.cumsum()[:-1]] if len(sizes) else np.zeros(0, dtype=np.intp)
    places = np.full((len(sizes), int(sizes.max(initial=0))), -1)
    places[prompts[order], np.arange(len(order)) - np.repeat(starts, sizes)] = order
    return places

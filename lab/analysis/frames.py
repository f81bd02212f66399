"""Checks that a frame has the columns that a question needs, and shortens it to them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd


def columns_of(frame: pd.DataFrame, columns: Sequence[str], caller: str) -> pd.DataFrame:
    """Return the named columns only.

    Args:
        frame: one of the frames of `storage.frames`, or one with the same columns.
        columns: what is needed.
        caller: the function's name, for the message.

    Raises:
        ValueError: a column is not there; lists those that are.
    """
    if missing := [column for column in columns if column not in frame.columns]:
        raise ValueError(
            f"{caller} needs the column {missing[0]!r}; the frame has: "
            f"{', '.join(map(str, frame.columns))}"
        )
    return frame.loc[:, list(columns)]


def codes_of(column: pd.Series) -> np.ndarray:
    """Return each row's number among the column's sorted distinct values; shape (rows,)."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return pd.factorize(column, sort=True)[0]
    codes = column.cat.codes.to_numpy()
    used = np.bincount(codes[codes >= 0], minlength=len(column.cat.categories)) > 0
    numbers = np.append(np.cumsum(used) - 1, -1)  # the last one for rows without a value
    found: np.ndarray = numbers[codes]
    return found


def text_codes(*columns: pd.Series) -> np.ndarray:
    """Return each row's number among all columns' distinct values, sorted as texts.

    Args:
        columns: without missing values; the same text has the same number in all of them.

    Returns:
        Shape (rows,), those of one column after those of the one before.
    """
    coded = [pd.factorize(column) for column in columns]
    texts = np.concatenate([np.asarray(found, dtype=str) for _, found in coded])
    ranks = np.unique(texts, return_inverse=True)[1]
    starts = np.cumsum([0, *(len(found) for _, found in coded)])
    return np.concatenate(
        [ranks[start + codes] for start, (codes, _) in zip(starts, coded, strict=False)]
    )


def distinct(keys: np.ndarray) -> np.ndarray:
    """Return the distinct numbers, sorted; fast where the same ones mostly follow one another."""
    return np.unique(keys[np.flatnonzero(np.diff(keys, prepend=keys[:1] - 1))])

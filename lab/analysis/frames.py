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
    return pd.factorize(column, sort=True)[0]

"""Turns ratings into how many people gave each text each value, and who gave what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lab.analysis.frames import codes_of

_MOST_COUNTED = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Ratings of units (texts, or pairs of texts) by raters; each rated a unit once at most."""

    counts: np.ndarray
    """Ratings per unit and value, shape (units, values)."""

    domain: np.ndarray
    """The values in order, shape (values,); those that nobody gave may be among them."""

    units: np.ndarray
    """Number of each rating's unit from 0, shape (ratings,)."""

    raters: np.ndarray
    """Number of each rating's rater from 0, shape (ratings,)."""

    values: np.ndarray
    """Place of each rating's value in the domain, shape (ratings,)."""

    n_raters: int
    """Raters, numbered 0 to n_raters − 1."""

    def compared(self) -> Tally:
        """Keep the units that two raters or more have rated."""
        several = self.counts.sum(axis=1) >= 2
        kept = several[self.units]
        number = np.cumsum(several) - 1
        return Tally(
            counts=self.counts[several],
            domain=self.domain,
            units=number[self.units[kept]],
            raters=self.raters[kept],
            values=self.values[kept],
            n_raters=self.n_raters,
        )


def tally_matrix(values: np.ndarray, domain: Sequence[float] | None = None) -> Tally:
    """Count a table of ratings.

    Args:
        values: shape (units, raters), NaN = not rated.
        domain: all values that could be given; by default those that were.

    Raises:
        ValueError: not two-dimensional, or a value is not in the domain.
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError(f"values has shape {table.shape}; it must be (units, raters)")
    units, raters = np.nonzero(np.isfinite(table))
    return _tally(units, raters, table[units, raters], table.shape, domain)


def tally_frame(
    frame: pd.DataFrame, unit: str, value: str, domain: Sequence[float] | None = None
) -> Tally:
    """Count the rows of a frame; whoever judged a unit twice counts with the last row.

    Args:
        frame: columns reviewer_id and the two named ones.
        unit: the column that tells what was judged.
        value: the column with the judgement, a number.
        domain: all values that could be given; by default those that were.

    Raises:
        ValueError: a value is not in the domain.
    """
    units, raters = codes_of(frame[unit]), codes_of(frame["reviewer_id"])
    n_units, n_raters = _number(units), _number(raters)
    given = frame[value].to_numpy(dtype=np.float64)
    last = np.flatnonzero(~pd.Series(units * n_raters + raters).duplicated(keep="last"))
    return _tally(units[last], raters[last], given[last], (n_units, n_raters), domain)


def _number(codes: np.ndarray) -> int:
    return int(codes.max()) + 1 if len(codes) else 0


def _tally(
    units: np.ndarray,
    raters: np.ndarray,
    given: np.ndarray,
    shape: tuple[int, ...],
    domain: Sequence[float] | None,
) -> Tally:
    found = np.sort(pd.unique(given))
    known = found if domain is None else np.unique(np.asarray(domain, dtype=np.float64))
    if len(strange := np.setdiff1d(found, known)):
        raise ValueError(
            f"{strange[0]:g} is not among the values {', '.join(f'{v:g}' for v in known)}"
        )
    places = np.searchsorted(known, given)
    cells = np.bincount(units * max(len(known), 1) + places, minlength=shape[0] * len(known))
    return Tally(
        counts=cells.reshape(shape[0], len(known)),
        domain=known,
        units=units,
        raters=raters,
        values=places,
        n_raters=shape[1],
    )


def patterns_of(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find the units that have the same counts.

    Args:
        counts: shape (units, values).

    Returns:
        The distinct rows, shape (patterns, values); each unit's pattern, shape (units,); and how
        often each comes, shape (patterns,).
    """
    base = int(counts.max(initial=0)) + 1
    if base ** counts.shape[1] < 2**62:
        # A row as the digits of one number: a hundred times faster to sort than rows are.
        keys = counts @ (base ** np.arange(counts.shape[1], dtype=np.int64))
        if base ** counts.shape[1] < _MOST_COUNTED:
            present, inverse, times = compact(keys)
            first = np.empty(len(present), dtype=np.intp)
            first[inverse[::-1]] = np.arange(len(keys))[::-1]
            return counts[first], inverse, times
        _, first, inverse, times = np.unique(
            keys, return_index=True, return_inverse=True, return_counts=True
        )
        return counts[first], inverse, times
    rows, inverse, times = np.unique(counts, axis=0, return_inverse=True, return_counts=True)
    return rows, inverse.ravel(), times


def compact(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find the distinct ones of small numbers, by counting instead of sorting.

    Args:
        codes: numbers from 0, none far above the number of rows; shape (rows,).

    Returns:
        The distinct codes, sorted; each row's place among them; how often each comes.
    """
    times = np.bincount(codes)
    present = np.flatnonzero(times)
    return present, (np.cumsum(times > 0) - 1)[codes], times[present]

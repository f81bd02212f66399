"""Turns a row of ratings into what each rater said."""

from __future__ import annotations

from dataclasses import dataclass

from lab.data.config import RatingsConfig
from lab.data.fields import name_of, points_of
from lab.data.rows import Row


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one rater said about one text."""

    reviewer: str
    """The rater, as in the file; "rater-1", "rater-2", … where it does not tell."""

    values: dict[str, int]
    """Criterion → point of the scale; criteria that were not rated are left out."""


def judgements_of(row: Row, config: RatingsConfig, n_before: int) -> list[Judgement]:
    """Take what a row says.

    Args:
        row: the row.
        config: the columns and the scale.
        n_before: number of raters that rows before gave for the same text; nameless ones are
            numbered from there on.

    Returns:
        One judgement per rater, those who rated nothing among them.

    Raises:
        InputError: a cell is no point of the scale, or lists do not fit together or to a rater.
    """
    cells = {
        criterion: points_of(row, column, config.lowest, config.highest)
        for criterion, column in config.criteria.items()
    }
    lengths = {
        criterion: len(cell) if isinstance(cell, list) else 0
        for criterion, cell in cells.items()
        if cell is not None
    }
    _check_lengths(row, lengths, config)
    n_raters = max(lengths.values(), default=0) or 1
    by_rater = [
        {
            criterion: cell[place] if isinstance(cell, list) else cell
            for criterion, cell in cells.items()
        }
        for place in range(n_raters)
    ]
    return [
        Judgement(
            _reviewer(row, config, n_before + place + 1),
            {criterion: value for criterion, value in given.items() if value is not None},
        )
        for place, given in enumerate(by_rater)
    ]


def _check_lengths(row: Row, lengths: dict[str, int], config: RatingsConfig) -> None:
    """Refuse lists of different lengths, and lists where a column names one rater."""
    for criterion, length in lengths.items():
        first, expected = next(iter(lengths.items()))
        if length != expected:
            raise row.error(
                config.criteria[criterion],
                f"has {_raters(length)}, but column {config.criteria[first]!r} has "
                f"{_raters(expected)}; give as many to each, null for a lacking one",
            )
        if length and config.reviewer_column is not None:
            raise row.error(
                config.criteria[criterion],
                f"holds a list, but column {config.reviewer_column!r} names one rater; "
                "give one number, or no column of raters",
            )


def _raters(length: int) -> str:
    return f"a list of {length}" if length else "one number"


def _reviewer(row: Row, config: RatingsConfig, number: int) -> str:
    if config.reviewer_column is None:
        return f"rater-{number}"
    return name_of(row, config.reviewer_column)

"""Turns who won against whom into the sets of checkpoints whose strengths can be compared.

A strength is finite, and two strengths have a difference, only where wins lead from each of the
two to the other, if need be by way of third ones (Ford 1957, "Solution of a ranking problem from
binary comparisons"). A tie leads both ways.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from lab.analysis.preferences.ballots import TIE, Cells


def comparable_sets(cells: Cells, n_checkpoints: int) -> np.ndarray:
    """Give each checkpoint the number of its set.

    Args:
        cells: counts of alike votes.
        n_checkpoints: number of checkpoints.

    Returns:
        Number of each checkpoint's set, from 0, shape (checkpoints,); the largest set is 0.
    """
    above = _wins(cells, n_checkpoints)
    _, labels = csgraph.connected_components(above, directed=True, connection="strong")
    sizes = np.bincount(labels)
    order = np.argsort(-sizes[labels], kind="stable")
    number = {label: place for place, label in enumerate(dict.fromkeys(labels[order].tolist()))}
    return np.array([number[label] for label in labels.tolist()], dtype=np.intp)


def explain_sets(cells: Cells, sets: np.ndarray, names: Sequence[str]) -> tuple[str, ...]:
    """Say in words why some strengths cannot be compared; nothing where all can.

    Args:
        cells: counts of alike votes.
        sets: number of each checkpoint's set, as `comparable_sets` gives it.
        names: names of the checkpoints.
    """
    above = _wins(cells, len(names)).toarray()
    _, linked = csgraph.connected_components(sparse.csr_array(above), directed=False)
    said = []
    if len(parts := [_listed(names, linked == part) for part in np.unique(linked)]) > 1:
        said.append(
            "No votes link " + " with ".join(parts) + ": which is better across them is unknown."
        )
    for number in range(1, int(sets.max()) + 1):  # the largest set is what the others are told of
        inside = sets == number
        won, lost = above[inside][:, ~inside].any(), above[~inside][:, inside].any()
        if won != lost:
            every = "won every vote against" if won else "lost every vote to"
            met = ~inside & (above[inside].any(axis=0) | above[:, inside].any(axis=1))
            said.append(
                f"{_listed(names, inside)} {every} {_listed(names, met)}: "
                f"{'better' if won else 'worse'}, but by how much cannot be estimated."
            )
    return tuple(said)


def _wins(cells: Cells, n_checkpoints: int) -> sparse.csr_array:
    """Return 1 where the row's checkpoint won or tied against the column's at least once."""
    tied = cells.outcome == TIE
    winner = np.where(cells.outcome == 1, cells.b, cells.a)
    loser = np.where(cells.outcome == 1, cells.a, cells.b)
    rows = np.concatenate([winner, loser[tied]])
    columns = np.concatenate([loser, winner[tied]])
    table = np.zeros((n_checkpoints, n_checkpoints), dtype=np.int8)
    table[rows, columns] = 1
    return sparse.csr_array(table)


def _listed(names: Sequence[str], chosen: np.ndarray) -> str:
    found = [name for name, one in zip(names, chosen, strict=True) if one]
    more = f" and {len(found) - 4} more" if len(found) > 4 else ""
    return ", ".join(found[:4]) + more

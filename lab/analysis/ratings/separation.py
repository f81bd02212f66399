"""Turns ratings into the sets of checkpoints between which a model's difference is finite."""

from __future__ import annotations

import numpy as np
from scipy import sparse


def rated_apart(lowest: np.ndarray, highest: np.ndarray) -> np.ndarray:
    """Find checkpoints that the ratings separate completely.

    Where some checkpoints' ratings are all at or above a point, and the others' all at or below
    it, the likelihood of a cumulative model rises for ever with their distance (Albert and
    Anderson 1984, "On the existence of maximum likelihood estimates"; quasi-complete separation
    is included).

    Args:
        lowest: each checkpoint's lowest rating, shape (checkpoints,).
        highest: its highest rating, shape (checkpoints,).

    Returns:
        Number of each checkpoint's set, the lowest rated set first; differences are finite within
        one set only, shape (checkpoints,).
    """
    order = np.lexsort((highest, lowest))
    reached = np.maximum.accumulate(highest[order])
    starts = np.r_[False, lowest[order][1:] >= reached[:-1]]
    # A checkpoint whose ratings are all one point belongs to neither neighbour.
    sets = np.empty(len(order), dtype=np.int64)
    sets[order] = np.cumsum(starts)
    return sets


def linked(reviewer: np.ndarray, checkpoint: np.ndarray) -> np.ndarray:
    """Find checkpoints that reviewers link by having rated both.

    Args:
        reviewer: number of each rating's reviewer, shape (rows,).
        checkpoint: number of each rating's checkpoint, shape (rows,).

    Returns:
        Number of each checkpoint's linked set, shape (checkpoints,).
    """
    n_checkpoints, n_reviewers = int(checkpoint.max()) + 1, int(reviewer.max()) + 1
    n = n_checkpoints + n_reviewers
    edges = sparse.coo_array(
        (np.ones(len(reviewer)), (checkpoint, n_checkpoints + reviewer)), shape=(n, n)
    )
    _, sets = sparse.csgraph.connected_components(edges.tocsr(), directed=False)
    return sets[:n_checkpoints]

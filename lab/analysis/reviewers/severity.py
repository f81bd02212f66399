"""Turns ratings into how severe each person is, other people's texts taken into account."""

from __future__ import annotations

import numpy as np
from scipy import sparse


def severities(
    values: np.ndarray, texts: np.ndarray, raters: np.ndarray, n_raters: int
) -> np.ndarray:
    """Estimate each rater's effect in value = text + rater + rest, by least squares.

    Where everybody rates different texts, plain means would take an unlucky choice of texts for
    severity. Raters without a text in common with others, directly or by way of others, can be
    compared within their own circle only.

    Args:
        values: the ratings, shape (ratings,).
        texts: number of each rating's text from 0, shape (ratings,).
        raters: number of each rating's rater from 0, shape (ratings,).
        n_raters: number of raters.

    Returns:
        Shape (raters,), in points, each circle's mean over raters 0; below 0 is stricter. 0 for
        whoever shares no text with anybody.
    """
    if not len(values):
        return np.zeros(n_raters)
    between, right = normal_equations(values, texts, raters, n_raters)
    found = np.linalg.lstsq(between, right, rcond=1e-10)[0]
    _, circle = sparse.csgraph.connected_components(between != 0, directed=False)
    means = np.bincount(circle, found) / np.bincount(circle)
    return found - means[circle]


def normal_equations(
    values: np.ndarray, texts: np.ndarray, raters: np.ndarray, n_raters: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the normal equations of the raters' effects, the texts' taken out.

    Returns:
        The matrix, shape (raters, raters), singular once per circle, and the right-hand side.
    """
    n_texts = int(texts.max()) + 1
    per_text = np.maximum(np.bincount(texts, minlength=n_texts), 1)
    means = np.bincount(texts, values, minlength=n_texts) / per_text
    who = sparse.coo_array(
        (1 / np.sqrt(per_text[texts]), (texts, raters)), shape=(n_texts, n_raters)
    ).tocsr()
    loads = np.bincount(raters, minlength=n_raters)
    between = np.diag(loads.astype(np.float64)) - (who.T @ who).toarray()
    right = np.bincount(raters, values - means[texts], minlength=n_raters)
    return between, right

"""Turns values crossed by reviewers and prompts into standard errors of their groups' means."""

from __future__ import annotations

import numpy as np
import pandas as pd


def pigeonhole_errors(
    values: np.ndarray, groups: np.ndarray, reviewers: np.ndarray, prompts: np.ndarray
) -> np.ndarray:
    """Compute what the pigeonhole bootstrap of each group's mean tends to with ever more resamples.

    Within a group, reviewers and prompts are drawn anew, independently, and a value counts as
    often as both were drawn (Owen 2007, "The pigeonhole bootstrap"). With R reviewers, P prompts
    and e the values less their mean, the weights' moments give the linearised mean's variance as

        (B + (1 − 1/P) · Σ_r e_r² + (1 − 1/R) · Σ_p e_p²) / n²

    where e_r and e_p are totals by reviewer and by prompt, and B sums the squared totals of each
    reviewer's values on one prompt. It errs on the wide side: where nothing clusters, by √3.

    Args:
        values: shape (variables, rows).
        groups: number of each row's group, from 0 and without gaps, shape (rows,).
        reviewers: number of each row's reviewer, from 0, shape (rows,).
        prompts: number of each row's prompt, from 0, shape (rows,).

    Returns:
        Standard errors, shape (variables, groups); 0 where a group has one row.
    """
    n = np.bincount(groups)
    rest = np.stack([row - (np.bincount(groups, weights=row) / n)[groups] for row in values])
    by_reviewer, n_reviewers = _squares(rest, groups, reviewers)
    by_prompt, n_prompts = _squares(rest, groups, prompts)
    both, _ = _squares(rest, groups, reviewers * (int(prompts.max()) + 1) + prompts)
    variance = both + (1 - 1 / n_prompts) * by_reviewer + (1 - 1 / n_reviewers) * by_prompt
    return np.sqrt(variance) / n


def clusters_of(groups: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Count the distinct codes within each group, shape (groups,)."""
    _, of_cluster = _clusters(groups, codes)
    return np.bincount(of_cluster)


def _squares(
    rest: np.ndarray, groups: np.ndarray, codes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Sum the squared totals of each group's clusters; also count the clusters."""
    of_row, of_cluster = _clusters(groups, codes)
    if len(of_cluster) == len(of_row):
        squares = [np.bincount(groups, weights=row**2) for row in rest]
    else:
        totals = [np.bincount(of_row, weights=row) for row in rest]
        squares = [np.bincount(of_cluster, weights=total**2) for total in totals]
    return np.stack(squares), np.bincount(of_cluster)


def _clusters(groups: np.ndarray, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the number of each row's cluster among all groups', and the group of each cluster."""
    n_codes = int(codes.max()) + 1
    keys = groups.astype(np.int64) * n_codes + codes
    n_keys = n_codes * (int(groups.max()) + 1)
    if n_keys > 8 * len(keys) + 1000:
        of_row, held = pd.factorize(keys)
        return of_row, held // n_codes
    is_held = np.bincount(keys, minlength=n_keys) > 0
    return (np.cumsum(is_held) - 1)[keys], np.flatnonzero(is_held) // n_codes

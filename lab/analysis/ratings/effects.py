"""Turns differences on an ordinal model's latent scale into points, chances and effect sizes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(21)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
LOGISTIC_VARIANCE = np.pi**2 / 3


@dataclass(frozen=True, slots=True)
class Scale:
    """How latent ratings become points of the scale."""

    points: np.ndarray
    """The points, ascending, shape (points,)."""

    thresholds: np.ndarray
    """Latent rating above which each point but the first is given, shape (points − 1,)."""

    shared: float
    """Spread of what two ratings by one reviewer on one prompt have in common."""

    own: float
    """Spread of what they have not: the text's, the reviewer's liking of the checkpoint."""

    @property
    def spread(self) -> float:
        """Standard deviation of one checkpoint's latent ratings, the logistic rest included."""
        return float(np.sqrt(self.shared**2 + self.own**2 + LOGISTIC_VARIANCE))


def expected_rating(scale: Scale, latent: np.ndarray, spread: float) -> np.ndarray:
    """Compute the mean rating at given latent levels, in points.

    Args:
        scale: the thresholds.
        latent: shape (levels,).
        spread: standard deviation of normal effects to average over.

    Returns:
        Shape (levels,).
    """
    steps = np.diff(scale.points)
    return scale.points[-1] - _below(scale, latent, spread) @ steps


def density(scale: Scale, latent: float, spread: float) -> np.ndarray:
    """Return how fast the share below each threshold rises with it, shape (points − 1,)."""
    share = special.expit(scale.thresholds[:, None] - latent - spread * _NODES)
    return np.asarray((share * (1 - share)) @ _WEIGHTS)


def difference_in_points(scale: Scale, difference: float, middle: float) -> float:
    """Compute the difference in mean rating between two latent levels around a middle one.

    Averaged over reviewers, prompts and texts: had every reviewer rated every text.
    """
    spread = float(np.hypot(scale.shared, scale.own))
    ends = middle + np.array([0.5, -0.5]) * difference
    high, low = expected_rating(scale, ends, spread)
    return float(high - low)


def superiority(scale: Scale, difference: float, middle: float) -> float:
    """Compute the chance that one reviewer rates the one's text on a prompt above the other's.

    Equal ratings count half (Agresti and Kateri 2017, "Ordinal probability effect measures for
    group comparisons in multinomial cumulative link models").
    """
    levels = middle + scale.shared * _NODES
    shares = [
        np.diff(_below(scale, levels + half, scale.own), prepend=0.0, append=1.0)
        for half in (difference / 2, -difference / 2)
    ]
    under = np.cumsum(shares[1], axis=1) - shares[1] / 2
    return float(_WEIGHTS @ (shares[0] * under).sum(axis=1))


def _below(scale: Scale, latent: np.ndarray, spread: float) -> np.ndarray:
    """Return the share of ratings up to each threshold, shape (levels, points − 1)."""
    centred = scale.thresholds - np.asarray(latent)[:, None]
    return np.asarray(special.expit(centred[:, :, None] - spread * _NODES) @ _WEIGHTS)

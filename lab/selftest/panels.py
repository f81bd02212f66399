"""Turns a seed into people who rate texts on a scale, with their true agreement known.

A rating is the text's quality plus the person's severity plus noise, all normal, cut into points.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from lab.analysis.agreement.coefficients import alpha
from lab.analysis.agreement.tally import Tally, tally_matrix

CUTS = np.array([-1.5, -0.5, 0.5, 1.5])
"""Where one point of the scale ends and the next begins, on the scale of the qualities."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A simulated study."""

    n_raters: int
    """People."""

    n_texts: int
    """Texts."""

    per_text: int
    """Different people per text."""

    quality_sd: float = 1.0
    """Standard deviation of the texts' quality."""

    severity_sd: float = 0.6
    """Standard deviation of the people's severity."""

    noise_sd: float = 0.7
    """Standard deviation of what is left."""

    load_sd: float = 0.8
    """Standard deviation of the logarithm of how much a person rates."""


def draw_panel(panel: Panel, rng: np.random.Generator) -> np.ndarray:
    """Draw the ratings, shape (texts, raters), NaN = not rated, points from 1."""
    quality = rng.normal(0, panel.quality_sd, panel.n_texts)
    severity = rng.normal(0, panel.severity_sd, panel.n_raters)
    # The largest keys of a Gumbel draw are a sample without replacement by weight.
    keys = rng.normal(0, panel.load_sd, panel.n_raters) + rng.gumbel(
        size=(panel.n_texts, panel.n_raters)
    )
    chosen = np.argpartition(-keys, panel.per_text - 1, axis=1)[:, : panel.per_text]
    rows = np.arange(panel.n_texts)[:, None]
    noise = rng.normal(0, panel.noise_sd, chosen.shape)
    table = np.full(keys.shape, np.nan)
    table[rows, chosen] = 1 + np.searchsorted(CUTS, quality[:, None] + severity[chosen] + noise)
    return table


def draw_tally(panel: Panel, rng: np.random.Generator) -> Tally:
    """Draw the ratings, counted."""
    return tally_matrix(draw_panel(panel, rng), range(1, len(CUTS) + 2))


def true_alpha(panel: Panel) -> float:
    """Compute the ordinal alpha of endless texts, each rated by two people of an endless crowd.

    Given a text's quality the ratings of two different people are independent, so that the share
    of each pair of points is an integral over qualities (Gauss–Hermite, 80 nodes).
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    spread = np.hypot(panel.severity_sd, panel.noise_sd)
    below = stats.norm.cdf((CUTS[None, :] - panel.quality_sd * nodes[:, None]) / spread)
    shares = np.diff(np.pad(below, ((0, 0), (1, 1)), constant_values=((0, 0), (0, 1))), axis=1)
    pairs = np.einsum("t,tc,tk->ck", weights / weights.sum(), shares, shares)
    domain = np.arange(1.0, len(CUTS) + 2)
    # Alpha's correction for few ratings is lost among so many.
    return float(alpha(domain, "ordinal").value((pairs * 1e9).ravel()))

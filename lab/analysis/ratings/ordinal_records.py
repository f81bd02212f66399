"""Holds what the ordinal model says: ratings, differences, severities, spreads, thresholds."""

from __future__ import annotations

from dataclasses import dataclass

from lab.analysis.intervals import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustedRating:
    """What one checkpoint's mean rating would be had every reviewer rated every text."""

    checkpoint: str
    """Name of the checkpoint."""

    value: float | None
    """Expected rating in points, averaged over reviewers, prompts and texts; None with a
    reason."""

    interval: Interval | None
    """Interval over other reviewers, prompts and texts; None with a reason."""

    reason: str | None
    """Why there is no value or no interval; None where there are both."""

    n_ratings: int
    """Ratings."""

    n_reviewers: int
    """People who gave them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedPair:
    """How much higher one checkpoint is rated than another, reviewers and prompts being equal."""

    checkpoint: str
    """The one of the two that comes first by name."""

    opponent: str
    """The other."""

    value: float | None
    """Difference on the latent scale: log odds of a higher rating; above 0 the checkpoint is
    rated higher; None with a reason."""

    interval: Interval | None
    """Interval of the value; None with a reason."""

    points: float | None
    """The same as a difference of expected ratings, in points of the scale."""

    points_interval: Interval | None
    """Its interval."""

    effect: float | None
    """The value over the standard deviation of one checkpoint's latent ratings."""

    effect_interval: Interval | None
    """Its interval."""

    superiority: float | None
    """Chance that one reviewer rates the checkpoint's text on a prompt above the opponent's,
    equal ratings counted half, 0 to 1; 0.5 is no difference."""

    superiority_interval: Interval | None
    """Its interval."""

    standard_error: float | None
    """Standard error of the value."""

    df: float | None
    """Degrees of freedom of the t distribution behind interval and p."""

    p: float | None
    """Two-sided p of no difference, for this pair and criterion alone."""

    p_holm: float | None
    """p adjusted for all pairs on all criteria (Holm 1979)."""

    reason: str | None
    """Why there is no value or no interval; None where there are both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Severity:
    """How strictly one reviewer rates, compared with the average of all reviewers."""

    reviewer_id: str
    """Id of the reviewer."""

    value: float
    """Latent severity, shrunken towards 0; above 0 the reviewer rates lower than others."""

    interval: Interval
    """Its interval."""

    points: float
    """What the reviewer gives more (above 0) or less than an average one, in points."""

    points_interval: Interval
    """Its interval."""

    n_ratings: int
    """Ratings by the reviewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How much ratings differ for one reason."""

    name: str
    """ "reviewer", "liking" (of a checkpoint by a reviewer), "prompt", "text" or "rest"."""

    value: float
    """Standard deviation on the latent scale."""

    interval: Interval | None
    """Its interval; None for the rest, which is the scale's unit, π / √3."""

    share: float
    """Share of the variance of one checkpoint's latent ratings, 0 to 1."""

    n_levels: int
    """How many reviewers, likings, prompts, texts or ratings there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """Where on the latent scale one point of the scale gives way to the next."""

    point: float
    """The lower of the two points."""

    next_point: float
    """The higher."""

    value: float
    """Latent rating, counted from an average checkpoint by an average reviewer."""

    standard_error: float
    """Its standard error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinalModel:
    """The cumulative-link mixed model on one criterion."""

    criterion: str
    """Name of the criterion."""

    reason: str | None
    """Why there is no model; None where there is one."""

    checkpoints: tuple[AdjustedRating, ...]
    """Every checkpoint with ratings, by name."""

    pairs: tuple[RatedPair, ...]
    """Every two of them."""

    severities: tuple[Severity, ...]
    """Every reviewer, the most severe first; empty with fewer than two."""

    spreads: tuple[Spread, ...]
    """Why ratings differ, in the model's order; the rest last."""

    thresholds: tuple[Threshold, ...]
    """Between the points of the scale, ascending."""

    remarks: tuple[str, ...]
    """What a reader should know of this fit, in sentences."""

    is_converged: bool
    """Whether the search for the best spreads ended of itself."""

    n_ratings: int
    """Ratings."""

    level: float
    """Confidence of the intervals."""

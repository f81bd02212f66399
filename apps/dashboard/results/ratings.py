"""Asks lab.analysis how the checkpoints were rated, with and without reviewers' severity."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from apps.dashboard import data, words
from apps.dashboard.filters import Filters
from apps.dashboard.results.rows import frame, once, row
from lab.analysis.intervals import Interval
from lab.analysis.ratings.means import MeanRating, RatingShare, mean_rating, rating_shares
from lab.analysis.ratings.ordinal import ordinal_models
from lab.analysis.ratings.ordinal_records import OrdinalModel, RatedPair

AT_ONCE = 40_000
"""Ratings up to which the model is fitted without being asked for."""
_PER_SECOND = 12_000


def means(filters: Filters) -> pd.DataFrame:
    """Return the mean rating per checkpoint and criterion."""
    return frame(
        {
            "criterion": one.criterion,
            **row(one.checkpoint, one.value, one.interval, one.reason, share=False),
            "counts": f"{words.count(one.n_ratings, 'rating')} by "
            f"{words.count(one.n_reviewers, 'reviewer')} on {words.count(one.n_prompts, 'prompt')}",
        }
        for one in _means(data.version(), filters)
    )


def shares(filters: Filters) -> pd.DataFrame:
    """Return how often each point was given, per checkpoint and criterion."""
    return frame(
        {
            "criterion": one.criterion,
            **row(one.checkpoint, one.share, one.interval, one.reason, share=True),
            "point": one.point,
            "n": one.n_ratings,
        }
        for one in _shares(data.version(), filters)
    )


def seconds(filters: Filters) -> int | None:
    """Return about how long the model takes, where that is too long to wait for unasked."""
    n = len(filters.ratings(data.ratings()))
    return None if n <= AT_ONCE else max(1, round(n / _PER_SECOND))


def models(filters: Filters) -> tuple[OrdinalModel, ...]:
    """Return the ordinal mixed model of each criterion."""
    return _models(data.version(), filters)


def adjusted(filters: Filters) -> pd.DataFrame:
    """Return the mean rating had every reviewer rated every text, beside the raw mean."""
    found = frame(
        {
            "criterion": model.criterion,
            **row(one.checkpoint, one.value, one.interval, one.reason, share=False),
        }
        for model in models(filters)
        for one in model.checkpoints
    )
    raw = means(filters).rename(
        columns={"value": "raw", "low": "raw_low", "high": "raw_high", "shown": "raw_shown",
                 "range": "raw_range"}
    )  # fmt: skip
    return found.merge(raw, on=["criterion", "name"], how="left", sort=False)


def pairs(filters: Filters) -> pd.DataFrame:
    """Return the difference between every two checkpoints on every criterion."""
    return pd.DataFrame(
        [pair_row(model.criterion, one) for model in models(filters) for one in model.pairs]
    )


def pair_row(criterion: str, one: RatedPair) -> dict[str, object]:
    """Return the difference between two checkpoints on a criterion as a row of a table."""
    return {
        "criterion": criterion,
        "checkpoint": one.checkpoint,
        "against": one.opponent,
        "points": one.points,
        **_ends("points", one.points_interval),
        "effect size": one.effect,
        **_ends("effect", one.effect_interval),
        "rated higher": one.superiority,
        **_ends("rated higher", one.superiority_interval),
        "p": one.p,
        "Holm p": one.p_holm,
        "why not": one.reason,
    }


def severities(filters: Filters, criterion: str) -> pd.DataFrame:
    """Return what each reviewer gives more or less than an average one, the most severe first."""
    ratings = data.ratings()
    known = ratings[["reviewer_id", "reviewer"]].drop_duplicates("reviewer_id")
    names = dict(zip(known["reviewer_id"].astype(str), known["reviewer"], strict=True))
    rows = [
        {
            "name": str(names.get(one.reviewer_id, one.reviewer_id)),
            "points": one.points,
            "low": one.points_interval.low,
            "high": one.points_interval.high,
            "shown": f"{one.points:+.2f}",
            "range": words.number_range(one.points_interval),
            "latent": -one.value,
            "ratings": one.n_ratings,
        }
        for model in models(filters)
        if model.criterion == criterion
        for one in model.severities
    ]
    return pd.DataFrame(rows)


def spreads(filters: Filters) -> pd.DataFrame:
    """Return why ratings differ: standard deviation and share of each reason."""
    return pd.DataFrame(
        [
            {
                "criterion": model.criterion,
                "differs by": one.name,
                "how many": one.n_levels,
                "spread": one.value,
                **_ends("spread", one.interval),
                "share": one.share,
            }
            for model in models(filters)
            for one in model.spreads
        ]
    )


def thresholds(filters: Filters) -> pd.DataFrame:
    """Return where on the latent scale one point gives way to the next."""
    return pd.DataFrame(
        [
            {
                "criterion": model.criterion,
                "between": f"{one.point:g} and {one.next_point:g}",
                "threshold": one.value,
                "standard error": one.standard_error,
            }
            for model in models(filters)
            for one in model.thresholds
        ]
    )


def with_and_without(filters: Filters) -> pd.DataFrame:
    """Return each difference with the excluded reviewers' ratings and without them."""
    keys = ["criterion", "checkpoint", "against"]
    sides = [
        pairs(replace(filters, with_excluded=included))[
            [*keys, "points", "points low", "points high", "Holm p"]
        ]
        for included in (False, True)
    ]
    joined = sides[0].merge(sides[1], on=keys, how="outer", suffixes=(" without", " with"))
    return joined.reset_index(drop=True)


def _ends(name: str, interval: Interval | None) -> dict[str, float | None]:
    low, high = (interval.low, interval.high) if interval else (None, None)
    return {f"{name} low": low, f"{name} high": high}


@once
def _means(at: str, filters: Filters) -> tuple[MeanRating, ...]:
    return mean_rating(filters.ratings(data.ratings()))


@once
def _shares(at: str, filters: Filters) -> tuple[RatingShare, ...]:
    return rating_shares(filters.ratings(data.ratings()))


@once
def _models(at: str, filters: Filters) -> tuple[OrdinalModel, ...]:
    return ordinal_models(filters.ratings(data.ratings()))

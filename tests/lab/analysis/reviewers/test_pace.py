from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from lab.analysis.reviewers.pace import outlook

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


def days_ago(counts: list[int]) -> list[datetime]:
    """Give answers of so many on each past day, today's first."""
    return [
        NOW - timedelta(days=ago, hours=1 + i * 20 / max(1, n))
        for ago, n in enumerate(counts)
        for i in range(n)
    ]


def test_a_steady_pace_has_a_sure_end() -> None:
    found = outlook(days_ago([20] * 10), 100, NOW)
    assert (found.unit, found.n_units, found.per_unit) == ("day", 10, 20)
    assert found.earliest == found.latest == NOW + timedelta(days=5)
    assert found.reason is None


def test_an_uneven_pace_gives_a_range_that_holds_the_mean() -> None:
    found = outlook(days_ago([0, 60, 0, 0, 30, 10, 0, 0, 80, 20]), 400, NOW)
    assert found.per_unit == 20
    assert found.earliest < NOW + timedelta(days=20) < found.latest
    assert found.latest - found.earliest > timedelta(days=10)


def test_eight_in_ten_studies_end_in_the_range() -> None:
    rng, hits = np.random.default_rng(0), []
    for seed in range(200):
        # One day in four nobody comes.
        days = rng.poisson(30, 514) * (rng.random(514) > 0.25)
        past, future = days[:14], days[14:]
        end = NOW + timedelta(days=int((future.cumsum() >= 500).argmax()) + 1)
        found = outlook(days_ago(past.tolist()), 500, NOW, seed)
        hits.append(found.earliest <= end <= found.latest)
    # A little under .8: two weeks of days do not know their own mean for sure.
    assert 0.65 <= np.mean(hits) <= 0.95


def test_only_the_last_two_weeks_count() -> None:
    found = outlook(days_ago([10] * 14 + [1000] * 10), 100, NOW)
    assert (found.n_units, found.per_unit) == (14, 10)


def test_a_young_study_counts_hours() -> None:
    times = [NOW - timedelta(minutes=10 * i) for i in range(1, 30)]
    found = outlook(times, 12, NOW)
    assert (found.unit, found.n_units) == ("hour", 5)
    assert NOW < found.earliest <= found.latest < NOW + timedelta(hours=4)


@pytest.mark.parametrize(
    ("times", "n_left", "said"),
    [
        ([], 5, "no answers yet"),
        ([], 0, "every answer is in"),
        ([NOW + timedelta(days=5)], 5, "needs answers over three hours"),
        ([NOW - timedelta(minutes=5)], 5, "needs answers over three hours"),
        ([NOW - timedelta(days=300)], 5, "no answers in the last 14 days"),
        ([NOW - timedelta(days=i) for i in range(1, 14)], 10**6, "takes years"),
    ],
)
def test_where_there_is_no_forecast_it_is_said_why(times, n_left, said) -> None:
    found = outlook(times, n_left, NOW)
    assert said in found.reason
    assert (found.earliest, found.latest, found.per_unit) == (None, None, None)


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="n_left is -1"):
        outlook([], -1, NOW)
    with pytest.raises(ValueError, match="no time zone"):
        outlook([], 1, datetime(2026, 5, 20))

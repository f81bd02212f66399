"""Checks control charts by hand, against pandas and least squares, and that changes are seen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lab.analysis.reviewers.drift import WEIGHT, control_chart
from lab.selftest.drift import ratings_over_time


def drawn(n_points: int = 30, shift: float = 0.0) -> pd.DataFrame:
    return ratings_over_time(np.random.default_rng(1), n_points, shift, after=0.7)


def test_a_study_without_a_change_says_nothing() -> None:
    chart = control_chart(drawn(), 30, ("reviewer_id", "generation_id"))
    assert chart.reason is None
    assert chart.signals == ()
    assert [point.n for point in chart.points] == [30] * 30
    assert all(point.low < chart.centre < point.high for point in chart.points)
    assert chart.n_baseline == 15


@pytest.mark.parametrize(
    ("shift", "said"), [(0.8, {"above", "rising"}), (-0.8, {"below", "falling"})]
)
def test_a_change_is_seen_after_it_came(shift, said) -> None:
    chart = control_chart(drawn(40, shift), 30, ("reviewer_id", "generation_id"))
    assert {point.signal for point in chart.signals} <= said
    first = chart.points.index(chart.signals[0])
    assert 28 <= first <= 34


def test_a_severe_reviewer_who_comes_late_is_no_change() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({
        "created_at": pd.date_range("2026-01-01", periods=600, freq="h", tz="UTC"),
        "reviewer_id": ["mild"] * 400 + ["severe"] * 200,
        "value": np.r_[rng.normal(4, 0.7, 400), rng.normal(2, 0.7, 200)],
    })  # fmt: skip
    assert control_chart(frame, 20, ()).signals != ()
    chart = control_chart(frame, 20)
    assert chart.signals == ()
    assert chart.points[0].raw > 3.5 > 2.5 > chart.points[-1].raw


def test_effects_come_off_as_by_least_squares() -> None:
    frame = drawn(10)
    chart = control_chart(frame, 30, ("reviewer_id", "generation_id"))
    design = pd.get_dummies(frame[["reviewer_id", "generation_id"]].astype(str)).to_numpy(float)
    values = frame["value"].to_numpy()
    fitted = design @ np.linalg.lstsq(design, values - values.mean(), rcond=None)[0]
    means = (values - fitted).reshape(-1, 30).mean(axis=1)
    assert [point.value for point in chart.points] == pytest.approx(means, abs=1e-6)
    # Equal counts: the weighted mean is pandas' own, started at the centre.
    series = pd.Series(np.r_[chart.centre, means]).ewm(alpha=WEIGHT, adjust=False).mean()[1:]
    assert [point.weighted for point in chart.points] == pytest.approx(series.tolist(), abs=1e-6)


def test_days_without_values_are_left_out_and_a_rest_joins_the_last_point() -> None:
    frame = drawn(10)
    day = pd.to_datetime("2026-03-01", utc=True) + pd.to_timedelta(
        np.arange(300) // 30 * 2, unit="D"
    )
    chart = control_chart(frame.assign(created_at=day), "day")
    assert len(chart.points) == 10
    assert chart.points[1].start.day == 3
    assert [point.n for point in control_chart(frame, 32).points] == [32] * 8 + [44]
    as_category = frame.astype({"reviewer_id": "category"})
    assert control_chart(as_category, 30) == control_chart(frame, 30)


def test_what_cannot_be_drawn_is_said() -> None:
    frame = drawn(10)
    assert "needs 8" in control_chart(frame.head(200), 30).reason
    assert control_chart(frame.head(0), 30).points == ()
    assert "the same" in control_chart(frame.assign(value=3.0), 30).reason
    with pytest.raises(ValueError, match="'week'"):
        control_chart(frame, "week")
    with pytest.raises(ValueError, match="0"):
        control_chart(frame, 0)
    with pytest.raises(ValueError, match="'value'"):
        control_chart(frame.drop(columns="value"), 10)

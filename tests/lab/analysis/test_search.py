"""Importance of settings against scipy's Kruskal-Wallis test, and where the truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kruskal, spearmanr

from lab.analysis.search import LEAST, importances


def by_name(trials, values):
    return {one.name: one for one in importances(trials, values)}


def test_the_share_is_that_of_kruskal_and_wallis() -> None:
    random = np.random.default_rng(1)
    rows = random.choice([8, 16, 32], 40)
    values = rows / 10 + random.normal(0, 1, 40)
    found = by_name([{"rows": int(one)} for one in rows], values)["rows"]
    statistic, p = kruskal(*(values[rows == one] for one in (8, 16, 32)))
    assert found.share == pytest.approx((statistic - 2) / (40 - 3))
    assert found.p == pytest.approx(p, abs=0.01)
    assert found.tendency == pytest.approx(spearmanr(rows, values).statistic)


def test_a_best_value_in_the_middle_is_found_though_there_is_no_tendency() -> None:
    random = np.random.default_rng(2)
    rate, noise = random.uniform(-1, 1, 60), random.uniform(-1, 1, 60)
    trials = [{"rate": a, "noise": b} for a, b in zip(rate, noise, strict=True)]
    first, second = importances(trials, rate**2 + random.normal(0, 0.1, 60))
    assert (first.name, second.name) == ("rate", "noise")
    assert first.share > 0.4
    assert first.p < 0.01
    assert abs(first.tendency) < 0.4
    assert second.p > 0.05


def test_a_setting_without_effect_is_rarely_called_important() -> None:
    random = np.random.default_rng(3)
    false = 0
    for _ in range(60):
        names = [{"a": random.uniform(), "b": str(random.choice(["x", "y"]))} for _ in range(20)]
        false += any(one.p < 0.05 for one in importances(names, random.normal(0, 1, 20)))
    assert false <= 8  # 3 expected; 8 or fewer in 99 % of such runs


def test_choices_that_are_no_numbers_have_no_tendency() -> None:
    trials = [{"schedule": "linear" if i % 2 else None, "packing": i % 2 == 0} for i in range(12)]
    found = by_name(trials, [i % 2 + i / 100 for i in range(12)])
    assert found["schedule"].share == found["packing"].share
    assert found["schedule"].tendency is None
    assert found["packing"].tendency is None


@pytest.mark.parametrize(
    ("trials", "values", "reason"),
    [
        ([{"a": i} for i in range(LEAST - 1)], range(LEAST - 1), "needs 10 finished trials"),
        ([{"a": 1}] * 12, range(12), "had one value in all trials"),
        ([{"a": i} for i in range(12)], [1.0] * 12, "all trials came to the same"),
        ([{"a": str(i)} for i in range(12)], range(12), "nearly as many values as trials"),
    ],
)
def test_what_cannot_be_told_has_a_reason(trials, values, reason) -> None:
    found = importances(trials, list(values))[0]
    assert (found.share, found.p, found.reason) == (None, None, reason)


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="2 trials, but 1 values"):
        importances([{"a": 1}, {"a": 2}], [1.0])
    with pytest.raises(ValueError, match="not finite"):
        importances([{"a": 1}], [float("nan")])

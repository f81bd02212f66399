"""Checks ICC(2) against Shrout and Fleiss (1979), and incomplete designs by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from lab.analysis.agreement.icc import icc2
from lab.analysis.agreement.tally import tally_matrix

# Table 2: six targets by four judges; ICC(2, 1) is .29 and ICC(2, 4) .62.
JUDGED = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]],
    dtype=float,
)


def test_shrout_and_fleiss() -> None:
    found = icc2(tally_matrix(JUDGED))
    assert found.single == pytest.approx(0.29, abs=5e-3)
    assert found.mean == pytest.approx(0.62, abs=5e-3)
    # Their mean squares: 11.24 between targets, 32.49 between judges, 1.02 left.
    assert found.rest_variance == pytest.approx(1.02, abs=5e-3)
    assert found.text_variance == pytest.approx((11.24 - 1.02) / 4, abs=5e-3)
    assert found.rater_variance == pytest.approx((32.49 - 1.02) / 6, abs=5e-3)


def test_incomplete_designs_have_the_right_components() -> None:
    rng = np.random.default_rng(0)
    texts, people = rng.normal(0, 1, (3000, 1)), rng.normal(0, 0.6, (1, 30))
    # Draws of 30 people vary, so that their own variance is the truth here.
    table = np.round((texts + people + rng.normal(0, 0.8, (3000, 30))) * 4)
    seen = np.argsort(rng.random(table.shape), axis=1) < 3
    found = icc2(tally_matrix(np.where(seen, table, np.nan)))
    assert found.text_variance / 16 == pytest.approx(texts.var(ddof=1), rel=0.05)
    assert found.rater_variance / 16 == pytest.approx(people.var(ddof=1), rel=0.05)
    assert found.rest_variance / 16 == pytest.approx(0.64, rel=0.05)
    assert found.single_interval.low < found.single < found.single_interval.high


def test_what_cannot_be_told_is_said() -> None:
    nothing = icc2(tally_matrix(np.array([[1.0, np.nan], [np.nan, 2.0]])))
    assert nothing.single is None
    assert "too few texts" in nothing.reason
    same = icc2(tally_matrix(np.ones((5, 3))))
    assert same.single is None
    assert same.reason == "every rating is the same"


def test_the_interval_is_that_of_leaving_groups_out_one_after_another() -> None:
    rng = np.random.default_rng(1)
    table = np.round(
        rng.normal(3, 1, (50, 1)) + rng.normal(0, 0.5, (1, 8)) + rng.normal(0, 1, (50, 8))
    )
    table[np.argsort(rng.random(table.shape), axis=1) >= 4] = np.nan
    z = np.arctanh(icc2(tally_matrix(table)).single)
    texts = [table[np.arange(50) % 20 != group] for group in range(20)]
    people = [np.delete(table, person, axis=1) for person in range(8)]
    spreads = []
    for left_out in (texts, people):
        values = np.arctanh([icc2(tally_matrix(rest)).single for rest in left_out])
        spreads.append((len(values) - 1) * values.var())
    df = sum(spreads) ** 2 / (spreads[0] ** 2 / 19 + spreads[1] ** 2 / 7)
    reach = stats.t.ppf(0.975, df) * np.sqrt(sum(spreads))
    found = icc2(tally_matrix(table)).single_interval
    assert np.arctanh([found.low, found.high]) == pytest.approx([z - reach, z + reach], rel=1e-9)

"""Checks alpha against published worked examples, against the library, and its invariances."""

from __future__ import annotations

import json

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lab.analysis.agreement import (
    alpha_by_criterion,
    nominal_alpha,
    ordinal_alpha,
    resampled_alphas,
)

NAN = float("nan")

# Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", example C: four observers,
# twelve units, missing values; alpha .743 nominal and .815 ordinal.
EXAMPLE_C = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
).T

# The same paper, example A (two observers, binary data: .095) and B (nominal data: .692).
EXAMPLE_A = np.array([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]).T
EXAMPLE_B = np.array([[ord(c) for c in "aabbdcccedda"], [ord(c) for c in "babbbccceddd"]]).T

tables = arrays(
    np.float64, st.tuples(st.integers(2, 9), st.integers(2, 5)),
    elements=st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, NAN]),
)  # fmt: skip


def test_published_examples() -> None:
    assert ordinal_alpha(EXAMPLE_C).value == pytest.approx(0.815, abs=5e-4)
    assert nominal_alpha(EXAMPLE_C).value == pytest.approx(0.743, abs=5e-4)
    assert nominal_alpha(EXAMPLE_A).value == pytest.approx(0.095, abs=5e-4)
    assert nominal_alpha(EXAMPLE_B).value == pytest.approx(0.692, abs=5e-4)


def test_counts_of_the_published_example() -> None:
    alpha = ordinal_alpha(EXAMPLE_C)
    assert (alpha.n_units, alpha.n_left_out, alpha.n_ratings, alpha.n_raters) == (11, 1, 40, 4)
    assert alpha.interval is not None
    assert alpha.interval.low < alpha.value < alpha.interval.high


def test_golden_tables_of_evalica(published) -> None:
    codings = pd.read_csv(published("evalica_golden/codings.csv"), header=None).to_numpy().T
    assert nominal_alpha(codings).value == pytest.approx(0.7434211, abs=1e-7)
    words = pd.read_csv(published("evalica_golden/gcl.csv"), header=None)
    gcl = words.replace({"NN": 1.0, "VBP": 2.0}).astype(float).to_numpy().T
    assert nominal_alpha(gcl).value == pytest.approx(0.0833333, abs=1e-7)


@pytest.mark.parametrize(
    ("criterion", "alpha"),
    [("grammar", 0.36), ("cohesive", 0.44), ("enjoy", 0.30), ("relevant", 0.52)],
)
def test_story_ratings_by_three_people_each(published, criterion: str, alpha: float) -> None:
    rows = json.loads(published("wp_a/wp_a.json").read_text()).values()
    result = ordinal_alpha(np.array([row[criterion] for row in rows], dtype=float))
    assert round(result.value, 2) == alpha
    assert (result.n_units, result.n_ratings) == (400, 1200)
    assert result.interval.high - result.interval.low < 0.15


@settings(max_examples=50, deadline=None)
@given(table=tables, seed=st.integers(0, 99))
def test_resampled_alphas_equal_the_librarys(table: np.ndarray, seed: int) -> None:
    table = table[np.isfinite(table).sum(axis=1) >= 2]
    domain = np.unique(table[np.isfinite(table)])
    if len(domain) < 2:
        return
    counts = np.stack([(table == value).sum(axis=1) for value in domain], axis=1)
    patterns, frequency = np.unique(counts, axis=0, return_counts=True)
    shares = frequency / frequency.sum()
    for measurement in ("ordinal", "nominal"):
        got = resampled_alphas(counts, measurement, 5, seed)
        drawn = np.random.default_rng(seed).multinomial(len(counts), shares, size=5)
        for value, times in zip(got, drawn, strict=True):
            resample = np.repeat(patterns, times, axis=0)
            if (resample.sum(axis=0) > 0).sum() < 2:
                assert np.isnan(value)
                continue
            library = krippendorff.alpha(
                value_counts=resample, value_domain=domain, level_of_measurement=measurement
            )
            assert value == pytest.approx(library, abs=1e-9)


@settings(max_examples=50, deadline=None)
@given(table=tables, data=st.data())
def test_alpha_knows_neither_raters_nor_order_nor_the_numbers_of_the_points(table, data) -> None:
    raters = data.draw(st.permutations(range(table.shape[1])))
    units = data.draw(st.permutations(range(table.shape[0])))
    base = ordinal_alpha(table, n_resamples=100)
    shuffled = ordinal_alpha(table[units][:, raters], n_resamples=100)
    stretched = ordinal_alpha(table**2 + 7, n_resamples=100)
    assert (base.value is None) == (shuffled.value is None) == (stretched.value is None)
    if base.value is not None:
        assert shuffled.value == pytest.approx(base.value, abs=1e-9)
        assert stretched.value == pytest.approx(base.value, abs=1e-9)
        # In one unit the same raters may have changed columns: that, too, changes nothing.
        moved = table.copy()
        moved[0] = moved[0][raters]
        assert ordinal_alpha(moved, n_resamples=100).value == pytest.approx(base.value, abs=1e-9)


def test_full_agreement_is_one_and_no_data_says_so() -> None:
    full = ordinal_alpha(np.array([[1, 1], [4, 4], [5, 5]]))
    assert full.value == pytest.approx(1.0)
    same = ordinal_alpha(np.array([[3, 3], [3, 3]]))
    assert (same.value, same.interval) == (None, None)
    assert "every rating is the same" in same.reason
    alone = ordinal_alpha(np.array([[3, NAN], [NAN, 4]]))
    assert "no text has been rated by two people" in alone.reason
    assert alone.n_left_out == 2
    one = ordinal_alpha(np.array([[3, 4], [NAN, 4]]))
    assert one.value is not None
    assert one.interval is None
    assert "at least two texts" in one.reason
    assert ordinal_alpha(np.zeros((0, 3))).value is None


def test_bad_arguments() -> None:
    with pytest.raises(ValueError, match=r"values has shape \(3,\)"):
        ordinal_alpha(np.array([1, 2, 3]))
    with pytest.raises(ValueError, match="level is 95"):
        ordinal_alpha(EXAMPLE_C, level=95)
    with pytest.raises(ValueError, match="n_resamples is 10"):
        ordinal_alpha(EXAMPLE_C, n_resamples=10)


def test_by_criterion_from_a_frame(make_ratings) -> None:
    rows = [
        ("old", f"r{rater}", f"p{unit}", value)
        for unit, row in enumerate(EXAMPLE_C)
        for rater, value in enumerate(row)
        if not np.isnan(value)
    ]
    frame = pd.concat([make_ratings(rows, "wit"), make_ratings(rows[:20], "fluency")])
    alphas = alpha_by_criterion(frame.sample(frac=1, random_state=1))
    assert list(alphas) == ["fluency", "wit"]
    assert alphas["wit"].value == pytest.approx(0.815, abs=5e-4)
    with pytest.raises(ValueError, match="alpha_by_criterion needs the column 'generation_id'"):
        alpha_by_criterion(frame.drop(columns="generation_id"))
    assert alpha_by_criterion(frame.head(0)) == {}

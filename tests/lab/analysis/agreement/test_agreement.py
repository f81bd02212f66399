"""Checks coefficients of agreement against published tables, libraries, and their invariances."""

from __future__ import annotations

import csv
import json

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from lab.analysis.agreement.estimates import (
    agreement_by_criterion,
    coefficients,
    gwet_ac2,
    icc1,
    krippendorff_alpha,
    percent_agreement,
    vote_agreement_by_criterion,
)
from lab.analysis.agreement.intervals import resample
from lab.analysis.agreement.tally import patterns_of, tally_matrix

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


def alpha(table, measurement="ordinal", **settings):
    """Compute alpha of a table of (units, raters)."""
    return krippendorff_alpha(tally_matrix(np.asarray(table)), measurement, **settings)


@pytest.mark.parametrize(
    ("measurement", "value"),
    [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)],
)
def test_krippendorffs_four_observers(published, measurement, value) -> None:
    codings = pd.read_csv(published("evalica_golden/codings.csv"), header=None).to_numpy().T
    for table in (EXAMPLE_C, codings):
        found = alpha(table, measurement)
        assert found.value == pytest.approx(value, abs=5e-4)
        assert (found.n_units, found.n_left_out, found.n_ratings, found.n_raters) == (11, 1, 40, 4)
    library = krippendorff.alpha(reliability_data=EXAMPLE_C.T, level_of_measurement=measurement)
    assert found.value == pytest.approx(library, abs=1e-12)


def test_krippendorffs_two_observers() -> None:
    assert alpha(EXAMPLE_A, "nominal").value == pytest.approx(0.095, abs=5e-4)
    assert alpha(EXAMPLE_B, "nominal").value == pytest.approx(0.692, abs=5e-4)


def test_golden_table_of_evalica(published) -> None:
    words = pd.read_csv(published("evalica_golden/gcl.csv"), header=None)
    gcl = words.replace({"NN": 1.0, "VBP": 2.0}).astype(float).to_numpy().T
    assert alpha(gcl, "nominal").value == pytest.approx(0.0833333, abs=1e-7)


def test_gwets_four_raters() -> None:
    # The same table in Gwet (2014, "Handbook of Inter-Rater Reliability"), `cac.raw4raters` of his
    # package irrCAC: AC1 .77544 of .81818, and with quadratic weights AC2 .91400 of .97538.
    tally = tally_matrix(EXAMPLE_C)
    assert gwet_ac2(tally, "identity").value == pytest.approx(0.7754441, abs=5e-8)
    assert percent_agreement(tally).value == pytest.approx(0.8181818, abs=5e-8)
    assert gwet_ac2(tally, "quadratic").value == pytest.approx(0.9140007, abs=5e-8)
    assert percent_agreement(tally, "quadratic").value == pytest.approx(0.9753788, abs=5e-8)


def test_gwets_weights() -> None:
    # The weights of three values as the vignette "weighting" of irrCAC prints them.
    domain = np.array([1.0, 2.0, 3.0])
    rows = {"identity": [1, 0, 0], "linear": [1, 0.5, 0], "ordinal": [1, 2 / 3, 0],
            "quadratic": [1, 0.75, 0]}  # fmt: skip
    for name, row in rows.items():
        assert coefficients.weight_table(domain, name)[0] == pytest.approx(row)
    with pytest.raises(ValueError, match="weights is 'cubic'"):
        coefficients.weight_table(domain, "cubic")


def test_points_that_nobody_gave_make_chance_less_likely() -> None:
    table = np.array([[1, 1], [1, 1], [2, 2], [1, 2]])
    two, five = tally_matrix(table), tally_matrix(table, range(1, 6))
    assert gwet_ac2(five, "identity").value > gwet_ac2(two, "identity").value
    same = np.ones((5, 2))
    assert gwet_ac2(tally_matrix(same), "identity").value is None
    assert gwet_ac2(tally_matrix(same, [1, 2]), "identity").value == pytest.approx(1)


def test_shrout_and_fleiss() -> None:
    # Shrout and Fleiss (1979), table 2: six targets by four judges; ICC(1, 1) is .17.
    judged = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    assert icc1(tally_matrix(np.array(judged))).value == pytest.approx(0.17, abs=5e-3)


@pytest.mark.parametrize(
    ("slot", "value"),
    [("RE", 0.1376), ("CH", -0.0548), ("EM", 0.1160), ("SU", 0.0512), ("EG", 0.1802),
     ("CX", 0.2780)],
)  # fmt: skip
def test_icc_of_stories_by_three_people_each(published, slot, value) -> None:
    csv.field_size_limit(10**9)
    with published("hanna/hanna_metric_scores_llm.csv").open() as file:
        rows = list(csv.DictReader(file))
    columns = [
        np.concatenate([json.loads(row[f"Human {person} {slot}"]) for row in rows])
        for person in (1, 2, 3)
    ]
    table = np.stack(columns, axis=1).astype(float)
    assert table.shape == (1056, 3)
    found = icc1(tally_matrix(table), n_resamples=100)
    assert round(found.value, 4) == value
    # An independent way: the mean squares of a one-way analysis of variance.
    between = 3 * table.mean(axis=1).var(ddof=1)
    within = table.var(axis=1, ddof=1).mean()
    assert found.value == pytest.approx((between - within) / (between + 2 * within), abs=1e-12)


@pytest.mark.parametrize(
    ("criterion", "value"),
    [("grammar", 0.36), ("cohesive", 0.44), ("enjoy", 0.30), ("relevant", 0.52)],
)
def test_story_ratings_by_three_people_each(published, criterion: str, value: float) -> None:
    rows = json.loads(published("wp_a/wp_a.json").read_text()).values()
    result = alpha(np.array([row[criterion] for row in rows], dtype=float))
    assert round(result.value, 2) == value
    assert (result.n_units, result.n_ratings) == (400, 1200)
    assert result.by_unit.high - result.by_unit.low < 0.15


@settings(max_examples=50, deadline=None)
@given(table=tables, seed=st.integers(0, 99))
def test_resamples_equal_the_librarys(table: np.ndarray, seed: int) -> None:
    tally = tally_matrix(table).compared()
    if len(tally.domain) < 2 or not len(tally.counts):
        return
    patterns, _, times = patterns_of(tally.counts)
    for measurement in ("nominal", "ordinal", "interval", "ratio"):
        coefficient = coefficients.alpha(tally.domain, measurement)
        parts = coefficient.parts(patterns)
        got = resample(coefficient, parts, times, 5, np.random.default_rng(seed))
        shares = times / times.sum()
        drawn = np.random.default_rng(seed).multinomial(times.sum(), shares, size=5)
        for value, often in zip(got, drawn, strict=True):
            again = np.repeat(patterns, often, axis=0)
            if (again.sum(axis=0) > 0).sum() < 2:
                assert np.isnan(value)
                continue
            library = krippendorff.alpha(
                value_counts=again, value_domain=tally.domain, level_of_measurement=measurement
            )
            assert value == pytest.approx(library, abs=1e-9)


@settings(max_examples=50, deadline=None)
@given(table=tables, data=st.data())
def test_alpha_knows_neither_raters_nor_order_nor_the_numbers_of_the_points(table, data) -> None:
    units = data.draw(st.permutations(range(table.shape[0])))
    raters = data.draw(st.permutations(range(table.shape[1])))
    base = alpha(table, n_resamples=100)
    for moved in (table[units][:, raters], table**2 + 7, -table):
        found = alpha(moved, n_resamples=100)
        if base.value is None:
            assert found.value is None
        else:
            assert found.value == pytest.approx(base.value, abs=1e-9)


def test_leaving_out_is_what_it_says() -> None:
    """The jackknife's sums equal a recount without the rater, the unit, the rating."""
    rng = np.random.default_rng(1)
    table = np.where(rng.random((30, 5)) < 0.7, rng.integers(1, 5, (30, 5)), np.nan)
    spread = {}
    for axis, n in ((0, 30), (1, 5)):
        values = [alpha(np.delete(table, i, axis), n_resamples=100).value for i in range(n)]
        moved = np.arctanh(values)
        spread[axis] = (n - 1) / n * ((moved - moved.mean()) ** 2).sum()
    found = alpha(table, n_resamples=100)
    reach = (np.arctanh(found.by_rater.high) - np.arctanh(found.by_rater.low)) / 2
    loads = np.isfinite(table[np.isfinite(table).sum(axis=1) >= 2]).sum(axis=0)
    df = loads.sum() ** 2 / (loads**2).sum() - 1
    assert reach == pytest.approx(stats.t.ppf(0.975, df) * np.sqrt(spread[1]), rel=1e-9)
    both = (np.arctanh(found.interval.high) - np.arctanh(found.interval.low)) / 2
    assert both > 0.95 * np.sqrt(max(spread.values())) * 2


def test_what_cannot_be_computed_is_said() -> None:
    nothing = alpha(np.array([[3, NAN], [NAN, 4]]))
    assert (nothing.value, nothing.widest) == (None, None)
    assert nothing.reason == "nothing has been judged by two people"
    assert (nothing.n_units, nothing.n_left_out) == (0, 2)
    same = alpha(np.array([[3, 3], [3, 3]]))
    assert same.value is None
    assert "every answer is the same" in same.reason
    one = alpha(np.array([[3, 4], [NAN, 4]]))
    assert one.value is not None
    assert "at least two" in one.reason
    two = alpha(np.array([[1, 2], [4, 4], [5, 4], [2, 2]]))
    assert two.interval is None
    assert two.widest == two.by_unit is not None
    assert "two people only" in two.reason
    full = alpha(np.array([[1, 1, 1], [4, 4, 4], [5, 5, 5]]))
    assert full.value == pytest.approx(1)
    assert full.interval is None
    assert alpha(np.zeros((0, 3))).value is None


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="must be \\(units, raters\\)"):
        tally_matrix(np.array([1, 2, 3]))
    with pytest.raises(ValueError, match="level is 95"):
        alpha(EXAMPLE_C, level=95)
    with pytest.raises(ValueError, match="n_resamples is 10"):
        alpha(EXAMPLE_C, n_resamples=10)
    with pytest.raises(ValueError, match="measurement is 'cardinal'"):
        alpha(EXAMPLE_C, "cardinal")
    with pytest.raises(ValueError, match="6 is not among the values 1, 2"):
        tally_matrix(np.array([[6.0]]), [1, 2])


@pytest.mark.parametrize("kind", ["object", "category"])
def test_a_frame_gives_what_its_table_gives(make_ratings, kind: str) -> None:
    rows = [("old", f"r{j}", f"p{i}", int(v)) for i, row in enumerate(EXAMPLE_C)
            for j, v in enumerate(row) if v == v]  # fmt: skip
    frame = pd.concat([make_ratings(rows), make_ratings(rows[:9], "wit")])
    frame = frame.sample(frac=1, random_state=1)
    names = ["generation_id", "reviewer_id", "criterion"]
    found = agreement_by_criterion(frame.astype(dict.fromkeys(names, kind)))
    assert [one.criterion for one in found] == ["fluency", "wit"]
    assert found[0].alpha.value == pytest.approx(0.815, abs=5e-4)
    assert found[0].percent.value == pytest.approx(0.8181818, abs=5e-8)
    assert found[0].icc1 is not None
    with pytest.raises(ValueError, match="agreement_by_criterion needs the column"):
        agreement_by_criterion(frame.drop(columns="generation_id"))
    assert agreement_by_criterion(frame.head(0)) == ()


def test_votes_have_no_order(make_votes) -> None:
    rows = [("x", "y", f"r{j}", f"p{i}", winner) for i, row in enumerate(["aab", "bbb", "ttb"])
            for j, winner in enumerate({"t": "tie"}.get(c, c) for c in row)]  # fmt: skip
    (found,) = vote_agreement_by_criterion(make_votes(rows))
    assert found.is_vote
    table = np.array([[0, 0, 1], [1, 1, 1], [2, 2, 1]])
    assert found.alpha.value == pytest.approx(alpha(table, "nominal").value)
    assert found.percent.value == pytest.approx((1 / 3 + 1 + 1 / 3) / 3)
    with pytest.raises(ValueError, match="'draw' is not an outcome"):
        vote_agreement_by_criterion(make_votes(rows).assign(winner="draw"))


def test_the_last_of_two_judgements_by_one_person_counts(make_ratings) -> None:
    rows = [("old", "r1", "p1", 1), ("old", "r2", "p1", 4), ("old", "r1", "p1", 4),
            ("old", "r1", "p2", 2), ("old", "r2", "p2", 2)]  # fmt: skip
    (found,) = agreement_by_criterion(make_ratings(rows))
    assert found.percent.value == pytest.approx(1)
    assert found.alpha.n_ratings == 4

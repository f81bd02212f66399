"""Checks pairwise kappa against a published table, statsmodels and scikit-learn."""

from __future__ import annotations

import json

import numpy as np
import pytest
from statsmodels.stats.inter_rater import cohens_kappa

from lab.analysis.agreement.kappas import kappas
from lab.analysis.agreement.tally import tally_matrix


def rows_of(table):
    """Turn a table of counts into one row of two judgements per count."""
    cells = [
        (i + 1, j + 1) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)
    ]
    return np.array(cells, dtype=float)


def test_pandalms_three_annotators(published) -> None:
    # The paper gives .85, .88 and .86.
    rows = json.loads(published("pandalm/data_testset-v1.json").read_text())
    table = np.array([[float(row[f"annotator{i}"]) for i in (1, 2, 3)] for row in rows])
    found = kappas(tally_matrix(table), "identity")
    assert found.values[[0, 0, 1], [1, 2, 2]] == pytest.approx([0.85, 0.88, 0.86], abs=0.005)
    assert (found.n_shared == 999).all()
    assert found.interval(0, 1).low == pytest.approx(0.82, abs=0.01)


@pytest.mark.parametrize("table", [[[20, 5], [10, 15]], [[20, 5, 1], [10, 15, 4], [2, 3, 9]]])
@pytest.mark.parametrize(("weights", "name"), [("identity", None), ("quadratic", "quadratic")])
def test_value_and_error_are_those_of_statsmodels(table, weights, name) -> None:
    oracle = cohens_kappa(np.array(table), wt=name)
    found = kappas(tally_matrix(rows_of(table)), weights)
    assert found.values[0, 1] == pytest.approx(oracle.kappa, abs=1e-12)
    assert found.values[1, 0] == pytest.approx(oracle.kappa, abs=1e-12)
    assert found.standard_errors[0, 1] == pytest.approx(oracle.std_kappa, abs=1e-12)


def test_every_pair_counts_what_it_shares() -> None:
    rng = np.random.default_rng(0)
    table = np.where(rng.random((80, 4)) < 0.8, rng.integers(1, 4, (80, 4)), np.nan)
    for weights, name in (("identity", None), ("quadratic", "quadratic")):
        found = kappas(tally_matrix(table), weights)
        for i in range(4):
            for j in range(i):
                both = table[np.isfinite(table[:, [i, j]]).all(axis=1)][:, [i, j]].astype(int)
                counts = np.zeros((3, 3))
                np.add.at(counts, (both[:, 0] - 1, both[:, 1] - 1), 1)
                assert found.values[i, j] == pytest.approx(cohens_kappa(counts, wt=name).kappa)
                assert found.n_same[i, j] == (both[:, 0] == both[:, 1]).sum()


def test_pairs_without_a_kappa_say_why() -> None:
    table = np.full((30, 4), np.nan)
    table[:12, 0], table[:12, 1] = 3, 3
    table[8:20, 2] = np.arange(12) % 3
    table[20:, 3] = 1
    found = kappas(tally_matrix(table), "quadratic")
    assert found.reason(0, 1) == "every answer is the same"
    assert found.reason(0, 2) == "4 judged by both; kappa needs 10"
    assert found.reason(0, 3) == "never judged the same"
    assert found.interval(0, 2) is None
    with pytest.raises(ValueError, match="weights is 'linear'"):
        kappas(tally_matrix(table), "linear")

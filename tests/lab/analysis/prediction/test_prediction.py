"""Checks prediction-powered means against `ppi_py`, against known truths, and where they fail."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lab.analysis.intervals import t_interval
from lab.analysis.prediction.estimates import (
    chosen_pairs,
    predicted_differences,
    predicted_means,
)
from lab.analysis.prediction.scores import cross_fitted, usable
from lab.analysis.prediction.spread import Rows, estimate, moves, tuned
from lab.selftest.prediction import SCORES
from lab.selftest.scored import CHECKPOINTS, Scored, draw


def independent(n: int, n_others: int, slope: float = 0.6) -> Rows:
    rng = np.random.default_rng(n)
    rated, others = rng.normal(size=n), rng.normal(size=n_others)
    return Rows(
        sign=1.0,
        values=2 + slope * rated + 0.8 * rng.normal(size=n),
        predictions=rated,
        prompts=np.arange(n),
        reviewers=np.arange(n),
        others=others,
        other_prompts=n + np.arange(n_others),
    )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("tuning", [0.0, 0.4, 1.0])
def test_independent_ratings_give_what_ppi_py_gives(tuning: float) -> None:
    ppi_py = pytest.importorskip("ppi_py")
    # Its interval takes z for t and n for n − 1; with so many ratings that is less than 1e-6.
    rows = independent(200_000, 400_000)
    found = estimate((rows,), moves((rows,)), tuning)
    given = (rows.values, rows.predictions, rows.others)
    value = ppi_py.ppi_mean_pointestimate(*given, lam=tuning)
    low, high = ppi_py.ppi_mean_ci(*given, alpha=0.05, lam=tuning)
    interval = t_interval(found.value, found.standard_error, found.df, 0.95)
    assert found.value == pytest.approx(float(np.squeeze(value)), abs=1e-6)
    assert interval.low == pytest.approx(float(np.squeeze(low)), abs=1e-6)
    assert interval.high == pytest.approx(float(np.squeeze(high)), abs=1e-6)


@pytest.mark.filterwarnings("ignore")
def test_the_tuning_is_that_of_ppi_py() -> None:
    ppi_py = pytest.importorskip("ppi_py")
    rows = independent(3000, 9000)
    found = estimate((rows,), moves((rows,)), tuned(moves((rows,))))
    value = ppi_py.ppi_mean_pointestimate(rows.values, rows.predictions, rows.others)
    assert found.value == pytest.approx(float(np.squeeze(value)), abs=1e-3)
    # The least variance: 1 − r² / (1 + n / N) of the classical one.
    plain = estimate((rows,), moves((rows,)), 0.0)
    share = (found.standard_error / plain.standard_error) ** 2
    assert share == pytest.approx(1 - 0.36 / (1 + 1 / 3), abs=0.03)


def test_no_score_of_its_own_prompt_teaches_a_prediction() -> None:
    rng = np.random.default_rng(0)
    scores, ratings = rng.normal(size=(60, 3)), rng.normal(size=60)
    ratings[40:] = np.nan
    prompts, checkpoints = np.arange(60) // 2, np.tile([0, 1], 30)
    first = cross_fitted(scores, ratings, checkpoints, prompts, np.random.default_rng(1))
    changed = ratings.copy()
    changed[[6, 7]] += 50
    second = cross_fitted(scores, changed, checkpoints, prompts, np.random.default_rng(1))
    assert second[[6, 7]] == pytest.approx(first[[6, 7]])
    assert not np.allclose(first, second)


def test_scores_that_are_constant_or_mostly_missing_are_left_out() -> None:
    nan = np.nan
    scores = np.array([[1, 1, nan, 2], [2, 1, nan, nan], [3, 1, 1, 3], [4, 1, nan, nan]])
    assert usable(scores).tolist() == [True, False, False, True]


def test_good_scores_save_ratings_and_wrong_ones_do_no_harm() -> None:
    rng = np.random.default_rng(3)
    lab = Scored(n_rated=100, n_reviewers=100, severity=0.05, per_text=1)
    ratings, texts = draw(lab, rng)
    for found in predicted_means(ratings, texts, SCORES):
        assert found.helps
        assert found.saved is not None
        assert 0.1 < found.saved < 0.4
        assert found.effective_ratings == pytest.approx(100 / (1 - found.saved))
        assert found.scores == SCORES
        assert (found.n_rated, found.n_unrated) == (100, 300)
    # Scores that flatter one checkpoint by a whole spread move nothing.
    flattered = texts.assign(s0=texts["s0"] + (texts["checkpoint"] == "new"))
    (plain,) = predicted_differences(ratings, texts, SCORES, [CHECKPOINTS])
    (found,) = predicted_differences(ratings, flattered, SCORES, [CHECKPOINTS])
    assert found.value == pytest.approx(plain.value, abs=1e-9)


def test_useless_scores_leave_the_classical_interval() -> None:
    ratings, texts = draw(replace(Scored(), telling=0.0), np.random.default_rng(5))
    for found in predicted_means(ratings, texts, SCORES):
        assert not found.helps
        assert found.saved == pytest.approx(0, abs=0.05)
        assert found.value == pytest.approx(found.classical_value, abs=0.06)


def test_rated_texts_that_no_chance_chose_are_noticed() -> None:
    ratings, texts = draw(Scored(), np.random.default_rng(6))
    assert not any(found.is_unlike for found in predicted_means(ratings, texts, SCORES))
    rated = texts["generation_id"].isin(ratings["generation_id"])
    picked = texts.assign(s0=texts["s0"] + 2.0 * rated)
    assert all(found.is_unlike for found in predicted_means(ratings, picked, SCORES))


def test_the_order_of_rows_and_categories_do_not_matter() -> None:
    ratings, texts = draw(Scored(), np.random.default_rng(7))
    mixed = ratings.sample(frac=1, random_state=1).astype(
        {"checkpoint": "category", "criterion": "category", "generation_id": "category"}
    )
    sorted_texts = texts.astype({"checkpoint": "category", "generation_id": "category"})
    for one, other in zip(
        predicted_means(ratings, texts, SCORES),
        predicted_means(mixed, sorted_texts, SCORES),
        strict=True,
    ):
        assert one.value == pytest.approx(other.value, abs=1e-9)
        assert one.saved == pytest.approx(other.saved, abs=1e-9)


def test_what_cannot_be_joined_has_a_reason() -> None:
    ratings, texts = draw(Scored(), np.random.default_rng(8))
    rated = texts[texts["generation_id"].isin(ratings["generation_id"])]
    (first, _) = predicted_means(ratings, rated, SCORES)
    assert (first.value, first.reason) == (
        None, "no further text with scores is unrated; sample and score more to gain from them"
    )  # fmt: skip
    assert first.classical_interval is not None
    assert "no score differs" in str(predicted_means(ratings, texts, [])[0].reason)
    alone = ratings[ratings["reviewer_id"] == ratings["reviewer_id"].iloc[0]]
    assert "one reviewer" in str(predicted_means(alone, texts, SCORES)[0].reason)
    elsewhere = texts.assign(dataset=np.where(
        texts["generation_id"].isin(ratings["generation_id"]), "made up", "another"))  # fmt: skip
    assert predicted_means(ratings, elsewhere, SCORES)[0].n_unrated == 0
    assert predicted_means(ratings.iloc[:0], texts, SCORES) == ()
    assert predicted_differences(ratings, texts, SCORES, [("new", "third")]) == ()
    with pytest.raises(ValueError, match="needs the column"):
        predicted_means(ratings, pd.DataFrame({"generation_id": []}), SCORES)


def test_differences_have_the_p_of_their_interval_and_are_adjusted_together() -> None:
    ratings, texts = draw(Scored(), np.random.default_rng(9))
    both = pd.concat([ratings, ratings.assign(criterion="style", value=-ratings["value"])])
    found = predicted_differences(both, texts, SCORES, [CHECKPOINTS])
    assert [one.criterion for one in found] == ["quality", "style"]
    for place, one in enumerate(found):
        assert one.p is not None
        assert one.classical_p is not None
        # At the level at which its interval just touches 0 a difference has that p.
        edge = predicted_differences(both, texts, SCORES, [CHECKPOINTS], level=1 - one.p)[place]
        assert edge.interval is not None
        assert min(map(abs, (edge.interval.low, edge.interval.high))) == pytest.approx(0, abs=1e-9)
        assert one.p_holm == pytest.approx(min(1.0, 2 * one.p))
        assert one.classical_p_holm == pytest.approx(min(1.0, 2 * one.classical_p))
    assert found[0].value == pytest.approx(-found[1].value)
    assert predicted_means(ratings, texts, SCORES)[0].p is None


def test_up_to_six_checkpoints_are_compared_each_with_each_and_more_with_one() -> None:
    names = list("gfedcba")
    rows = pd.DataFrame({"checkpoint": [*names, "c"]})
    few = rows[rows["checkpoint"].isin(["c", "a", "g"])]
    assert chosen_pairs(few, names) == (("c", "g"), ("a", "g"), ("a", "c"))
    assert chosen_pairs(rows, names) == tuple((name, "c") for name in "gfedba")
    categories = few.astype({"checkpoint": pd.CategoricalDtype(names)})
    assert chosen_pairs(categories, names) == chosen_pairs(few, names)
    with pytest.raises(ValueError, match="'a' is rated, but not in the order"):
        chosen_pairs(few, ["c", "g"])

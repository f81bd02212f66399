"""Checks calibration, recalibration and thresholds against scikit-learn, by hand, by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from lab.analysis.checks.calibration import reliability
from lab.analysis.checks.recalibration import cross_fitted, fit_calibrator
from lab.analysis.checks.threshold import choose_threshold, effective_number


def drawn(seed: int, n: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    scores = rng.random(n)
    return scores, (rng.random(n) < scores).astype(float), np.arange(n)


def test_bins_hold_equally_many_and_equal_scores_share_one() -> None:
    scores, labels, prompts = drawn(1)
    found = reliability(scores, labels, prompts)
    assert [one.share.n for one in found.bins] == [40] * 10
    assert found.brier == pytest.approx(((scores - labels) ** 2).mean())
    tied = reliability(np.repeat([0.0, 0.7], 100), np.tile([0, 1], 100), np.arange(200))
    assert [(round(one.score, 6), one.share.n) for one in tied.bins] == [(0, 100), (0.7, 100)]
    assert tied.plain_error == pytest.approx((0.5 + 0.2) / 2)
    assert tied.bias == pytest.approx(0, abs=1e-3)


def test_a_calibrated_score_has_no_error_once_chance_is_taken_off() -> None:
    found = [reliability(*drawn(seed)) for seed in range(60)]
    plain = np.mean([one.plain_error for one in found])
    corrected = np.mean([one.error for one in found])
    assert plain > 0.04
    assert corrected < 0.6 * plain


def test_a_miscalibrated_score_keeps_its_error() -> None:
    scores, labels, prompts = drawn(3, 4000)
    assert reliability(scores / 2, labels, prompts).error == pytest.approx(0.25, abs=0.03)
    one = reliability(scores[:1], labels[:1], prompts[:1])
    assert one.error is None
    assert "labelled texts" in one.reason
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        reliability(scores * 2, labels, prompts)


def test_isotonic_as_scikit_learn() -> None:
    scores, labels, _ = drawn(4)
    scores = np.round(scores, 2)
    oracle = IsotonicRegression(out_of_bounds="clip").fit(scores, labels)
    asked = np.linspace(0, 1, 57)
    assert fit_calibrator(scores, labels, "isotonic")(asked) == pytest.approx(oracle.predict(asked))


def test_platt_as_scikit_learn_on_smoothed_targets() -> None:
    scores, labels, _ = drawn(5)
    n_bad, n_good = labels.sum(), (1 - labels).sum()
    target = np.where(labels == 1, (n_bad + 1) / (n_bad + 2), 1 / (n_good + 2))
    oracle = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
    twice = np.r_[scores, scores][:, None]
    oracle.fit(twice, np.repeat([1, 0], len(scores)), sample_weight=np.r_[target, 1 - target])
    ours = fit_calibrator(scores, labels, "platt")(scores)
    assert ours == pytest.approx(oracle.predict_proba(scores[:, None])[:, 1], abs=1e-4)


def test_platt_survives_perfect_and_useless_scores() -> None:
    labels = np.repeat([0.0, 1.0], 10)
    perfect = fit_calibrator(np.repeat([0.1, 0.9], 10), labels, "platt")
    assert perfect(np.array([0.1, 0.9])) == pytest.approx([1 / 12, 11 / 12], abs=1e-3)
    flat = fit_calibrator(np.full(20, 0.5), labels, "platt")
    assert flat(np.array([0.0, 1.0])) == pytest.approx([0.5, 0.5])
    upside_down = fit_calibrator(np.repeat([0.9, 0.1], 10), labels, "platt")
    assert np.ptp(upside_down(np.array([0.0, 1.0]))) == 0


def test_a_text_is_never_judged_by_its_own_prompt() -> None:
    rng = np.random.default_rng(0)
    labels = (rng.random(200) < 0.5).astype(float)
    useless = np.arange(200) / 200  # in-sample isotonic regression would follow the noise
    inside = fit_calibrator(useless, labels, "isotonic")(useless)
    outside = cross_fitted(useless, labels, np.repeat(np.arange(50), 4), "isotonic")
    assert ((inside - labels) ** 2).mean() < 0.25 < ((outside - labels) ** 2).mean()
    assert cross_fitted(useless[:4], labels[:4], np.zeros(4), "platt") is None
    with pytest.raises(ValueError, match="isotonic or platt"):
        fit_calibrator(useless, labels, "spline")


@pytest.mark.parametrize(("n", "allowed"), [(22, 0), (37, 0), (38, 1), (100, 5)])
def test_the_misses_allowed_are_the_exact_binomial_ones(n, allowed) -> None:
    scores = np.arange(1, n + 1) / n
    found = choose_threshold(scores, np.ones(n), np.arange(n), 0.1, 0.9)
    assert found.n_missed == allowed
    assert found.value == scores[allowed]
    assert binom.cdf(allowed, n, 0.1) <= 0.1 < binom.cdf(allowed + 1, n, 0.1)


def test_too_few_labels_are_said_with_the_number_that_it_takes() -> None:
    found = choose_threshold(np.linspace(0, 1, 21), np.ones(21), np.arange(21))
    assert found.value is None
    assert "at least 22 hallucinated texts" in found.reason
    assert "there are 21" in found.reason
    assert found.flagged.value is None
    none = choose_threshold(np.array([0.5]), np.zeros(1), np.zeros(1))
    assert "there are 0" in none.reason
    with pytest.raises(ValueError, match="between 0 and 1"):
        choose_threshold(np.array([0.5]), np.zeros(1), np.zeros(1), most_missed=0)


def test_copies_on_one_prompt_are_worth_one_text() -> None:
    scores = np.repeat(np.linspace(0, 1, 30), 4)
    prompts = np.repeat(np.arange(30), 4)
    assert effective_number(scores, prompts) == pytest.approx(30)
    assert effective_number(scores, np.arange(120)) == 120
    shuffled = np.random.default_rng(0).permutation(scores)
    assert effective_number(shuffled, prompts) > 90
    found = choose_threshold(scores[:84], np.ones(84), prompts[:84])
    assert "worth 21 independent ones" in found.reason

"""Checks what labels teach against scipy's optimisers, by hand, and by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, special
from scipy.optimize import isotonic_regression
from sklearn.metrics import roc_auc_score, roc_curve

from lab.analysis.checks.fitting import (
    best_threshold,
    conformal_threshold,
    fit_check,
    risk_of,
)
from lab.analysis.checks.gains import auroc_gain, balanced_accuracy, calibration_error
from lab.analysis.checks.recalibration import cross_fitted, fit_calibrator
from lab.analysis.checks.threshold import choose_threshold
from lab.analysis.checks.weights import cross_weighted, folds_of, learn_weights, weigh


def drawn(seed: int, n: int = 300, slope: float = 4.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw scores, labels that follow them, and prompts of three texts each."""
    rng = np.random.default_rng(seed)
    scores = rng.random(n)
    labels = rng.random(n) < special.expit(slope * (scores - 0.5))
    return scores, labels, np.arange(n) // 3


def smoothed(labels: np.ndarray) -> np.ndarray:
    """Return Platt's targets."""
    n_bad, n_good = labels.sum(), (~labels).sum()
    return np.where(labels, (n_bad + 1) / (n_bad + 2), 1 / (n_good + 2))


# ---- the risk ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_platt_is_the_maximum_that_scipy_finds(seed: int) -> None:
    scores, labels, prompts = drawn(seed)
    target = smoothed(labels)

    def loss(w: np.ndarray) -> float:
        reach = w[0] + w[1] * scores
        return float(np.logaddexp(0, reach).sum() - target @ reach)

    oracle = optimize.minimize(loss, [0.0, 0.0], method="BFGS", options={"gtol": 1e-9}).x
    found = fit_check(scores, labels, prompts)
    assert (found.intercept, found.slope) == pytest.approx(tuple(oracle), abs=2e-4)
    assert risk_of(found.intercept, found.slope, None, 0.3, None) == pytest.approx(
        special.expit(oracle[0] + oracle[1] * 0.3), abs=1e-5
    )


def test_isotonic_is_scipys_on_the_means_of_ties() -> None:
    scores, labels, _ = drawn(1)
    order = np.argsort(scores)
    oracle = isotonic_regression(labels[order].astype(float)).x
    assert fit_calibrator(scores, labels, "isotonic")(scores[order]) == pytest.approx(oracle)
    tied = np.array([0.1, 0.1, 0.2, 0.2, 0.2, 0.2, 0.3, 0.3])
    said = np.array([1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0])
    found = fit_calibrator(tied, said, "isotonic")(np.array([0.1, 0.2, 0.3]))
    assert found == pytest.approx([1 / 6, 1 / 6, 1.0])


def test_the_calibration_error_by_hand() -> None:
    risks = np.array([0.1, 0.2, 0.3, 0.4, 0.9, 1.0])
    labels = np.array([False, True, False, False, True, True])
    # Bins of two: |.15 − .5|, |.35 − 0|, |.95 − 1|, each a third of the texts.
    assert calibration_error(risks, labels, n_bins=3) == pytest.approx((0.35 + 0.35 + 0.05) / 3)
    assert calibration_error(np.array([0.3]), np.array([False])) == pytest.approx(0.3)


# ---- weights -------------------------------------------------------------------------------


def test_weights_are_the_penalised_maximum_that_scipy_finds() -> None:
    rng = np.random.default_rng(2)
    parts = rng.normal(size=(200, 3)) * [1, 10, 0.1] + [0, 5, 1]
    labels = rng.random(200) < special.expit(parts[:, 0] + 0.1 * (parts[:, 1] - 5))
    z = (parts - parts.mean(0)) / parts.std(0)

    def loss(w: np.ndarray) -> float:
        reach = w[0] + z @ w[1:]
        return float(np.logaddexp(0, reach).sum() - labels @ reach + 0.5 * (w[1:] ** 2).sum())

    oracle = optimize.minimize(loss, np.zeros(4), method="BFGS", options={"gtol": 1e-9}).x
    found = weigh(parts, learn_weights(parts, labels))
    assert found == pytest.approx(oracle[0] + z @ oracle[1:], abs=1e-5)


def test_weights_survive_a_component_that_never_varies_and_a_perfect_one() -> None:
    labels = np.repeat([False, True], 20)
    parts = np.column_stack([np.ones(40), labels])
    found = learn_weights(parts, labels)
    assert np.isfinite(found).all()
    assert abs(found[1]) < 1e-6 < found[2]


@pytest.mark.parametrize("seed", range(5))
def test_a_prompt_is_in_one_fold_and_folds_are_even(seed: int) -> None:
    rng = np.random.default_rng(seed)
    groups = np.unique(rng.integers(0, 23, 200), return_inverse=True)[1]
    fold = folds_of(groups, 5, seed)
    assert all(len(set(fold[groups == group])) == 1 for group in range(groups.max() + 1))
    sizes = np.bincount([fold[groups == group][0] for group in range(groups.max() + 1)])
    assert sizes.max() - sizes.min() <= 1


def test_a_text_is_judged_by_other_prompts_alone() -> None:
    scores, labels, prompts = drawn(3, 60)
    parts = np.column_stack([scores, scores**2])
    weighed = cross_weighted(parts, labels, prompts, seed=0)
    risks = cross_fitted(scores, labels.astype(float), prompts, "platt")
    for prompt in (0, 7, 19):
        mine = prompts == prompt
        other = np.where(mine, ~labels, labels)
        assert cross_weighted(parts, other, prompts, seed=0)[mine] == pytest.approx(weighed[mine])
        changed = cross_fitted(scores, other.astype(float), prompts, "platt")
        assert changed[mine] == pytest.approx(risks[mine])
        assert not np.allclose(changed[~mine], risks[~mine])


# ---- what is better than what --------------------------------------------------------------


def test_a_gain_is_the_difference_of_aurocs_and_covers_none() -> None:
    scores, labels, prompts = drawn(4)
    noise = np.random.default_rng(5).random(300)
    found = auroc_gain(scores, noise, labels, prompts)
    oracle = roc_auc_score(labels, scores) - roc_auc_score(labels, noise)
    assert found.value == pytest.approx(oracle)
    covered = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        labels = rng.random(150) < 0.4
        truth = labels + rng.normal(size=150)
        one, other = truth + rng.normal(size=150), truth + rng.normal(size=150)
        interval = auroc_gain(one, other, labels, np.arange(150)).interval
        covered += interval.low <= 0 <= interval.high
    assert 183 <= covered <= 198  # 95 % ± 3 standard errors


def test_balanced_accuracy_by_hand() -> None:
    flags = np.array([True, True, False, False, False])
    labels = np.array([True, False, True, False, False])
    found = balanced_accuracy(flags, labels, np.arange(5))
    assert found.value == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert balanced_accuracy(flags, labels, np.zeros(5)).reason


def test_the_threshold_is_youdens() -> None:
    scores, labels, _ = drawn(6)
    hits, misses = (roc_curve(labels, scores)[n] for n in (1, 0))
    cut = best_threshold(scores, labels)
    flags = scores >= cut
    reached = flags[labels].mean() - flags[~labels].mean()
    assert reached == pytest.approx((hits - misses).max())


# ---- how few labels are enough -------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "n_bad", "n_prompts", "said"),
    [
        (0, 0, 1, "0 texts are labelled, 50 are needed"),
        (49, 20, 49, "49 texts are labelled, 50 are needed"),
        (50, 4, 50, "4 texts of one kind"),
        (50, 46, 50, "4 texts of one kind"),
        (50, 25, 9, "on 9 prompts, 10 are needed"),
    ],
)
def test_too_few_labels_teach_nothing(n: int, n_bad: int, n_prompts: int, said: str) -> None:
    found = fit_check(np.linspace(0, 1, n), np.arange(n) >= n - n_bad, np.arange(n) % n_prompts)
    assert "not enough labels" in found.reason
    assert said in found.reason
    assert (found.intercept, found.threshold, found.conformal) == (None, None, None)


def test_fifty_labels_are_enough_for_a_risk_and_a_hundred_for_weights() -> None:
    for n in (50, 99, 100):
        scores, labels, prompts = drawn(7, n)
        parts = np.column_stack([scores, np.random.default_rng(8).random(n)])
        found = fit_check(scores, labels, prompts, parts)
        assert found.reason is None
        assert found.threshold is not None
        assert (found.gain is not None) == (n >= 100)


def test_the_untrained_score_stays_where_the_gain_may_be_none() -> None:
    scores, labels, prompts = drawn(9)
    same = fit_check(scores, labels, prompts, np.column_stack([scores, scores]))
    assert same.weights is None
    assert same.gain.interval.low <= 0
    told = labels + 0.5 * np.random.default_rng(10).normal(size=300)
    better = fit_check(scores, labels, prompts, np.column_stack([scores, told]))
    assert better.gain.interval.low > 0
    assert len(better.weights) == 3
    odds = weigh(np.array([[0.4, 0.9]]), better.weights)[0]
    assert risk_of(
        better.intercept, better.slope, better.weights, 0.4, (0.4, 0.9)
    ) == pytest.approx(special.expit(better.intercept + better.slope * odds))


def test_weights_are_kept_only_where_the_interval_is_above_none() -> None:
    doubtful = 0
    for seed in range(20):
        scores, labels, prompts = drawn(seed, 120)
        hint = labels + 2 * np.random.default_rng(2000 + seed).normal(size=120)
        found = fit_check(scores, labels, prompts, np.column_stack([scores, hint]))
        assert (found.weights is not None) == (found.gain.interval.low > 0)
        doubtful += found.gain.value > 0 >= found.gain.interval.low
    assert doubtful >= 3


def test_weights_of_noise_are_kept_seldom() -> None:
    kept = 0
    for seed in range(60):
        scores, labels, prompts = drawn(seed, 120)
        noise = np.random.default_rng(1000 + seed).random((120, 3))
        kept += fit_check(scores, labels, prompts, noise, seed=seed).weights is not None
    assert kept <= 4  # at most 2.5 %, and two standard errors


# ---- what is missed ------------------------------------------------------------------------


def test_the_conformal_threshold_by_hand() -> None:
    risks, bad = np.arange(1, 20) / 20, np.ones(19, dtype=bool)
    # 19 hallucinated texts: (missed + 1) / 20 ≤ .1 allows one below the threshold.
    assert conformal_threshold(risks, bad, np.arange(19)) == (pytest.approx(0.1), None)
    assert conformal_threshold(risks[:9], bad[:9], np.arange(9))[0] == pytest.approx(0.05)
    cut, reason = conformal_threshold(risks[:8], bad[:8], np.arange(8))
    assert cut is None
    assert "8 prompts; 9 are needed to miss at most 10%" in reason


@pytest.mark.parametrize("per_prompt", [1, 4])
@pytest.mark.parametrize("n_prompts", [12, 40, 150])
def test_no_more_is_missed_than_is_promised(per_prompt: int, n_prompts: int) -> None:
    rng = np.random.default_rng(n_prompts * per_prompt)
    missed = []
    for _ in range(600):
        prompt = rng.normal(size=(2 * n_prompts, 1))
        risks = (prompt + rng.normal(size=(2 * n_prompts, per_prompt))).round(1)  # with ties
        prompts = np.repeat(np.arange(n_prompts), per_prompt)
        bad = np.ones(prompts.size, dtype=bool)
        cut, _ = conformal_threshold(risks[:n_prompts].ravel(), bad, prompts)
        missed.append((risks[n_prompts:] < cut).mean())
    error = np.std(missed) / np.sqrt(len(missed))
    assert np.mean(missed) <= 0.1 + 3 * error
    assert np.mean(missed) >= 0.1 - 1.5 / n_prompts - 0.02  # and hardly fewer than allowed


def test_a_sure_threshold_keeps_its_promise_as_often_as_it_says() -> None:
    rng, broken = np.random.default_rng(11), 0
    for _ in range(400):
        scores = rng.normal(size=60)
        found = choose_threshold(scores, np.ones(60), np.arange(60), 0.1, 0.9)
        # The share of all texts below the threshold is known: the scores are normal.
        broken += special.ndtr(found.value) > 0.1
    assert broken / 400 <= 0.1 + 3 * np.sqrt(0.1 * 0.9 / 400)

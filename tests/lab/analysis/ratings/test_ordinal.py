"""Checks the ordinal mixed model against other implementations, brute force and hostile ratings."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, special, stats
from statsmodels.miscmodels.ordinal_model import OrderedModel
from statsmodels.stats.multitest import multipletests

from lab.analysis.ratings.ordinal import ordinal_models
from lab.analysis.ratings.ordinal_design import make_design
from lab.analysis.ratings.ordinal_fit import estimate, mode_at
from lab.analysis.ratings.ordinal_system import Point, rows_at
from lab.selftest.raters import Raters, draw

SMALL = Raters(n_ratings=400, n_reviewers=8, n_prompts=15, levels=(0.0, 0.6, 1.0), evenness=5)


def _model(raters: Raters, seed: int = 0):
    (model,) = ordinal_models(draw(raters, np.random.default_rng(seed)))
    return model


def test_without_random_effects_it_is_statsmodels() -> None:
    frame = draw(SMALL, np.random.default_rng(1))
    alone = frame.assign(reviewer_id="r", prompt_id="p", generation_id=frame.index.astype(str))
    design = make_design(alone)
    assert design.random == ()
    found = estimate(design)
    dummies = pd.get_dummies(frame["checkpoint"], dtype=float).drop(columns="c0")
    oracle = OrderedModel(frame["value"], dummies, distr="logit").fit(disp=False, method="bfgs")
    cuts = oracle.model.transform_threshold_params(oracle.params)[1:-1]
    ours = found.mode.point.core
    assert ours[:2] == pytest.approx(oracle.params[["c1", "c2"]].to_numpy(), abs=1e-4)
    assert ours[2:] == pytest.approx(cuts, abs=1e-4)
    assert np.sqrt(np.diag(found.covariance)[:2]) == pytest.approx(
        oracle.bse[["c1", "c2"]].to_numpy(), abs=1e-4
    )


def test_laplace_is_that_of_brute_force() -> None:
    frame = draw(SMALL, np.random.default_rng(2))
    design = make_design(frame)
    spreads = {"reviewer": 0.7, "liking": 0.3, "text": 0.4, "prompt": 0.5}
    assert [name for name, _ in design.random] == list(spreads)
    mode = mode_at(design, spreads, _start(design))
    sizes = [len(mode.point.core), *map(len, mode.point.eliminated)]
    flat = np.concatenate([mode.point.core, *mode.point.eliminated])
    precision = np.zeros(sum(sizes))
    begin = 0
    for name, n in design.random[:2]:
        precision[begin : begin + n] = spreads[name] ** -2
        begin += n
    precision[sizes[0] : sizes[0] + sizes[1]] = spreads["text"] ** -2
    precision[sizes[0] + sizes[1] :] = spreads["prompt"] ** -2

    def height(values: np.ndarray) -> float:
        parts = np.split(values, np.cumsum(sizes)[:-1])
        rows = rows_at(design, Point(parts[0], tuple(parts[1:])))
        return rows.log_likelihood - 0.5 * float(precision @ values**2)

    top = height(flat)
    shift = 1e-3
    size, eye = len(flat), np.eye(len(flat)) * shift
    ups = np.array([height(flat + one) for one in eye])
    downs = np.array([height(flat - one) for one in eye])
    assert np.abs(ups - downs).max() / (2 * shift) < 1e-3  # the slope at the top
    hessian = np.zeros((size, size))
    for i in range(size):
        hessian[i, i] = -(ups[i] + downs[i] - 2 * top) / shift**2
        for j in range(i):
            mixed = height(flat + eye[i] + eye[j]) + height(flat - eye[i] - eye[j]) + 2 * top
            mixed -= ups[i] + downs[i] + ups[j] + downs[j]
            hessian[i, j] = hessian[j, i] = -mixed / (2 * shift**2)
    assert mode.precise.log_determinant == pytest.approx(np.linalg.slogdet(hessian)[1], abs=1e-3)
    schur = np.linalg.inv(np.linalg.inv(hessian)[: sizes[0], : sizes[0]])
    assert mode.precise.core == pytest.approx(schur, abs=1e-2)


def test_one_random_effect_is_near_the_exact_likelihoods() -> None:
    # 40 reviewers of 15 ratings each; the exact likelihood by Gauss–Hermite with 40 nodes.
    raters = Raters(n_ratings=600, n_reviewers=40, n_prompts=600, difficulty=0, worth=0,
                    levels=(0.0, 0.5), evenness=50)  # fmt: skip
    frame = draw(raters, np.random.default_rng(3))
    frame = frame.assign(prompt_id="p", generation_id=frame.index.astype(str))
    design = make_design(frame)
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)

    def cost(values: np.ndarray) -> float:
        spread, gap, cuts = (
            np.exp(values[0]),
            values[1],
            np.cumsum([values[2], *np.exp(values[3:])]),
        )
        padded = np.concatenate([[-np.inf], cuts, [np.inf]])
        latent = gap * design.checkpoint[:, None] + spread * nodes
        upper, lower = (padded[design.y + place][:, None] - latent for place in (1, 0))
        logs = np.log(special.expit(upper) - special.expit(lower))
        by_reviewer = np.stack([logs[design.reviewer == r].sum(axis=0) for r in range(40)])
        return -float(special.logsumexp(by_reviewer, b=weights / weights.sum(), axis=1).sum())

    exact = optimize.minimize(cost, [0.0, 0.0, -2.0, 0.2, 0.3, 0.2], method="BFGS")
    (model,) = ordinal_models(frame)
    (pair,) = model.pairs
    assert -pair.value == pytest.approx(exact.x[1], abs=0.02)
    found = estimate(design).spreads["reviewer"]
    assert found == pytest.approx(np.exp(exact.x[0]), rel=0.08)


def test_a_large_study_gives_the_truth_back() -> None:
    raters = Raters(n_ratings=12_000, n_reviewers=60, n_prompts=800, levels=(0.0, 0.4, 1.0),
                    liking=0.4, difficulty=0.6, worth=0.4, evenness=5)  # fmt: skip
    model = _model(raters)
    truth = {"reviewer": 0.8, "liking": 0.4, "prompt": 0.6, "text": 0.4, "rest": np.pi / 3**0.5}
    for spread in model.spreads:
        assert spread.value == pytest.approx(truth[spread.name], abs=0.17), spread.name
        assert spread.interval is None or spread.interval.low < spread.value < spread.interval.high
    assert sum(one.share for one in model.spreads) == pytest.approx(1)
    for pair, gap in zip(model.pairs, (-0.4, -1.0, -0.6), strict=True):
        assert abs(pair.value - gap) < 3 * pair.standard_error
        assert 0.05 < pair.standard_error < 0.2
    assert [one.value for one in model.thresholds] == sorted(o.value for o in model.thresholds)
    assert model.is_converged
    assert model.remarks == ()


def test_severity_does_not_sink_a_checkpoint() -> None:
    rng = np.random.default_rng(4)
    severe = np.repeat([1.5, -1.5], 10)
    rows = []
    for reviewer in range(20):
        for _ in range(60):
            is_new = rng.random() < (0.85 if reviewer < 10 else 0.15)
            latent = 0.8 * is_new - severe[reviewer] + rng.logistic()
            prompt = rng.integers(30)
            name = "new" if is_new else "old"
            value = 1 + int((latent > np.array([-2, -0.7, 0.7, 2])).sum())
            rows.append((name, f"r{reviewer}", f"p{prompt}", f"{name}{prompt}", value))
    names = ["checkpoint", "reviewer_id", "prompt_id", "generation_id", "value"]
    frame = pd.DataFrame(rows, columns=names).assign(criterion="wit")
    raw = frame.groupby("checkpoint")["value"].mean()
    assert raw["new"] < raw["old"] - 0.5
    (model,) = ordinal_models(frame)
    (pair,) = model.pairs
    assert (pair.checkpoint, pair.opponent) == ("new", "old")
    assert 0.4 < pair.value < 1.2
    assert pair.p < 0.01
    adjusted = {one.checkpoint: one.value for one in model.checkpoints}
    assert adjusted["new"] - adjusted["old"] == pytest.approx(pair.points, abs=0.01)
    assert {one.reviewer_id for one in model.severities[:10]} == {f"r{n}" for n in range(10)}
    assert model.severities[0].points < 0 < model.severities[-1].points


def test_effects_agree_with_simulated_ratings() -> None:
    raters = Raters(n_ratings=3000, n_reviewers=30, n_prompts=150, levels=(0.0, 0.8), liking=0.3)
    model = _model(raters)
    pair, spread = model.pairs[0], {one.name: one.value for one in model.spreads}
    rng, n = np.random.default_rng(0), 400_000
    cuts = np.array([one.value for one in model.thresholds])
    shared = np.hypot(spread["reviewer"], spread["prompt"]) * rng.standard_normal(n)
    own = np.hypot(spread["liking"], spread["text"])
    one, other = (
        (shared + half + own * rng.standard_normal(n) + rng.logistic(size=n) > cuts[:, None]).sum(0)
        for half in (pair.value / 2, -pair.value / 2)
    )
    chance = (one > other).mean() + (one == other).mean() / 2
    assert pair.superiority == pytest.approx(chance, abs=0.003)
    assert pair.points == pytest.approx(one.mean() - other.mean(), abs=0.005)
    assert pair.effect == pytest.approx(
        pair.value / np.sqrt(sum(value**2 for value in spread.values()))
    )
    assert pair.superiority_interval.low < pair.superiority < pair.superiority_interval.high
    rated = {rating.checkpoint: rating for rating in model.checkpoints}
    assert rated["c0"].value - rated["c1"].value == pytest.approx(pair.points)
    assert 1 < rated["c0"].interval.low < rated["c0"].value < rated["c0"].interval.high < 5


def test_order_and_kind_of_column_change_nothing_and_holm_spans_criteria() -> None:
    frames = [draw(SMALL, np.random.default_rng(seed)).assign(criterion=f"k{seed}")
              for seed in range(2)]  # fmt: skip
    frame = pd.concat(frames, ignore_index=True)
    base = ordinal_models(frame)
    coded = frame.astype({name: "category" for name in frame.columns if name != "value"})
    for one, two in zip(base, ordinal_models(coded.sample(frac=1, random_state=0)), strict=True):
        assert [pair.value for pair in one.pairs] == pytest.approx([p.value for p in two.pairs])
        assert [pair.df for pair in one.pairs] == pytest.approx([p.df for p in two.pairs], rel=1e-3)
    (kept,) = ordinal_models(coded[coded["criterion"] == "k1"])
    assert [pair.value for pair in kept.pairs] == pytest.approx([p.value for p in base[1].pairs])
    pairs = [pair for model in base for pair in model.pairs]
    holm = multipletests([pair.p for pair in pairs], method="holm")[1]
    assert [pair.p_holm for pair in pairs] == pytest.approx(list(holm))
    assert pairs[0].p == pytest.approx(
        2 * stats.t.sf(abs(pairs[0].value / pairs[0].standard_error), pairs[0].df)
    )


def _rows(given: dict[str, list[int]], reviewer=lambda name, place: f"r{place % 4}"):
    return pd.DataFrame(
        [
            (name, reviewer(name, place), f"p{place // 4}", f"{name}{place // 4}", value, "wit")
            for name, values in given.items()
            for place, value in enumerate(values)
        ],
        columns=["checkpoint", "reviewer_id", "prompt_id", "generation_id", "value", "criterion"],
    )


def test_complete_separation_is_said_in_words() -> None:
    (model,) = ordinal_models(
        _rows({"a": [1, 2, 3, 2] * 4, "b": [2, 3, 1, 1] * 4, "top": [5, 4, 5, 4] * 4})
    )
    rated = {one.checkpoint: one for one in model.checkpoints}
    assert rated["top"].value is None
    assert "every rating of top is 4 to 5" in rated["top"].reason
    assert "above them" in rated["top"].reason
    assert rated["a"].value is not None
    assert [pair.value is None for pair in model.pairs] == [False, True, True]
    assert any("top" in remark for remark in model.remarks)


def test_all_separate_or_all_alike_has_no_model() -> None:
    (model,) = ordinal_models(_rows({"a": [4] * 8}))
    assert "every rating is 4" in model.reason
    (model,) = ordinal_models(_rows({"a": [1] * 8, "b": [5] * 8}))
    assert model.reason is not None
    assert model.pairs[0].reason == model.reason
    assert ordinal_models(_rows({})) == ()


def test_one_reviewer_has_values_and_no_intervals() -> None:
    (model,) = ordinal_models(
        _rows({"a": [1, 2, 3, 4] * 4, "b": [2, 3, 4, 5] * 4}, lambda name, place: "only")
    )
    assert model.pairs[0].value < 0
    assert model.pairs[0].interval is None
    assert "one reviewer" in model.pairs[0].reason
    assert model.pairs[0].p is None
    assert model.severities == ()


def test_people_who_rated_one_checkpoint_each_are_said_so() -> None:
    given = {"a": [1, 2, 3, 4] * 8, "b": [2, 3, 4, 5] * 8}
    (model,) = ordinal_models(_rows(given, lambda name, place: f"{name}{place % 6}"))
    assert any("Each reviewer rated one checkpoint only" in one for one in model.remarks)
    assert model.pairs[0].df < 40
    third = {**given, "c": [1, 5, 4, 2] * 8}
    (model,) = ordinal_models(
        _rows(third, lambda name, place: f"{'c' if name == 'c' else 'ab'}{place % 6}")
    )
    assert any("No reviewer rated texts of both a and b and c" in one for one in model.remarks)


def test_bad_arguments() -> None:
    frame = _rows({"a": [1, 2]})
    with pytest.raises(ValueError, match="ordinal_models needs the column 'value'"):
        ordinal_models(frame.drop(columns="value"))
    with pytest.raises(ValueError, match="level is 2"):
        ordinal_models(frame, level=2)


def test_a_slider_has_too_many_points() -> None:
    (model,) = ordinal_models(_rows({"a": list(range(40))}))
    assert "40 different points" in model.reason


def test_speed() -> None:
    raters = Raters(n_ratings=6000, n_reviewers=25, n_prompts=300, levels=(0, 0.3, 0.6, 0.9))
    start = time.process_time()
    assert _model(raters).is_converged
    assert time.process_time() - start < 6  # about half a second on one free core


def _start(design) -> Point:
    cuts = np.linspace(-2, 2, len(design.points) - 1)
    core = np.concatenate([np.zeros(design.n_columns), cuts])
    return Point(core, tuple(np.zeros(levels.n) for levels in design.eliminated))

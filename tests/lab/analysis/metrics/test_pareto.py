"""Checks quality against cost by hand and by writing resamples out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lab.analysis.metrics.pareto import tradeoffs, vote_values

QUALITY = {"best": 4.5, "good": 4.0, "cheap": 2.0, "bad": 2.0}
COST = {"best": 9.0, "good": 3.0, "cheap": 1.0, "bad": 5.0}


def _lab(seed: int = 0, noise: float = 0.5) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    values = pd.DataFrame(
        [(name, f"p{p}", f"r{r}", QUALITY[name]) for name in QUALITY for p in range(30)
         for r in range(8)], columns=["checkpoint", "prompt_id", "reviewer_id", "value"],
    )  # fmt: skip
    severity = {f"r{r}": rng.normal(0, 0.5) for r in range(8)}
    values["value"] += rng.normal(0, noise, len(values)) + values["reviewer_id"].map(severity)
    costs = pd.DataFrame([(name, f"p{p}", COST[name]) for name in COST for p in range(30)],
                         columns=["checkpoint", "prompt_id", "cost"])  # fmt: skip
    costs["cost"] *= rng.lognormal(0, 0.2, len(costs))
    return values, costs.assign(per=1.0)


def test_the_dominated_are_found_and_the_front_is_certain() -> None:
    found = {one.checkpoint: one for one in tradeoffs(*_lab())}
    assert found["bad"].dominated_by[-1] == "good"
    assert found["good"].dominated_by == ()
    assert [found[name].verdict for name in QUALITY] == [
        "on the front",
        "on the front",
        "on the front",
        "dominated",
    ]
    assert found["bad"].front_share == 0
    assert (found["best"].n_values, found["best"].n_reviewers, found["best"].n_texts) == (
        240,
        8,
        30,
    )


def test_what_all_reviewers_share_does_not_blur_who_dominates() -> None:
    values, costs = _lab(noise=0.1)
    values["value"] += values["checkpoint"].map({"best": -0.4}).fillna(0.0)  # 4.1 against 4.0
    best, good = tradeoffs(values, costs)[:2]
    assert (best.checkpoint, good.checkpoint) == ("best", "good")
    assert best.quality_interval.low < good.quality_interval.high  # the intervals overlap
    assert best.front_share >= 0.95  # and yet it is certainly better


def test_equals_are_not_certain() -> None:
    values, costs = _lab(noise=1.0)
    twin = values[values["checkpoint"] == "good"].assign(checkpoint="twin")
    twin["value"] += np.random.default_rng(1).normal(0, 1.0, len(twin))
    same = costs[costs["checkpoint"] == "good"].assign(checkpoint="twin")
    found = tradeoffs(pd.concat([values, twin]), pd.concat([costs, same]))
    assert {one.verdict for one in found if one.checkpoint in ("good", "twin")} == {"not certain"}


@pytest.mark.parametrize(("statistic", "q"), [("p50", 0.5), ("p90", 0.9)])
def test_costs_are_those_of_numpy(statistic, q) -> None:
    values, costs = _lab()
    for one in tradeoffs(values, costs, statistic):
        mine = costs.loc[costs["checkpoint"] == one.checkpoint, "cost"]
        assert one.cost == pytest.approx(np.quantile(mine, q, method="inverted_cdf"))
        assert one.cost_interval.low <= one.cost <= one.cost_interval.high
    costs["per"] = 2.0
    mean = tradeoffs(values, costs)[0]
    assert mean.cost == pytest.approx(
        costs.loc[costs["checkpoint"] == mean.checkpoint, "cost"].mean() / 2
    )


def test_resamples_are_those_written_out() -> None:
    from lab.analysis.metrics import pareto

    values, costs = _lab()
    rng = np.random.default_rng(3)
    by_reviewer = rng.multinomial(8, [1 / 8] * 8, size=3).astype(float)
    by_prompt = rng.multinomial(30, [1 / 30] * 30, size=3).astype(float)
    names = sorted(QUALITY)
    prompts = values["prompt_id"].str[1:].astype(int).to_numpy()
    reviewers = values["reviewer_id"].str[1:].astype(int).to_numpy()
    cells = pareto._cells(values, names, reviewers, prompts, 8)
    of_costs = costs["prompt_id"].str[1:].astype(int).to_numpy()
    lists = pareto._lists(costs, names, of_costs)
    quality, cost = pareto._estimate(cells, lists, by_reviewer, by_prompt, "p50")
    for row in range(3):
        weight = (by_reviewer[row][reviewers] * by_prompt[row][prompts]).astype(int)
        written = values.loc[values.index.repeat(weight)].groupby("checkpoint")["value"].mean()
        assert quality[row] == pytest.approx(written[names].to_numpy())
        texts = costs.loc[costs.index.repeat(by_prompt[row][of_costs].astype(int))]
        median = texts.groupby("checkpoint")["cost"].quantile(0.5, interpolation="lower")
        assert cost[row] == pytest.approx(median[names].to_numpy())


def test_votes_become_points() -> None:
    votes = pd.DataFrame(
        [("x", "y", "p", "r", "a"), ("x", "y", "p", "r", "tie"), ("x", "y", "p", "r", "both_bad")],
        columns=["checkpoint_a", "checkpoint_b", "prompt_id", "reviewer_id", "winner"],
    )
    for frame in (votes, votes.astype("category")):
        found = vote_values(frame).groupby("checkpoint")["value"].agg(["mean", "size"])
        assert found.loc["x"].tolist() == [0.75, 2]
        assert found.loc["y"].tolist() == [0.25, 2]


def test_too_little_is_said() -> None:
    values, costs = _lab()
    one = tradeoffs(values[values["reviewer_id"] == "r0"], costs)[0]
    assert (one.quality_interval, one.front_share, one.verdict) == (None, None, "not known")
    assert tradeoffs(values, costs.assign(cost=np.nan)) == ()
    constant = tradeoffs(values, costs.assign(cost=1.0))[0]
    assert (constant.cost, constant.cost_interval) == (1.0, None)
    with pytest.raises(ValueError, match="statistic is 'p99'"):
        tradeoffs(values, costs, "p99")  # type: ignore[arg-type]

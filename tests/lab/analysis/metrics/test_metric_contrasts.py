"""Checks comparisons of metrics by what is known of made-up ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lab.analysis.metrics.correlation import Asked, metrics_against_humans
from lab.analysis.metrics.measures import MEASURES
from lab.analysis.metrics.metric_contrasts import MetricContrast, metric_contrasts, metric_standings

EVERY = [(level, measure) for level, known in MEASURES.items() for measure in known]


def _texts(seed: int, **noise: float) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame([(f"p{n:02}", name) for n in range(60) for name in "abcdefgh"],
                         columns=["prompt_id", "checkpoint"])  # fmt: skip
    frame["generation_id"] = [f"g{n}" for n in range(len(frame))]
    talent = frame["checkpoint"].map({name: n / 8 for n, name in enumerate("abcdefgh")})
    people = talent + rng.normal(0, 1, len(frame))
    for name, spread in noise.items():
        frame[name] = people + rng.normal(0, spread, len(frame))
    return frame.assign(people=people)


def _compare(frame: pd.DataFrame, metrics: list[str], **settings) -> tuple[MetricContrast, ...]:
    people = frame.set_index("generation_id")["people"]
    return metric_contrasts(frame, people, metrics, Asked(n_resamples=100, **settings))


@pytest.mark.parametrize(("level", "measure"), EVERY)
def test_the_difference_is_that_of_the_two_figures(level, measure) -> None:
    frame = _texts(0, good=0.3, bad=3.0)
    [one] = _compare(frame, ["good", "bad"], level=level, measure=measure)
    means = frame.set_index("generation_id")[["people"]]
    asked = Asked(level=level, measure=measure, n_resamples=100)
    good, bad = metrics_against_humans(frame, means, ["good", "bad"], asked)
    gap = good.agreement.value - bad.agreement.value
    # Soft accuracy's own figure comes from drawn permutations, its comparison from their law.
    assert one.value == pytest.approx(gap, abs=0.02 if measure == "soft accuracy" else 1e-9)


def test_a_much_better_metric_is_found_and_equals_are_not() -> None:
    frame = _texts(1, good=0.3, bad=3.0, also_bad=3.0)
    found = _compare(frame, ["good", "bad", "also_bad"])
    assert [one.p_holm < 0.05 for one in found] == [True, True, False]
    places = metric_standings(["good", "bad", "also_bad"], found)
    assert [(one.best_rank, one.worst_rank) for one in places] == [(1, 1), (2, 3), (2, 3)]
    assert places[1].tied_with == ("also_bad",)


@pytest.mark.parametrize(("level", "measure"), EVERY)
def test_equals_differ_no_oftener_than_they_should(level, measure) -> None:
    p_values = [
        _compare(_texts(seed, one=1.0, other=1.0), ["one", "other"],
                 level=level, measure=measure)[0].p
        for seed in range(30)
    ]  # fmt: skip
    assert np.mean(np.array(p_values) < 0.05) <= 0.17  # 5 of 30: p = .02 if it were .05


def test_a_turned_metric_is_the_same_and_missing_scores_are_left_out() -> None:
    frame = _texts(2, good=0.3, bad=3.0)
    frame.loc[:9, "good"] = np.nan
    [one] = _compare(frame, ["good", "bad"])
    turned = frame.assign(bad=-frame["bad"])
    [same] = _compare(turned, ["good", "bad"], lower_is_better=["bad"])
    assert (one.value, one.p) == (same.value, same.p)
    [none] = _compare(frame.assign(good=np.nan), ["good", "bad"])
    assert (none.value, none.p, none.p_holm) == (None, None, None)
    [none] = _compare(frame.assign(good=np.nan), ["good", "bad"], level="system")
    assert none.value is None
    assert _compare(frame, ["good"]) == ()

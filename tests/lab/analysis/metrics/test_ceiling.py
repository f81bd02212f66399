"""Checks how well a reviewer follows the others by what is known of made-up reviewers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lab.analysis.metrics.ceiling import human_ceiling
from lab.analysis.metrics.correlation import Asked
from lab.analysis.metrics.measures import MEASURES

EVERY = [(level, measure) for level, known in MEASURES.items() for measure in known]


def _ratings(noise: float, n_raters: int = 3, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        [
            (f"p{n:02}", name, who)
            for n in range(80)
            for name in "abcdef"
            for who in range(n_raters)
        ],
        columns=["prompt_id", "checkpoint", "reviewer_id"],
    )
    frame["generation_id"] = frame["prompt_id"] + frame["checkpoint"]
    truth = dict(zip(frame["generation_id"].unique(), rng.normal(0, 1, 480), strict=True))
    frame["value"] = frame["generation_id"].map(truth) + rng.normal(0, noise, len(frame))
    return frame.assign(criterion="fluency")


@pytest.mark.parametrize(("level", "measure"), EVERY)
def test_people_of_one_mind_follow_each_other_entirely(level, measure) -> None:
    asked = Asked(level=level, measure=measure, n_resamples=100)
    [one] = human_ceiling(_ratings(0.0), asked)
    assert one.agreement.value == pytest.approx(1.0)
    assert one.n_texts == 480


def test_two_reviewers_correlate_as_their_reliability_says() -> None:
    [one] = human_ceiling(_ratings(1.0, n_raters=2), Asked(measure="pearson", n_resamples=100))
    # Half of the variance is shared; six texts of a prompt shrink the mean of r a little.
    assert one.agreement.value == pytest.approx(0.5, abs=0.08)
    assert one.agreement.interval.low < 0.5 < one.agreement.interval.high


def test_texts_with_one_rating_do_not_count() -> None:
    frame = _ratings(1.0)
    alone = frame.drop_duplicates("generation_id")
    [none] = human_ceiling(alone, Asked())
    assert (none.agreement.value, none.n_texts) == (None, 0)
    assert none.agreement.reason == "no text has two ratings"
    some = pd.concat([alone, frame[frame["prompt_id"] < "p40"].iloc[1::3]])
    [half] = human_ceiling(some.astype({"generation_id": "category"}), Asked())
    assert half.n_texts == 240
    [few] = human_ceiling(frame[frame["checkpoint"] < "c"], Asked(level="system"))
    assert few.agreement.reason == "2 checkpoints with ratings; this level needs three"

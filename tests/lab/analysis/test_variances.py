"""Checks the estimates of variances against ones put in, by hand and on published ratings."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from lab.analysis.variances import PARTS, median_seconds, rating_variances, vote_variances

TRUE = (0.4, 0.5, 0.3, 0.2, 0.7)


def rated(rng: np.random.Generator, n_prompts: int, n_reviewers: int) -> pd.DataFrame:
    """Draw ratings of three systems whose parts are TRUE, 3 reviewers for each prompt."""
    prompt, both, reviewer, taste, noise = TRUE
    worth = prompt * rng.normal(size=(n_prompts, 1)) + both * rng.normal(size=(n_prompts, 3))
    given = reviewer * rng.normal(size=(n_reviewers, 1)) + taste * rng.normal(size=(n_reviewers, 3))
    rows = [
        (f"s{s}", p, r, 3 + 0.5 * s + worth[p, s] + given[r, s] + noise * rng.normal())
        for p in range(n_prompts)
        for r in rng.choice(n_reviewers, 3, replace=False)
        for s in range(3)
    ]
    frame = pd.DataFrame(rows, columns=["checkpoint", "prompt_id", "reviewer_id", "value"])
    return frame.assign(criterion="quality")


def test_the_variances_put_in_come_out() -> None:
    rng = np.random.default_rng(1)
    found = [rating_variances(rated(rng, 60, 12), "quality") for _ in range(60)]
    means = np.mean([[(one.sd or 0) ** 2 for one in each.components] for each in found], axis=0)
    assert np.sqrt(means) == pytest.approx(TRUE, abs=0.05)
    held = [
        one.interval is not None and one.interval.low <= true <= one.interval.high
        for each in found
        for one, true in zip(each.components, TRUE, strict=True)
    ]
    assert np.mean(held) > 0.9
    assert [one.part for one in found[0].components] == list(PARTS)
    assert (found[0].n_reviewers, found[0].n_prompts, found[0].n_systems) == (12, 60, 3)


def test_published_ratings_differ_as_planning_assumes(published) -> None:
    stories = json.loads(published("wp_a/wp_a.json").read_text())
    frame = pd.DataFrame(
        (str(one["human_written"]), key, slot, criterion, one[criterion][slot])
        for key, one in stories.items()
        for criterion in ("grammar", "cohesive", "enjoy", "relevant")
        for slot in range(3)
    )
    frame.columns = ["checkpoint", "prompt_id", "reviewer_id", "criterion", "value"]
    found = [rating_variances(frame, name) for name in ("grammar", "cohesive", "enjoy", "relevant")]
    assert np.mean([one.sd("prompt × system") for one in found]) == pytest.approx(0.69, abs=0.03)
    assert np.mean([one.sd("residual") for one in found]) == pytest.approx(0.79, abs=0.03)


def test_published_votes(published) -> None:
    votes = pd.read_csv(published("llmfao/crowd-comparisons.csv"))
    words = {"left": "a", "right": "b", "tie": "tie"}
    frame = pd.DataFrame(
        {
            "checkpoint_a": votes["left"],
            "checkpoint_b": votes["right"],
            "reviewer_id": votes["worker"],
            "prompt_id": votes["prompt"],
            "criterion": "overall",
            "winner": votes["winner"].map(words),
            "swapped": False,
        }
    )
    found = vote_variances(frame, "overall")
    assert found.tie_rate == pytest.approx(3471 / 8931)
    assert found.tie_interval is not None
    total = sum((one.sd or 0) ** 2 for one in found.components)
    # A vote's variance with so many ties, less what the systems' own strengths make up.
    assert 0.7 * (1 - 3471 / 8931) / 4 < total < (1 - 3471 / 8931) / 4


def test_what_cannot_be_told_has_a_reason() -> None:
    frame = rated(np.random.default_rng(2), 10, 4)
    alone = rating_variances(frame[frame["reviewer_id"] == 0], "quality")
    assert alone.sd("residual") is None
    assert all(one.reason for one in alone.components if one.sd is None)
    nothing = rating_variances(frame, "beauty")
    assert (nothing.n_answers, nothing.sd("prompt"), nothing.tie_rate) == (0, None, None)
    with pytest.raises(ValueError, match="level is 2"):
        rating_variances(frame, "quality", level=2)


def test_an_answer_on_several_criteria_counts_once() -> None:
    frame = pd.DataFrame({"answer_id": ["a", "a", "a", "b", "c"], "seconds": [9, 9, 9, 20, np.nan]})
    assert median_seconds(frame) == 14.5
    assert median_seconds(frame.iloc[:0]) is None

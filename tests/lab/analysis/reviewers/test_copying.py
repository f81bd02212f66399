"""Checks the probe for copied answers: a copier is found, honest reviewers seldom are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lab.analysis.reviewers.copying import alike_pairs
from lab.selftest.copiers import named
from lab.selftest.panels import Panel


def test_a_copier_is_found_and_honest_ones_are_not() -> None:
    honest, found = named(Panel(n_raters=25, n_texts=600, per_text=5), runs=25, seed=1)
    assert honest <= 0.04
    assert found >= 0.8


def test_people_who_agree_well_are_no_copiers() -> None:
    severe = Panel(n_raters=12, n_texts=300, per_text=12, noise_sd=0.3)
    assert named(severe, runs=20, seed=1)[0] <= 0.05


def test_severe_people_who_give_all_criteria_alike_are_no_copiers(make_votes) -> None:
    rng, named_runs, shape = np.random.default_rng(5), 0, (120, 4, 3)
    for _ in range(20):
        who = np.argsort(rng.random((120, 8)), axis=1)[:, :4]
        felt = rng.normal(size=(120, 1, 1)) + 0.8 * rng.normal(size=8)[who][:, :, None]
        felt = felt + 0.5 * rng.normal(size=(120, 4, 1)) + 0.5 * rng.normal(size=shape)
        text, place, criterion = (one.ravel() for one in np.indices(shape))
        frame = pd.DataFrame(
            {
                "generation_id": text,
                "reviewer_id": who[text, place].astype(str),
                "reviewer": who[text, place].astype(str),
                "criterion": criterion.astype(str),
                "value": np.searchsorted([-1.5, -0.5, 0.5, 1.5], felt.ravel()),
            }
        )
        named_runs += bool(alike_pairs(frame, make_votes([])).pairs)
    assert named_runs <= 2


def test_copied_votes_are_found_and_told(make_ratings, make_votes) -> None:
    rng = np.random.default_rng(0)
    rows = []
    for item in range(60):
        truth = "ab"[rng.integers(2)]
        given = [truth if rng.random() < 0.7 else "ab"[rng.integers(2)] for _ in range(6)]
        given[1] = given[0]
        rows += [("x", "y", f"r{person}", f"p{item}", one) for person, one in enumerate(given)]
    found = alike_pairs(make_ratings([]), make_votes(rows))
    assert found.n_pairs == 15
    (pair,) = found.pairs
    assert pair.reviewers == ("r0", "r1")
    assert (pair.n_shared, pair.same) == (60, 1.0)
    assert pair.expected < 0.9
    assert pair.p < 0.01
    assert alike_pairs(make_ratings([]), make_votes(rows).astype("category")) == found


def test_what_cannot_be_told_is_said(make_ratings, make_votes) -> None:
    few = make_ratings([("old", f"r{i}", "p1", 3) for i in range(3)])
    assert alike_pairs(few, make_votes([])).reason == "it takes 4 reviewers to tell"
    more = make_ratings([("old", f"r{i}", f"p{j}", 3) for i in range(4) for j in range(5)])
    assert "no two reviewers share 20 items" in alike_pairs(more, make_votes([])).reason
    with pytest.raises(ValueError, match="alike_pairs needs the column 'winner'"):
        alike_pairs(few, pd.DataFrame(columns=["item_id", "reviewer_id", "reviewer", "criterion"]))

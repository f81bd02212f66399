from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, special

from lab.analysis.preferences.sampling import FLOOR, weigh
from lab.analysis.preferences.tallies import Tallies, believe, tally
from lab.selftest.voters import Crowd, draw

NAMES = ("c0", "c1", "c2", "c3")


def tallies(points: list[list[float]], spread: float = 1.0) -> Tallies:
    return Tallies(checkpoints=NAMES[: len(points)], points=np.array(points), spread=spread)


CLEAR = tallies([[0, 40, 45, 48], [35, 0, 42, 45], [5, 8, 0, 25], [2, 5, 25, 0]])
"""c0 and c1 are near one another and far above c2 and c3, which are equal."""


def by_pair(found) -> dict[tuple[str, str], float]:
    return {(one.checkpoint, one.opponent): one.weight for one in found.pairs}


def test_a_tally_counts_ties_as_half_and_leaves_both_bad_and_other_checkpoints_out() -> None:
    rows = [
        ("c0", "c1", "a"), ("c1", "c0", "a"), ("c1", "c0", "tie"), ("c0", "c1", "both_bad"),
        ("c0", "x", "a"), ("c0", "c0", "a"),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["checkpoint_a", "checkpoint_b", "winner"])
    frame = frame.assign(criterion="overall", swapped=False, reviewer_id="r", prompt_id="p")
    for votes in (frame, frame.astype({"checkpoint_a": "category", "winner": "category"})):
        found = tally(votes, ["c1", "c0", "new"])
        assert found.points.tolist() == [[0, 1.5, 0], [1.5, 0, 0], [0, 0, 0]]
        assert (found.n_votes, found.n_ties) == (3, 1)


def test_no_votes_are_a_tally_too() -> None:
    empty = draw(Crowd(n_votes=5, n_reviewers=2), np.random.default_rng(0))[:0]
    found = tally(empty, NAMES)
    assert found.n_votes == 0
    weights = by_pair(weigh(found, "winner"))
    assert min(weights.values()) > 0.1


def test_the_belief_is_the_mode_and_the_curvature_there() -> None:
    points = CLEAR.points

    def loss(values: np.ndarray) -> float:
        gaps = values[:, None] - values[None, :]
        return -(points * special.log_expit(gaps)).sum() + (values**2).sum() / (2 * 1.5**2)

    best = optimize.minimize(loss, np.zeros(4), method="BFGS", options={"gtol": 1e-9}).x
    found = believe(CLEAR)
    assert found.mean == pytest.approx(best, abs=1e-5)
    step = 1e-4
    corners = [
        [
            sum(
                a * b * loss(found.mean + step * (a * np.eye(4)[i] + b * np.eye(4)[j]))
                for a in (1, -1)
                for b in (1, -1)
            )
            / (4 * step**2)
            for i in range(4)
        ]
        for j in range(4)
    ]
    assert np.linalg.inv(found.covariance) == pytest.approx(np.array(corners), rel=1e-3, abs=1e-2)


def test_votes_that_go_together_count_for_less() -> None:
    alike = Crowd(n_votes=2000, n_reviewers=2000, once=True, taste=0.0, suiting=0.0)
    apart = Crowd(n_votes=2000, n_reviewers=8, taste=1.0)
    spreads = [
        [tally(draw(crowd, np.random.default_rng(seed)), NAMES[:2]).spread for seed in range(20)]
        for crowd in (alike, apart)
    ]
    assert np.mean(spreads[0]) < 1.5
    assert np.median(spreads[1]) > 5
    gap = np.array([1, -1, 0, 0])
    beliefs = [believe(tallies(CLEAR.points.tolist(), spread=times)) for times in (1, 4)]
    narrow, wide = (float(gap @ belief.covariance @ gap) for belief in beliefs)
    assert wide == pytest.approx(4 * narrow, rel=0.1)


def test_ties_leave_less_to_chance() -> None:
    """The variance of the mean of simulated points, with a quarter of ties, is the said one."""
    rng, n = np.random.default_rng(0), 400
    drawn = rng.choice([1.0, 0.5, 0.0], p=[0.45, 0.25, 0.3], size=(4000, n))
    seen = special.logit(drawn.mean(axis=1)).std()
    points = tallies([[0.0, 0.575 * n], [0.425 * n, 0.0]])
    tied = Tallies(checkpoints=points.checkpoints, points=points.points, n_ties=n // 4)
    gap = np.array([1, -1])
    said = np.sqrt(gap @ believe(tied, prior_spread=100).covariance @ gap)
    assert said == pytest.approx(seen, rel=0.05)
    assert said < 0.9 * np.sqrt(gap @ believe(points, prior_spread=100).covariance @ gap)


def test_seeking_the_winner_shows_the_two_best() -> None:
    found = weigh(CLEAR, "winner")
    weights = by_pair(found)
    assert weights["c0", "c1"] > 0.9
    assert weights["c2", "c3"] == pytest.approx(FLOOR / 6)
    assert found.pairs[0].reason.startswith("c0 is the best with probability ")
    assert found.pairs[0].n_votes == 75


def test_a_clear_winner_meets_its_nearest_challenger() -> None:
    points = [[0, 90, 80, 99], [10, 0, 50, 90], [20, 50, 0, 90], [1, 10, 10, 0]]
    weights = by_pair(weigh(tallies(points), "winner"))
    assert max(weights, key=weights.__getitem__) == ("c0", "c2")


def test_top_two_weights_are_those_of_thompson_sampling() -> None:
    """Against drawing again until another one is the best, as Russo (2020) puts it."""
    points = tallies([[0, 6, 7, 6], [5, 0, 6, 7], [4, 5, 0, 6], [3, 4, 5, 0]])
    belief, rng = believe(points), np.random.default_rng(1)
    root = np.linalg.cholesky(belief.covariance)
    met: dict[tuple[str, str], float] = {}
    for _ in range(4000):
        leader = challenger = (belief.mean + root @ rng.standard_normal(4)).argmax()
        while challenger == leader:
            challenger = (belief.mean + root @ rng.standard_normal(4)).argmax()
        pair = (NAMES[min(leader, challenger)], NAMES[max(leader, challenger)])
        met[pair] = met.get(pair, 0) + 1 / 4000
    for pair, weight in by_pair(weigh(points, "winner", floor=1e-9)).items():
        assert weight == pytest.approx(met.get(pair, 0), abs=0.05)


def test_seeking_the_ranking_shows_pairs_in_doubt() -> None:
    found = weigh(CLEAR, "ranking")
    weights = by_pair(found)
    assert weights["c2", "c3"] > weights["c0", "c1"] > weights["c1", "c2"]
    assert weights["c0", "c3"] < 0.1 * weights["c2", "c3"]
    assert "tells much of the order: " in found.pairs[0].reason


def test_a_vote_settles_as_much_of_the_order_as_is_said() -> None:
    """Against moving the mean by what the vote is expected to tell, either way round."""
    points = tallies([[0, 6, 7, 6], [5, 0, 6, 7], [4, 5, 0, 3], [3, 4, 5, 0]])
    belief = believe(points)
    gaps = belief.mean[:, None] - belief.mean

    def doubt(mean: np.ndarray, covariance: np.ndarray) -> float:
        i, j = np.triu_indices(4, 1)
        squares = covariance[i, i] + covariance[j, j] - 2 * covariance[i, j]
        q = special.ndtr((mean[i] - mean[j]) / np.sqrt(squares))
        return float((q * (1 - q)).sum())

    settled, small = {}, 1e-3  # of a vote: what it tells is then as good as normal
    for i, j in zip(*np.triu_indices(4, 1), strict=True):
        gap = np.eye(4)[i] - np.eye(4)[j]
        told = small * special.expit(gaps[i, j]) * special.expit(-gaps[i, j])
        column = belief.covariance @ gap
        after = belief.covariance - told * np.outer(column, column) / (1 + told * gap @ column)
        moved = column * np.sqrt(told / (1 + told * gap @ column))
        then = [doubt(belief.mean + sign * moved, after) for sign in (1, -1)]
        whole = 1 + told * gap @ column, 1 + told / small * gap @ column
        now = doubt(belief.mean, belief.covariance)
        settled[NAMES[i], NAMES[j]] = (now - np.mean(then)) * whole[0] / whole[1]
    weights = by_pair(weigh(points, "ranking", floor=1e-9))
    total = sum(one**2 for one in settled.values())
    for pair, one in settled.items():
        assert weights[pair] == pytest.approx(one**2 / total, rel=0.02)


@pytest.mark.parametrize("seek", ["uniform", "winner", "ranking"])
@pytest.mark.parametrize("votes", [CLEAR, tallies([[0.0] * 4] * 4)])
def test_weights_make_one_and_none_is_nothing(seek, votes) -> None:
    found = weigh(votes, seek, seed=3)
    assert sum(one.weight for one in found.pairs) == pytest.approx(1)
    assert len(found.pairs) == 6
    assert min(one.weight for one in found.pairs) >= FLOOR / 6 - 1e-12
    assert found == weigh(votes, seek, seed=3)


def test_only_pairs_that_can_be_shown_are_weighed() -> None:
    found = by_pair(weigh(CLEAR, "winner", pairs=[("c3", "c0"), ("c1", "c3"), ("c2", "c3")]))
    assert set(found) == {("c0", "c3"), ("c1", "c3"), ("c2", "c3")}
    # What c0 against c1 would get goes to each of the two against what they can be shown with.
    assert found["c0", "c3"] == pytest.approx(found["c1", "c3"], rel=0.1)
    assert found["c0", "c3"] > 5 * found["c2", "c3"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"seek": "best"}, "must be one of: uniform, winner, ranking"),
        ({"seek": "winner", "floor": 0.0}, "must be above 0"),
        ({"seek": "winner", "pairs": [("c0", "x")]}, "'x' is not among"),
        ({"seek": "winner", "pairs": []}, "no pair to show"),
    ],
)
def test_what_cannot_be_is_refused(given, said) -> None:
    with pytest.raises(ValueError, match=said):
        weigh(CLEAR, **given)


def test_unsound_tallies_are_refused() -> None:
    with pytest.raises(ValueError, match="zeros on the diagonal"):
        believe(tallies([[1, 2], [2, 0]]))
    with pytest.raises(ValueError, match="at least 1"):
        believe(tallies([[0, 2], [2, 0]], spread=0.5))
    with pytest.raises(ValueError, match="twice"):
        tally(pd.DataFrame(), ["c0", "c0"])


def test_thirty_checkpoints_take_milliseconds() -> None:
    rng = np.random.default_rng(0)
    points = rng.integers(500, 2000, (30, 30)).astype(float)
    np.fill_diagonal(points, 0)
    many = Tallies(checkpoints=tuple(f"m{number}" for number in range(30)), points=points)
    seconds = []
    for _ in range(5):
        began = time.process_time()
        weigh(many, "winner")
        seconds.append(time.process_time() - began)
    assert min(seconds) < 0.05

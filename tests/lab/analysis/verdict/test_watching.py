"""Checks the verdict's kind, its sentence, its forecast and what it says about the procedure."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from lab.analysis.clusters import clustered_mean
from lab.analysis.frames import codes_of
from lab.analysis.intervals import Interval
from lab.analysis.preferences.win_rates import left_wins, side_bias
from lab.analysis.reviewers.controls import NoiseFloor, Outcome
from lab.analysis.verdict.forecast import forecast
from lab.analysis.verdict.sentences import shown
from lab.analysis.verdict.sequence import look
from lab.analysis.verdict.watching import looks, watch


@pytest.fixture(scope="module")
def clear(draw_votes: Callable) -> pd.DataFrame:
    return draw_votes(np.random.default_rng(1), 2000, 50, 300, strengths=(0.6, 0.0), session=20)


def test_a_better_one_is_named_from_both_sides(clear: pd.DataFrame) -> None:
    verdict, mirrored = watch(clear, "c0", "c1"), watch(clear, "c1", "c0")
    assert (verdict.kind, verdict.better, mirrored.better) == ("better", "c0", "c0")
    value, interval = verdict.now.value, verdict.now.interval
    assert verdict.sentence == (
        f"c0 is better than c1: {value * 100:.0f} % "
        f"[{interval.low * 100:.0f}, {interval.high * 100:.0f}], safe to stop."
    )
    assert mirrored.sentence == verdict.sentence
    assert mirrored.now.value == pytest.approx(1 - value)
    assert verdict.needed is None
    small = watch(clear, "c0", "c1", smallest=0.4)
    assert "c0 is better than c1, but by less than 40 points: " in small.sentence


def test_not_yet_says_how_many_votes_are_needed(draw_votes: Callable) -> None:
    votes = draw_votes(np.random.default_rng(5), 120, 8, strengths=(0.4, 0.0), session=20)
    verdict = watch(votes, "c0", "c1")
    assert verdict.kind == "not yet"
    assert verdict.sentence.startswith("Not yet: c0 against c1 ")
    assert f"about {verdict.needed.n_votes:,} more votes are probably needed" in verdict.sentence
    assert 0 < verdict.needed.n_votes < 100_000


def test_no_difference_that_matters(draw_votes: Callable) -> None:
    votes = draw_votes(np.random.default_rng(6), 8000, 400, 400, taste=0.2, session=20)
    verdict = watch(votes, "c0", "c1", smallest=0.08)
    assert verdict.kind == "no difference"
    assert verdict.sentence.startswith("No difference larger than 8 points: c0 against c1 ")
    assert verdict.sentence.endswith("safe to stop.")
    assert watch(votes, "c0", "c1", smallest=0.001).kind == "not yet"


def test_too_little_is_said_in_words(clear: pd.DataFrame) -> None:
    nothing = watch(clear, "c0", "elsewhere")
    assert nothing.sentence == "Not yet: there are no votes between c0 and elsewhere."
    assert (nothing.now, nothing.procedure, nothing.needed) == (None, None, None)
    alone = watch(clear[clear["reviewer_id"] == "r1"], "c0", "c1")
    assert "one reviewer so far" in alone.sentence
    assert looks(clear, "c0", "elsewhere") == ()


def test_both_bad_votes_are_counted_apart(clear: pd.DataFrame) -> None:
    some = clear.assign(winner=clear["winner"].where(np.arange(2000) % 10 > 0, "both_bad"))
    verdict = watch(some, "c0", "c1")
    assert (verdict.n_both_bad, verdict.now.n_votes) == (200, 1800)


def test_the_ribbon_ends_where_the_verdict_is(clear: pd.DataFrame) -> None:
    seen = looks(clear, "c0", "c1")
    assert len(seen) == 50
    assert (seen[0].n_votes, seen[0].interval) == (1, None)
    assert seen[-1] == watch(clear, "c0", "c1").now
    assert seen[9] == looks(clear[: seen[9].n_votes], "c0", "c1")[-1]


def test_the_forecast_comes_true_where_votes_repeat(draw_votes: Callable) -> None:
    votes = draw_votes(np.random.default_rng(8), 300, 30, 100, strengths=(0.35, 0.0), session=10)
    now = watch(votes, "c0", "c1")
    assert now.kind == "not yet"
    times = 1 + now.needed.n_votes / now.now.n_votes
    copies = [
        votes.assign(
            reviewer_id=votes["reviewer_id"] + f" {copy}", prompt_id=votes["prompt_id"] + f" {copy}"
        )
        for copy in range(int(np.ceil(times)) + 1)
    ]
    assert watch(pd.concat(copies), "c0", "c1").kind == "better"
    assert watch(pd.concat(copies[: max(1, int(times * 0.6))]), "c0", "c1").kind == "not yet"


def test_the_same_few_people_cannot_settle_what_divides_them() -> None:
    # Eight reviewers with 500 votes each, who differ widely about a share of .55.
    shares = np.array([0.35, 0.75, 0.45, 0.65, 0.6, 0.5, 0.7, 0.4])
    points = np.concatenate(
        [np.repeat([1.0, 0.0], [int(500 * s), 500 - int(500 * s)]) for s in shares]
    )
    now = look(points, np.repeat(np.arange(8), 500), np.zeros(4000, dtype=int), 0.95)
    needed = forecast(now, 0.05, 0.95)
    assert needed.by_same_reviewers is False
    assert needed.n_votes > 4000


def test_the_published_leaning_to_the_left(llmfao: pd.DataFrame) -> None:
    bias = side_bias(llmfao)
    assert (round(bias.value, 3), bias.n_left) == (0.533, 2911)
    decided = llmfao[llmfao["winner"] != "tie"]
    left, people = left_wins(decided), codes_of(decided["reviewer_id"])
    naive = clustered_mean(left, (np.arange(len(left)),)).standard_error
    assert (bias.value - 0.5) / naive == pytest.approx(4.9, abs=0.05)
    clustered = clustered_mean(left, (people,)).standard_error
    assert (bias.value - 0.5) / clustered == pytest.approx(2.45, abs=0.005)


def _noise(n_left: int, n_right: int, n_tie: int, left: Interval) -> NoiseFloor:
    counts = {"left": n_left, "right": n_right, "tie": n_tie, "both_bad": 0}
    n = sum(counts.values())
    return NoiseFloor(
        study="s",
        reviewer_id=None,
        reviewer=None,
        criterion="overall",
        n=n,
        outcomes=tuple(
            Outcome(name=name, n=count, share=count / n, interval=Interval(0, 1, 0.95))
            for name, count in counts.items()
        ),
        n_decided=n_left + n_right,
        left_share=n_left / (n_left + n_right),
        left_interval=left,
    )


def test_a_leaning_matters_only_where_sides_are_unbalanced(clear: pd.DataFrame) -> None:
    calm = watch(clear, "c0", "c1").procedure
    assert (calm.leans, calm.cautions) == (False, ())
    # Everybody takes the left text; c0 stood there in three of four cases.
    rng = np.random.default_rng(3)
    is_left = rng.random(2000) < 0.75
    biased = clear.assign(
        swapped=(clear["checkpoint_a"] == "c0") != is_left,
        winner=np.where((clear["checkpoint_a"] == "c0") == is_left, "a", "b"),
    )
    found = watch(biased, "c0", "c1").procedure
    assert (found.left_share, found.leans) == (1.0, True)
    assert found.shift == pytest.approx(0.25, abs=0.03)
    assert f"not balanced: {found.shift * 100:.0f} points may come of" in found.cautions[0]
    turn = np.arange(2000) % 2 == 0
    balanced = biased.assign(
        swapped=(clear["checkpoint_a"] == "c0") != turn,
        winner=np.where((clear["checkpoint_a"] == "c0") == turn, "a", "b"),
    )
    assert "sides were balanced" in watch(balanced, "c0", "c1").procedure.cautions[0]


def test_pairs_of_equals_give_the_noise_floor(clear: pd.DataFrame) -> None:
    fine = _noise(20, 20, 60, Interval(0.35, 0.65, 0.95))
    audited = watch(clear, "c0", "c1", noise=fine).procedure
    assert (audited.tie_share_of_equals, audited.n_equals, audited.cautions) == (0.6, 100, ())
    alike = _noise(48, 47, 5, Interval(0.4, 0.61, 0.95))
    said = watch(clear, "c0", "c1", noise=alike).procedure.cautions
    assert len(said) == 1
    assert "reviewers hardly tell the two apart" in said[0]
    leaning = _noise(35, 5, 60, Interval(0.74, 0.94, 0.95))
    said = watch(clear, "c0", "c1", noise=leaning).procedure.cautions
    assert "88 % of 40 decided votes went to the left" in said[0]


def test_rounding_does_not_hide_one_half() -> None:
    assert shown(0.58, Interval(0.531, 0.629, 0.95)) == "58 % [53, 63]"
    assert shown(0.531, Interval(0.503, 0.559, 0.95)) == "53.1 % [50.3, 55.9]"


def test_wrong_arguments_are_refused(clear: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="both checkpoints are 'c0'"):
        watch(clear, "c0", "c0")
    with pytest.raises(ValueError, match=r"smallest is 0\.6"):
        watch(clear, "c0", "c1", smallest=0.6)
    with pytest.raises(ValueError, match="level is 1"):
        looks(clear, "c0", "c1", level=1)

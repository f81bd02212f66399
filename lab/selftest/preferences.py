"""Turns votes with a known truth into how often intervals hold and verdicts err."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from scipy import stats

from lab.analysis.preferences.bradley_terry import bradley_terry
from lab.analysis.preferences.contrasts import Contrast, holm_adjusted
from lab.analysis.verdict.watching import looks
from lab.selftest.figures import Figure, share_error
from lab.selftest.voters import Crowd, draw, gap_for, true_strengths

TOPIC = "preferences"
INDEPENDENT = "every vote taken as independent"
LOOKS = range(20, 2001, 20)
"""Numbers of votes after which somebody looks."""

PROMISED = "8 reviewers, 600 votes", "25 reviewers, 1,500 votes"
"""The conditions in which coverage may not be above .97 either; in the others, made to be hard,
intervals may be wider than they need be."""
UNEVEN = {
    PROMISED[0]: Crowd(n_votes=600, n_reviewers=8),
    PROMISED[1]: Crowd(n_votes=1500, n_reviewers=25),
    "8 reviewers, equal load": Crowd(n_votes=600, n_reviewers=8, unequal=0.0),
    "8 reviewers, load very unequal (sd 1.2)": Crowd(n_votes=600, n_reviewers=8, unequal=1.2),
    "8 reviewers, 20 prompts that matter more": Crowd(
        n_votes=600, n_reviewers=8, n_prompts=20, taste=0.4, suiting=0.8
    ),
    "8 reviewers, all of one taste": Crowd(n_votes=600, n_reviewers=8, taste=0.0, suiting=0.0),
}

RETURNING = Crowd(n_votes=2000, n_reviewers=40, n_prompts=200, session=20, unequal=0.5)
FINDERS = "100 reviewers, one session of 20 each", "40 reviewers who return"
"""The conditions in which 60 against 40 is to be found by 2,000 votes; fewer reviewers, or prompts
that matter more, cannot do so in any way (see docs/decisions/0012)."""
WATCHED = {
    FINDERS[0]: replace(RETURNING, once=True),
    FINDERS[1]: RETURNING,
    "40 reviewers who return, no ties": replace(RETURNING, tie=1e-9),
    "25 reviewers who return": replace(RETURNING, n_reviewers=25),
    "12 reviewers who return": replace(RETURNING, n_reviewers=12),
    "12 reviewers who return, load very unequal": replace(RETURNING, n_reviewers=12, unequal=1.2),
    "40 reviewers, 20 prompts that matter more": replace(RETURNING, n_prompts=20, suiting=0.5),
    "reviewers of extreme taste (sd 5), one session each": replace(RETURNING, once=True, taste=5.0),
}
EQUAL = Crowd(n_votes=4000, n_reviewers=25, n_prompts=100, strengths=(0.0,) * 20)
_BEYOND = 2.0  # with tastes of a larger spread no gap makes 60 against 40


def figures(runs: int, seed: int) -> Iterator[Figure]:
    """Try intervals, the verdict under looking at any moment, and the tests of all pairs.

    Args:
        runs: simulated studies per figure.
        seed: seed of the draws; each condition starts from it.

    Yields:
        Each figure as it is done.
    """
    for name, crowd in UNEVEN.items():
        yield _coverage(name, crowd, runs, seed)
    for name, crowd in WATCHED.items():
        yield from _watching(name, crowd, runs, seed)
    yield _equal(runs, seed)


def _coverage(name: str, given: Crowd, runs: int, seed: int) -> Figure:
    # Tastes are per checkpoint here: between two they differ by √2 as much.
    crowd = replace(
        given,
        strengths=(0.6, 0.0, -0.2, -0.4),
        taste=given.taste * np.sqrt(2),
        suiting=given.suiting * np.sqrt(2),
        tie=0.6,
    )
    strengths, rng = true_strengths(crowd), np.random.default_rng(seed)
    found = np.array([_covered(crowd, strengths, rng) for _ in range(runs)])
    share, usual = np.nanmean(found, axis=0)
    return Figure(
        topic=TOPIC,
        question="How often do 95 % intervals between two of four checkpoints hold the truth?",
        condition=name,
        value=float(share),
        error=max(float(np.nanstd(found[:, 0]) / np.sqrt(runs)), share_error(1.0, runs)),
        low=0.93,
        high=0.97 if name in PROMISED else None,
        usual=float(usual),
        usual_way=INDEPENDENT,
        runs=runs,
        seed=seed,
    )


def _covered(crowd: Crowd, strengths: np.ndarray, rng: np.random.Generator) -> tuple[float, float]:
    """Return the shares of one run's pairs whose interval and naive interval hold the truth."""
    rows = []
    for pair in bradley_terry(draw(crowd, rng), n_resamples=100).contrasts:
        truth = strengths[int(pair.checkpoint[1:])] - strengths[int(pair.opponent[1:])]
        if pair.interval is not None and pair.naive_interval is not None:
            around = pair.interval, pair.naive_interval
            rows.append([one.low <= truth <= one.high for one in around])
    # None at all where one reviewer gave nearly every vote: the lab refuses an interval.
    ours, naive = np.mean(rows, axis=0) if rows else (np.nan, np.nan)
    return ours, naive


def _watching(name: str, crowd: Crowd, runs: int, seed: int) -> Iterator[Figure]:
    rng = np.random.default_rng(seed)
    found = np.array([_first_named(crowd, rng) for _ in range(runs)])
    yield _share(
        "How often is one of two equals called better, looking after every 20 votes up to 2,000?",
        name,
        found[:, 0] != 0,
        seed,
        high=0.05,
        usual=float(found[:, 1].mean()),
        usual_way="a test for one look, at every look",
    )
    if crowd.taste > _BEYOND:
        return
    apart = replace(crowd, strengths=(gap_for(0.6, crowd), 0.0))
    named = np.array([_first_named(apart, rng) for _ in range(runs)])[:, 0]
    found_by = "How often is 60 against 40 found by 2,000 votes, looking after every 20?"
    yield _share(found_by, name, named > 0, seed, low=0.9 if name in FINDERS else None)
    wrongly = "How often is the worse of 60 against 40 called better?"
    yield _share(wrongly, name, named < 0, seed, high=0.05)


def _first_named(crowd: Crowd, rng: np.random.Generator) -> tuple[int, bool]:
    """Return who was first named (1 right, −1 wrong, 0 nobody), and whether a fixed-n test was."""
    votes, named = draw(crowd, rng), 0
    for one in looks(votes, "c0", "c1", at=LOOKS):
        if one.interval and not one.interval.low <= 0.5 <= one.interval.high:
            named = 1 if one.value > 0.5 else -1
            break
    is_first = (votes["checkpoint_a"] == "c0").to_numpy()
    won = (votes["winner"] == "a").to_numpy() == is_first
    points = np.where(votes["winner"] == "tie", 0.5, won)
    n = np.arange(1, len(points) + 1)
    mean = points.cumsum() / n
    error = np.sqrt(np.maximum((points**2).cumsum() / n - mean**2, 1e-9) / n)
    z = np.abs(mean - 0.5) / error
    return named, bool((z[np.array(LOOKS) - 1] > 1.96).any())


def _equal(runs: int, seed: int) -> Figure:
    rng, ours, naive = np.random.default_rng(seed), [], []
    for _ in range(runs):
        pairs = bradley_terry(draw(EQUAL, rng), n_resamples=100).contrasts
        ours.append(any(pair.p_holm is not None and pair.p_holm < 0.05 for pair in pairs))
        naive.append(bool(np.nanmin(holm_adjusted(_naive_p(pairs))) < 0.05))
    return _share(
        "How often are any two of 20 equal checkpoints told apart (Holm p under .05)?",
        "25 reviewers, 4,000 votes",
        np.array(ours),
        seed,
        high=0.06,
        usual=float(np.mean(naive)),
        usual_way=f"{INDEPENDENT}, Holm too",
    )


def _naive_p(pairs: tuple[Contrast, ...]) -> np.ndarray:
    reach = stats.norm.ppf(0.975)
    known = [(pair.value, pair.naive_interval) for pair in pairs]
    return np.array(
        [
            2 * stats.norm.sf(abs(value) * reach / ((one.high - one.low) / 2))
            for value, one in known
            if value is not None and one is not None
        ]
    )


def _share(
    question: str,
    condition: str,
    hits: np.ndarray,
    seed: int,
    *,
    low: float | None = None,
    high: float | None = None,
    usual: float | None = None,
    usual_way: str = "",
) -> Figure:
    value, runs = float(hits.mean()), len(hits)
    return Figure(
        topic=TOPIC,
        question=question,
        condition=condition,
        value=value,
        error=share_error(value, runs),
        low=low,
        high=high,
        usual=usual,
        usual_way=usual_way,
        runs=runs,
        seed=seed,
    )

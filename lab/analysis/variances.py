"""Turns ratings or votes into how far they differ, and by what: the variances that planning needs.

What one reviewer says of one text, or pair of texts, of a system is taken as

    system + prompt + prompt × system + reviewer + reviewer × system + residual,

all but the first drawn at random. Each variance is a mean of products over pairs of answers that
share just what it is the variance of (the method of moments for crossed random effects; Gao and
Owen 2017, "Efficient moment calculations for variance components in large unbalanced crossed random
effects models", Electronic Journal of Statistics 11), less the same mean over pairs that share only
the system, which is there because the systems' means are estimated too. Errors are a delete-a-group
jackknife, over reviewers and over prompts; an interval is that of χ² with Satterthwaite's (1946)
degrees of freedom.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from lab.analysis.clusters import clustered_mean, clustered_share_interval
from lab.analysis.frames import codes_of, columns_of, text_codes
from lab.analysis.intervals import Interval, check_level
from lab.analysis.preferences.outcomes import points_for_a, votes_on

_GROUPS = 20
_FEWEST = 3

PARTS = ("prompt", "prompt × system", "reviewer", "reviewer × system", "residual")
"""The parts of the variance, in the order in which they are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One part of how far answers differ."""

    part: str
    """One of PARTS."""

    sd: float | None
    """Standard deviation, in points or in shares of a win; None with a reason."""

    interval: Interval | None
    """Its interval; None with a reason."""

    reason: str | None
    """Why there is no value or no interval; None where there are both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variances:
    """How far the answers on one criterion differ."""

    criterion: str
    """Name of the criterion."""

    components: tuple[Component, ...]
    """One for each of PARTS."""

    tie_rate: float | None
    """Share of ties among votes that count; None for ratings."""

    tie_interval: Interval | None
    """Its interval; None for ratings, or where one reviewer voted."""

    n_answers: int
    """Ratings or votes."""

    n_reviewers: int
    """People who gave them."""

    n_prompts: int
    """Prompts."""

    n_systems: int
    """Checkpoints that were rated, or pairs that were compared."""

    def sd(self, part: str) -> float | None:
        """Return the standard deviation of a part; None where there is none."""
        return next(one.sd for one in self.components if one.part == part)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answers:
    """Answers as numbers: value, and what it was given to and by, alone and together."""

    values: np.ndarray
    systems: np.ndarray
    prompts: np.ndarray
    reviewers: np.ndarray
    texts: np.ndarray  # system and prompt
    tastes: np.ndarray  # system and reviewer
    readings: np.ndarray  # prompt and reviewer
    cells: np.ndarray  # all three


def _answers(
    values: np.ndarray, systems: np.ndarray, prompts: np.ndarray, reviewers: np.ndarray
) -> _Answers:
    texts = _together(systems, prompts)
    return _Answers(
        values=values,
        systems=systems,
        prompts=prompts,
        reviewers=reviewers,
        texts=texts,
        tastes=_together(systems, reviewers),
        readings=_together(prompts, reviewers),
        cells=_together(texts, reviewers),
    )


def _together(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    keys = one.astype(np.int64) * (int(other.max(initial=0)) + 1) + other
    return pd.factorize(keys)[0]


def rating_variances(frame: pd.DataFrame, criterion: str, level: float = 0.95) -> Variances:
    """Estimate how far ratings on a criterion differ, in points.

    Args:
        frame: one row per rating: criterion, checkpoint, prompt_id, reviewer_id, value.
        criterion: name of the criterion.
        level: confidence.

    Returns:
        The parts; those that the ratings cannot tell have a reason.

    Raises:
        ValueError: a column is missing, or the level is out of range.
    """
    needed = ["criterion", "checkpoint", "prompt_id", "reviewer_id", "value"]
    rows = columns_of(frame, needed, "rating_variances")
    rows = rows[rows["criterion"] == criterion]
    answers = _answers(
        rows["value"].to_numpy(dtype=np.float64),
        *(text_codes(rows[name]) for name in ("checkpoint", "prompt_id", "reviewer_id")),
    )
    return _variances(answers, criterion, level, None, None)


def vote_variances(frame: pd.DataFrame, criterion: str, level: float = 0.95) -> Variances:
    """Estimate how far votes on a criterion differ, as shares of a win, and how many are ties.

    A vote is 1 for a win, ½ for a tie and 0 for a loss of the checkpoint whose name comes first;
    "both bad" is left out. A system is a pair of checkpoints; reviewer × system is how far
    reviewers' tastes differ within one pair.

    Args:
        frame: one row per vote, as `storage.frames.votes` gives them.
        criterion: name of the criterion.
        level: confidence.

    Returns:
        The parts and the share of ties.

    Raises:
        ValueError: a column is missing, or the level is out of range.
    """
    check_level(level)
    rows = votes_on(frame, criterion, "vote_variances")
    rows = rows[rows["winner"] != "both_bad"]
    a, b = rows["checkpoint_a"].astype(str), rows["checkpoint_b"].astype(str)
    points = points_for_a(rows)
    answers = _answers(
        np.where((a <= b).to_numpy(), points, 1 - points),
        codes_of(a.where(a <= b, b) + "\x1f" + b.where(a <= b, a)),
        *(text_codes(rows[name]) for name in ("prompt_id", "reviewer_id")),
    )
    if not len(rows):
        return _variances(answers, criterion, level, None, None)
    ties = (rows["winner"] == "tie").to_numpy(dtype=np.float64)
    mean = clustered_mean(ties, (answers.reviewers, answers.prompts))
    share = clustered_share_interval(mean, level)
    return _variances(answers, criterion, level, mean.value, share)


def median_seconds(frame: pd.DataFrame) -> float | None:
    """Return the median time of an answer, in seconds; None where there is none.

    Args:
        frame: one row per rating or vote: answer_id, seconds; an answer may have several rows.

    Raises:
        ValueError: a column is missing.
    """
    rows = columns_of(frame, ["answer_id", "seconds"], "median_seconds")
    seconds = rows.drop_duplicates("answer_id")["seconds"].dropna()
    seconds = seconds[seconds > 0]
    return float(seconds.median()) if len(seconds) else None


def _variances(
    answers: _Answers,
    criterion: str,
    level: float,
    tie_rate: float | None,
    tie_interval: Interval | None,
) -> Variances:
    check_level(level)
    found = _parts(answers) if len(answers.values) else np.full(len(PARTS), np.nan)
    errors = _errors(answers, found)
    return Variances(
        criterion=criterion,
        components=tuple(
            _component(part, float(value), error, level)
            for part, value, error in zip(PARTS, found, errors, strict=True)
        ),
        tie_rate=tie_rate,
        tie_interval=tie_interval,
        n_answers=len(answers.values),
        n_reviewers=len(np.unique(answers.reviewers)),
        n_prompts=len(np.unique(answers.prompts)),
        n_systems=len(np.unique(answers.systems)),
    )


def _component(
    part: str, variance: float, error: tuple[float, int] | None, level: float
) -> Component:
    if not np.isfinite(variance):
        return Component(part=part, sd=None, interval=None, reason=_WHY_NOT[part])
    sd = float(np.sqrt(max(0.0, variance)))
    if error is None:
        few = f"fewer than {_FEWEST} reviewers or prompts; no interval"
        return Component(part=part, sd=sd, interval=None, reason=few)
    low, high = np.sqrt(_between(variance, *error, level))
    return Component(
        part=part, sd=sd, interval=Interval(float(low), float(high), level), reason=None
    )


def _between(variance: float, error: float, df: int, level: float) -> np.ndarray:
    """Give a variance's ends by χ² with Satterthwaite's degrees of freedom, by t near 0."""
    own = 2 * (variance / error) ** 2 if error > 0 else np.inf
    if variance > 0 and 1 <= own < np.inf:
        tails = stats.chi2.ppf([(1 + level) / 2, (1 - level) / 2], min(own, 1e6))
        return own * variance / tails
    reach = float(stats.t.ppf((1 + level) / 2, df)) * error
    return np.maximum(0.0, [variance - reach, variance + reach])


_WHY_NOT = {
    "prompt": "no prompt was answered for two systems by different reviewers",
    "prompt × system": "no text was judged by two reviewers",
    "reviewer": "no reviewer judged two systems",
    "reviewer × system": "no reviewer judged two texts of one system",
    "residual": "no text was judged by two reviewers, or no reviewer judged two texts",
}


def _parts(answers: _Answers, kept: np.ndarray | None = None) -> np.ndarray:
    """Estimate the variances of PARTS; NaN where no pair tells one.

    Args:
        answers: all answers.
        kept: 1.0 for the answers that count, else 0.0; by default all do.
    """
    one = np.ones(len(answers.values)) if kept is None else kept
    systems = np.bincount(answers.systems, one)
    means = np.bincount(answers.systems, answers.values * one) / np.maximum(1, systems)
    left = (answers.values - means[answers.systems]) * one
    own = np.array([left @ left, one.sum()])
    sp, sr, pr, spr = (
        _sums(left, one, codes)
        for codes in (answers.texts, answers.tastes, answers.readings, answers.cells)
    )
    s, p, r = (
        _sums(left, one, codes) for codes in (answers.systems, answers.prompts, answers.reviewers)
    )
    apart = _mean(s - sp - sr + spr)
    text, person = _mean(sp - spr) - apart, _mean(sr - spr) - apart
    prompt = _mean(p - sp - pr + spr)
    reviewer = _mean(r - sr - pr + spr)
    total = _mean(own) - apart
    # With one system only, what a prompt adds to every system cannot be told from a text's worth.
    main_p, main_r = np.nan_to_num(prompt), np.nan_to_num(reviewer)
    return np.array([prompt, text - main_p, reviewer, person - main_r, total - text - person])


def _sums(left: np.ndarray, one: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return the sum of products, and the number, over pairs within the same codes."""
    totals, counts = np.bincount(codes, left), np.bincount(codes, one)
    return np.array([totals @ totals, counts @ counts])


def _mean(pairs: np.ndarray) -> float:
    return float(pairs[0] / pairs[1]) if pairs[1] > 0.5 else float("nan")


def _errors(answers: _Answers, found: np.ndarray) -> list[tuple[float, int] | None]:
    """Return each part's standard error and degrees of freedom; None with too few clusters."""
    ways = [_jackknife(answers, codes) for codes in (answers.reviewers, answers.prompts)]
    if any(way is None for way in ways):
        return [None] * len(found)
    n_groups = min(way[1] for way in ways if way is not None)
    variances = sum(way[0] for way in ways if way is not None)
    return [
        (float(np.sqrt(one)), n_groups - 1) if np.isfinite(one) else None
        for one in np.asarray(variances)
    ]


def _jackknife(answers: _Answers, codes: np.ndarray) -> tuple[np.ndarray, int] | None:
    """Leave out one group of clusters after another; the variance of each part, and the groups."""
    n_groups = min(_GROUPS, len(np.unique(codes)))
    if n_groups < _FEWEST:
        return None
    group = np.random.default_rng(0).permutation(int(codes.max()) + 1)[codes] % n_groups
    without = np.stack(
        [_parts(answers, (group != number).astype(float)) for number in range(n_groups)]
    )
    centred = without - without.mean(axis=0)
    return (n_groups - 1) / n_groups * (centred**2).sum(axis=0), n_groups

"""Tries on made-up checks whether what the lab promises about hallucinations holds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.stats import norm

from lab.analysis.checks.accuracy import auroc
from lab.analysis.checks.rates import corrected_rates
from lab.analysis.checks.threshold import choose_threshold
from lab.selftest.figures import Figure, share_error

TOPIC = "checks"
MOST_MISSED, CONFIDENCE = 0.1, 0.9
_RATE, _APART = 0.3, 1.5
_TRUE_AUROC = float(norm.cdf(_APART / np.sqrt(2)))


def figures(runs: int, seed: int) -> Iterator[Figure]:
    """Give each figure as soon as it is known.

    Args:
        runs: simulated sets of labelled texts per figure.
        seed: seed of the draws.
    """
    for n_prompts, per_prompt in ((150, 1), (400, 1), (100, 4)):
        yield _promise(runs, seed, n_prompts, per_prompt)
    for n_prompts, per_prompt in ((100, 1), (60, 4)):
        yield _area(runs, seed, n_prompts, per_prompt)
    for n_labelled, per_prompt in ((20, 1), (50, 1), (25, 3)):
        yield _rate(runs, seed, n_labelled, per_prompt)


def scored_texts(
    rng: np.random.Generator, n_prompts: int, per_prompt: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw scores, labels and prompts: texts on one prompt are alike in both (correlation ½)."""
    shape = (n_prompts, per_prompt)
    shared, alone = rng.normal(size=(2, n_prompts, 1)), rng.normal(size=(2, *shape))
    alike = 0.5 if per_prompt > 1 else 0.0
    truth, noise = np.sqrt(alike) * shared + np.sqrt(1 - alike) * alone
    labels = truth > norm.ppf(1 - _RATE)
    scores = norm.cdf(noise + _APART * labels)
    return scores.ravel(), labels.ravel(), np.repeat(np.arange(n_prompts), per_prompt)


def _promise(runs: int, seed: int, n_prompts: int, per_prompt: int) -> Figure:
    kept, naive, tried = 0, 0, 0
    for run in range(runs):
        rng = np.random.default_rng([seed, n_prompts, per_prompt, run])
        scores, labels, prompts = scored_texts(rng, n_prompts, per_prompt)
        found = choose_threshold(scores, labels, prompts, MOST_MISSED, CONFIDENCE)
        if found.value is None:
            continue
        tried += 1
        kept += _missed(found.value) <= MOST_MISSED
        naive += _missed(float(np.quantile(scores[labels], MOST_MISSED))) <= MOST_MISSED
    return Figure(
        topic=TOPIC,
        question="How often does a threshold with 90 % confidence really miss at most 10 %?",
        condition=f"{n_prompts} prompts with {per_prompt} labelled texts each, 30 % hallucinated",
        value=kept / tried,
        error=share_error(kept / tried, tried),
        low=CONFIDENCE,
        usual=naive / tried,
        usual_way="the 10 % quantile of the labelled texts' scores",
        runs=tried,
        seed=seed,
    )


def _missed(threshold: float) -> float:
    return float(norm.cdf(norm.ppf(threshold) - _APART))


def _area(runs: int, seed: int, n_prompts: int, per_prompt: int) -> Figure:
    held = 0
    for run in range(runs):
        rng = np.random.default_rng([seed, n_prompts, per_prompt, run, 1])
        found = auroc(*scored_texts(rng, n_prompts, per_prompt)).interval
        held += found is not None and found.low <= _TRUE_AUROC <= found.high
    return Figure(
        topic=TOPIC,
        question="How often do 95 % intervals of a check's AUROC hold the truth?",
        condition=f"{n_prompts} prompts with {per_prompt} labelled texts each",
        value=held / runs,
        error=share_error(held / runs, runs),
        low=0.93,
        high=0.98,
        runs=runs,
        seed=seed,
    )


def _rate(runs: int, seed: int, n_labelled: int, per_prompt: int) -> Figure:
    held, by_check = 0, 0
    for run in range(runs):
        rng = np.random.default_rng([seed, n_labelled, per_prompt, run, 2])
        _, labels, prompts = scored_texts(rng, 200, per_prompt)
        frame = _flagged(rng, labels, prompts, n_labelled)
        (found,) = corrected_rates(frame)
        held += found.interval is not None and found.interval.low <= _RATE <= found.interval.high
        share = float(frame["flagged"].mean())
        reach = 1.96 * float(np.sqrt(share * (1 - share) / len(frame)))
        by_check += share - reach <= _RATE <= share + reach
    return Figure(
        topic=TOPIC,
        question="How often do 95 % intervals of the corrected rate hold the true rate?",
        condition=f"{n_labelled} of 200 prompts labelled, {per_prompt} texts each, a check that "
        "flags 80 % of the hallucinated texts and 30 % of the others",
        value=held / runs,
        error=share_error(held / runs, runs),
        low=0.93,
        high=0.98,
        usual=by_check / runs,
        usual_way="the check's own rate",
        runs=runs,
        seed=seed,
    )


def _flagged(
    rng: np.random.Generator, labels: np.ndarray, prompts: np.ndarray, n_labelled: int
) -> pd.DataFrame:
    flagged = rng.random(len(labels)) < np.where(labels, 0.8, 0.3)
    known = prompts < n_labelled  # prompts are alike, so the first ones are a random draw
    said = pd.Series(np.where(known, labels, np.nan)).astype("Float64")
    return pd.DataFrame(
        {"checkpoint": "c", "prompt_id": prompts, "flagged": flagged, "hallucinated": said}
    )

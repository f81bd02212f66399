"""Checks corrected hallucination rates against ppi_py and at their edges."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from ppi_py import ppi_mean_pointestimate

from lab.analysis.checks.rates import corrected_rates


def frame(flags: np.ndarray, labels: np.ndarray, prompts: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {"checkpoint": "new", "prompt_id": prompts, "flagged": flags, "hallucinated": labels}
    )


def test_the_value_is_that_of_ppi_py() -> None:
    rng = np.random.default_rng(1)
    labels = (rng.random(80) < 0.3).astype(float)
    flags = np.where(rng.random(80) < 0.8, labels, 1 - labels)
    others = (rng.random(900) < 0.4).astype(float)
    every = np.r_[flags, others]
    said = np.r_[labels, np.full(900, np.nan)]
    (found,) = corrected_rates(frame(every, said, np.arange(980)))
    (oracle,) = ppi_mean_pointestimate(labels, flags, others, lam=found.weight)
    assert found.value == pytest.approx(oracle)
    assert 0 < found.weight < 1
    assert found.by_check == pytest.approx(every.mean())
    assert found.by_people == pytest.approx(labels.mean())
    alone, _ = 1.96 * np.sqrt(labels.var() / 80), None
    assert found.interval.high - found.interval.low < 2 * alone


def test_a_check_that_follows_nobody_is_not_asked() -> None:
    rng = np.random.default_rng(2)
    labels = np.tile([0.0, 1.0], 30)
    flags = np.repeat([0.0, 1.0], 30)  # uncorrelated with the labels
    said = np.r_[labels, np.full(200, np.nan)]
    every = np.r_[flags, rng.random(200) < 0.9]
    (found,) = corrected_rates(frame(every, said, np.arange(260)))
    assert found.weight == pytest.approx(0, abs=1e-9)
    assert found.value == pytest.approx(0.5)


def test_few_or_no_labels_are_said_in_words() -> None:
    prompts = np.arange(10)
    (none,) = corrected_rates(frame(np.ones(10), np.full(10, np.nan), prompts))
    assert (none.value, none.interval) == (None, None)
    assert "nobody" in none.reason
    (few,) = corrected_rates(frame(np.ones(10), np.r_[np.ones(3), np.full(7, np.nan)], prompts))
    assert few.value == 1
    assert few.interval is None
    assert "3 prompts" in few.reason
    (same,) = corrected_rates(frame(np.zeros(10), np.r_[np.zeros(8), [np.nan] * 2], prompts))
    assert same.value == 0
    assert same.interval.low == 0
    assert same.interval.high > 0.2

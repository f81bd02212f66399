"""The frames of the page Tuning."""

from __future__ import annotations

import pytest

from apps.dashboard.results import tuning
from lab.records import Trial, TrialOutcome, new_id


def trial(number: int, value: float | None = 1.0, **parameters) -> Trial:
    outcome = TrialOutcome.FAILED if value is None else TrialOutcome.FINISHED
    return Trial(
        search="s",
        number=number,
        dataset_id=new_id(),
        parameters=parameters,
        outcome=outcome,
        value=value,
        seconds=1.0,
        message="" if value is not None else "diverged",
    )


TRIALS = [
    trial(0, 2.0, rate=1e-4, rows=8, patience=None),
    trial(1, None, rate=1.0, rows=8, patience=3),
    trial(2, 1.5, rate=1e-2, rows=16, patience=3),
    trial(3, 1.8, rate=1e-3, rows=12, patience=3),
]


def test_the_table_has_the_best_first_and_failures_last() -> None:
    told = tuning.table(TRIALS)
    assert list(told["trial"]) == [2, 3, 0, 1]
    assert list(told["patience"]) == ["3", "3", "none", "3"]
    assert list(told["ended"]) == ["finished", "finished", "finished", "failed"]
    assert list(told["rows"]) == [16, 12, 8, 8]


def test_the_history_holds_the_lowest_so_far() -> None:
    assert list(tuning.history(TRIALS)["best"]) == [2.0, 2.0, 1.5, 1.5]


def test_each_axis_goes_from_its_lowest_to_its_highest_value() -> None:
    lines, ticks = tuning.coordinates(TRIALS)
    at = lines.set_index(["axis", "trial"])["at"]
    assert list(at["rate"][[0, 3, 2]]) == pytest.approx([0, 0.5, 1])  # a wide range is logarithmic
    assert list(at["rows"][[0, 3, 2]]) == pytest.approx([0, 0.5, 1])
    assert list(at["patience"][[0, 3, 2]]) == [1, 0, 0]
    assert set(lines["trial"]) == {0, 2, 3}
    assert set(lines[lines["trial"] == 2]["better"]) == {1.0}
    told = ticks[ticks["axis"] == "rate"]
    assert list(told["shown"]) == ["0.0001", "0.01"]
    assert list(dict.fromkeys(ticks["axis"])) == ["rate", "rows", "patience", "value"]


def test_what_is_compared_depends_on_what_is_searched() -> None:
    assert tuning.measure(TRIALS) == "validation loss in nats per token"
    assert "bits per byte" in tuning.measure([trial(0, 1.0, vocabulary=300)])

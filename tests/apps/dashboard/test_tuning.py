"""The frames of the page Tuning."""

from __future__ import annotations

from dataclasses import replace

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


def many(**drawn: list) -> list[Trial]:
    rows = [dict(zip(drawn, one, strict=True)) for one in zip(*drawn.values(), strict=True)]
    return [trial(number, 1.0 + number, **one) for number, one in enumerate(rows)]


def test_an_axis_is_logarithmic_only_where_that_spreads_the_trials() -> None:
    rates = [1e-4, 3e-4, 1e-3, 2e-3, 4e-3, 3e-2]
    shares = [1e-5, 0.05, 0.1, 0.15, 0.2, 0.3]
    found = many(rate=rates, dropout=shares)
    lines, _ = tuning.coordinates(found)
    at = lines.set_index(["axis", "trial"])["at"]
    assert at["dropout"][3] == pytest.approx(0.5, abs=1e-3)
    assert at["rate"][2] > 0.4
    assert tuning.one_setting(found, "rate")[1] is True
    assert tuning.one_setting(found, "dropout")[1] is False


def test_few_numbers_stand_side_by_side_and_each_is_named() -> None:
    found = many(rows=[8, 32, 8, 16, 16, 8, 32], warm=[True, False, None, True, False, True, None])
    lines, ticks = tuning.coordinates(found)
    at = lines.set_index(["axis", "trial"])["at"]
    assert [at["rows"][n] for n in (0, 3, 1)] == [0, 0.5, 1]
    assert list(ticks[ticks["axis"] == "rows"]["shown"]) == ["8", "16", "32"]
    assert list(ticks[ticks["axis"] == "warm"]["shown"]) == ["false", "none", "true"]
    frame, log = tuning.one_setting(found, "rows")
    assert log is None
    assert list(dict.fromkeys(frame["setting"])) == ["8", "16", "32"]
    assert list(frame.loc[frame["best"], "trial"]) == [0]


def test_only_the_best_are_placed_where_asked_for() -> None:
    lines, _ = tuning.coordinates(TRIALS, most=2)
    assert set(lines["trial"]) == {2, 3}


def test_what_was_given_up_stands_before_what_failed() -> None:
    given_up = replace(trial(4, 1.1, rate=1.0), outcome=TrialOutcome.PRUNED)
    assert list(tuning.table([*TRIALS, given_up])["trial"]) == [2, 3, 0, 4, 1]


def test_folds_stand_beside_their_mean() -> None:
    folds = {2: [1.0, 2.0]}
    told = tuning.table(TRIALS, folds)
    assert told["spread"][0] == pytest.approx(0.5**0.5)
    assert told["spread"][1:].isna().all()
    drawn = tuning.history(TRIALS, folds).set_index("trial").loc[2]
    assert (drawn["low"], drawn["high"]) == pytest.approx((1.5 - 0.5**0.5, 1.5 + 0.5**0.5))
    assert drawn["shown"] == "1.5000 ± 0.7071"
    assert "rows 16" in drawn["settings"]


def test_what_is_compared_depends_on_what_is_searched() -> None:
    assert tuning.measure(TRIALS) == "validation loss in nats per token"
    assert "bits per byte" in tuning.measure([trial(0, 1.0, vocabulary=300)])

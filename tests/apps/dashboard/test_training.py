"""The frames of the page Training, out of records written by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
import streamlit as st

from apps.dashboard import data
from apps.dashboard.results import training, tuning
from lab.records import (
    Checkpoint,
    CheckpointKind,
    Dataset,
    TrainingEnd,
    TrainingOutcome,
    TrainingRun,
    TrainingStep,
    Trial,
    TrialOutcome,
)


@pytest.fixture
def shown(store, monkeypatch):
    """Give what stores records and says the version of the page that shows them."""
    monkeypatch.setattr(st, "session_state", {})
    data.use(store)

    def show(*records) -> str:
        store.add(records)
        at = data.newest_version()
        st.session_state["version"] = at
        return at

    return show


DATASET = Dataset(name="d", origin="made", content_sha256="a" * 64, n_prompts=0, config={})


def run(name: str, **fields) -> TrainingRun:
    config = {"cost_per_hour": 3.6, "steps": 4}
    return TrainingRun(name=name, dataset_id=DATASET.id, config=config, environment={}, **fields)


def step(of: TrainingRun, number: int, **fields) -> TrainingStep:
    given = {"seconds": 10.0 * number, "n_tokens": 100 * number, "epoch": number / 2} | fields
    return TrainingStep(training_run_id=of.id, step=number, learning_rate=0.1, **given)


def test_a_run_is_told_by_its_best_step_its_end_and_its_cost(shown) -> None:
    parent = Checkpoint(name="old", kind=CheckpointKind.GPT, weights_sha256="b" * 64)
    one = run("one", parent_checkpoint_id=parent.id)
    at = shown(
        DATASET,
        parent,
        one,
        step(one, 1, train_loss=3.0, validation_loss=2.5, bits_per_byte=1.1, memory_bytes=2**30),
        step(one, 2, train_loss=2.0, validation_loss=2.0, bits_per_byte=0.9, memory_bytes=2**31),
        step(one, 4, train_loss=1.0, validation_loss=2.2, bits_per_byte=1.0, n_tokens=1000),
        TrainingEnd(training_run_id=one.id, outcome=TrainingOutcome.STOPPED_EARLY, step=4),
    )
    steps = training.steps(at)
    assert list(steps["tokens_per_second"]) == [10.0, 10.0, 40.0]
    told = training.runs(at).iloc[0]
    assert told["ended"] == "stopped early"
    assert (told["validation_loss"], told["best_step"], told["bits_per_byte"]) == (2.0, 2, 0.9)
    assert (told["cost"], told["cost_per_epoch"]) == (0.04, 0.02)
    assert told["memory"] == 2.0
    assert (told["parent"], told["parent_sha256"], told["dataset"]) == ("old", "b" * 64, "d")


def test_what_goes_on_is_told_from_what_fell_silent(shown) -> None:
    one, again = run("one"), run("again")
    long_ago = TrainingEnd(
        training_run_id=again.id,
        outcome=TrainingOutcome.INTERRUPTED,
        step=1,
        created_at=datetime.now(UTC) - timedelta(hours=1),
    )
    at = shown(DATASET, one, again, step(one, 1), step(again, 1), long_ago, step(again, 2))
    runs = training.runs(at).set_index("run")
    assert list(training.going(runs)) == [True, True]  # the newer step overrules the older end
    later = datetime.now(UTC) + training.SILENT
    assert list(training.going(runs, later)) == [False, False]


def test_runs_of_one_name_are_numbered_and_trials_are_known(shown) -> None:
    first, second, trial, fold = run("one"), run("one"), run("s-3"), run("s-3.1")
    tried = Trial(
        search="s",
        number=0,
        dataset_id=DATASET.id,
        parameters={},
        outcome=TrialOutcome.FINISHED,
        seconds=1.0,
    )
    runs = [replace(one) for one in (first, second, trial, fold)]
    at = shown(DATASET, *runs, tried, *(step(one, 1) for one in runs))
    assert set(training.runs(at)["run"]) == {"one #1", "one #2", "s-3", "s-3.1"}
    assert training.searched(at) == {trial.id, fold.id}


def test_runs_are_compared_by_what_their_tokens_allow(shown) -> None:
    other = Dataset(name="e", origin="made", content_sha256="c" * 64, n_prompts=0, config={})
    elsewhere = replace(run("elsewhere"), dataset_id=other.id)
    small, large = run("small"), run("large")
    bytes_ = replace(run("bytes"), config={"vocabulary": 259})
    at = shown(
        DATASET,
        other,
        *(elsewhere, small, large, bytes_),
        step(elsewhere, 1, validation_loss=0.1, bits_per_byte=0.1),
        step(small, 1, validation_loss=2.0, bits_per_byte=1.0),
        step(large, 1, validation_loss=1.5, bits_per_byte=1.2),
        step(bytes_, 1, validation_loss=1.0, bits_per_byte=1.1),
    )
    runs = training.runs(at)
    found, by = training.ranked(runs)
    assert (list(found["run"]), by) == (["small", "bytes", "large"], "bits_per_byte")
    found, by = training.ranked(runs[runs["run"] != "bytes"])
    assert (list(found["run"]), by) == (["large", "small"], "validation_loss")


def test_an_axis_is_logarithmic_where_one_run_would_hide_another(shown) -> None:
    rates = pd.DataFrame({"run": ["a", "a", "b"], "value": [0.004, 0.0, 0.3]})
    assert training.logarithmic(rates)
    assert not training.logarithmic(rates[rates["run"] == "a"])
    assert not training.logarithmic(rates.replace(0.3, 0.01))


def test_the_folds_of_a_trial_are_found_by_their_runs(shown) -> None:
    runs = [run(f"s-{number}.{fold}") for number in (0, 1) for fold in (0, 1)]
    losses = [1.0, 2.0, 3.0, 4.0]
    tried = [
        Trial(
            search="s",
            number=number,
            dataset_id=DATASET.id,
            parameters={"warmup": 0.1},
            outcome=TrialOutcome.FINISHED,
            value=value,
            seconds=1.0,
        )
        for number, value in ((0, 1.5), (1, 9.0))  # the runs of the second one are not its own
    ]
    steps = [step(one, 1, validation_loss=loss) for one, loss in zip(runs, losses, strict=True)]
    at = shown(DATASET, *runs, *tried, *steps)
    assert {one: sorted(told) for one, told in tuning.folds(at, "s").items()} == {0: [1.0, 2.0]}

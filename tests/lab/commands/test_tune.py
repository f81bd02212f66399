"""`lab tune` over a store: trials, folds, pruning, failures, processes that are killed."""

from __future__ import annotations

import signal
import statistics
import subprocess
import sys
import time

import pytest

from lab.cli import main
from lab.commands.tune import read_ranges
from lab.errors import ConfigError
from lab.records import Checkpoint, Dataset, Prompt, Split, TrainingOutcome, TrialOutcome
from lab.train.config import TrainConfig
from storage import training, trials
from storage.client import Store

TINY = [
    *("--layers", "1", "--width", "16", "--heads", "1", "--vocabulary", "270", "--context", "48"),
    *("--precision", "fp32", "--threads", "1", "--device", "cpu", "--batch-rows", "4"),
]


@pytest.fixture
def lab(store: Store) -> Store:
    dataset = Dataset(name="d", origin="made", content_sha256="0", n_prompts=24, config={})
    names = [f"{name} {count}" for name in ("Rosa", "Ivy", "Tom") for count in range(8)]
    rows = [
        Prompt(
            dataset_id=dataset.id,
            key=name,
            split=Split.VALIDATION if number % 4 == 0 else Split.TRAIN,
            text=name,
            reference=f"{name} had a kite.",
        )
        for number, name in enumerate(names)
    ]
    store.add([dataset, *rows])
    return store


def words(store: Store, *more: str) -> list[str]:
    common = ["tune", "--home", str(store.home.path), "--dataset", "d", "--search", "s"]
    return [*common, *TINY, "--steps", "4", *more]


def tune(store: Store, *more: str) -> int:
    return main(words(store, *more))


RATES = ("--range", "learning_rate=1e-3..1e-2:log")


def test_trials_are_training_runs_of_the_store_and_no_weights_stay(lab, capsys) -> None:
    assert tune(lab, *RATES, "--range", "warmup=0,0.2", "--trials", "2") == 0
    told = capsys.readouterr().out
    found = trials.every(lab)
    assert [one.number for one in found] == [0, 1]
    assert {one.outcome for one in found} == {TrialOutcome.FINISHED}
    runs = {run.id: run for run in training.runs(lab)}
    for one in found:
        run = runs[one.training_run_id]
        assert run.name == f"s-{one.number}"
        assert run.config["learning_rate"] == one.parameters["learning_rate"]
        losses = [step.validation_loss for step in training.steps(lab, run.id)]
        assert len(losses) == 4  # about ten validations, but one per step at most
        assert one.value == pytest.approx(min(losses))
        assert training.ends(lab, run.id)[-1].outcome is TrainingOutcome.FINISHED
    best = min(found, key=lambda one: one.value)
    assert f"--learning-rate {best.parameters['learning_rate']:.6g}" in told
    assert "lab train --dataset d --name s-best" in told
    assert lab.select(Checkpoint) == []
    assert not lab.home.checkpoints.exists()
    left = sorted(path.name for path in (lab.home.path / "searches").iterdir())
    assert left == ["s.journal", "s.lock"]


def test_the_command_that_is_printed_trains(lab, capsys) -> None:
    tune(lab, *RATES, "--trials", "1")
    line = capsys.readouterr().out.split("train the best:")[1].split()
    assert main([*line[1:], "--home", str(lab.home.path)]) == 0
    made = lab.select(Checkpoint)[0]
    assert made.name == "s-best"
    assert made.validation_loss == pytest.approx(trials.every(lab)[0].value, abs=1e-5)


def test_the_best_checkpoint_stays_where_asked_for(lab) -> None:
    from lab.models.load import load_model

    assert tune(lab, *RATES, "--trials", "1", "--keep-best") == 0
    assert tune(lab, *RATES, "--trials", "3", "--keep-best") == 0
    found = trials.every(lab)
    best = min(found, key=lambda one: one.value)
    made = lab.select(Checkpoint)
    assert made[-1].training_run_id == best.training_run_id
    assert len(made) == 1 + (best.number != 0)
    for one in made:
        load_model(one.path)
    assert sorted(path.name for path in lab.home.checkpoints.iterdir()) == sorted(
        one.path.split("/")[-1] for one in made
    )


def test_folds_take_the_mean_over_all_rows_but_the_test(lab, capsys) -> None:
    assert tune(lab, *RATES, "--trials", "1", "--folds", "3") == 0
    one = trials.every(lab)[0]
    runs = training.runs(lab)
    assert [run.name for run in runs] == ["s-0.0", "s-0.1", "s-0.2"]
    lowest = [
        min(step.validation_loss for step in training.steps(lab, run.id) if step.validation_loss)
        for run in runs
    ]
    assert one.value == pytest.approx(sum(lowest) / 3)
    assert one.training_run_id is None
    told = capsys.readouterr().out
    assert f"{one.value:.4f}" in told
    assert f"{statistics.stdev(lowest):.4f}" in told


def test_settings_that_change_the_tokens_are_compared_by_bits_per_byte(lab, capsys) -> None:
    arguments = [word for word in words(lab) if word not in ("--vocabulary", "270")]
    assert main([*arguments, "--range", "vocabulary=260,300", "--trials", "1"]) == 0
    run = training.runs(lab)[0]
    bits = [step.bits_per_byte for step in training.steps(lab, run.id)]
    assert trials.every(lab)[0].value in bits
    assert "bits per byte" in capsys.readouterr().out


def test_what_cannot_work_is_a_failed_trial_and_what_never_works_an_error(lab, capsys) -> None:
    assert tune(lab, "--range", "architecture=lstmm,grru", "--trials", "2") == 2
    told = capsys.readouterr().err
    assert "no trial of search 's' got to its end" in told
    assert "architecture" in told
    assert {one.outcome for one in trials.every(lab)} == {TrialOutcome.FAILED}


def test_poor_settings_are_given_up(lab) -> None:
    arguments = words(lab)
    arguments[arguments.index("--steps") + 1] = "10"
    ranges = ["--range", "learning_rate=0.01,0.011,0.012,0.0000001"]
    assert main([*arguments, *ranges, "--trials", "10"]) == 0
    found = trials.every(lab)
    pruned = [one for one in found if one.outcome is TrialOutcome.PRUNED]
    assert pruned
    steps = training.steps(lab, pruned[0].training_run_id)
    assert steps[-1].step < 10
    end = training.ends(lab, pruned[0].training_run_id)[-1]
    assert end.outcome is TrainingOutcome.STOPPED_EARLY
    assert "worse than the median" in end.message


@pytest.mark.slow
def test_a_killed_search_goes_on(lab) -> None:
    slow = [*words(lab, *RATES, "--trials", "2"), "--log-every", "1"]
    slow[slow.index("--steps") + 1] = "100000"
    process = subprocess.Popen([sys.executable, "-m", "lab.cli", *slow], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not training.runs(lab) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    assert main([*slow, "--minutes", "0.00001"]) == 0
    killed = trials.every(lab)
    assert [(one.outcome, one.message) for one in killed] == [
        (TrialOutcome.FAILED, "its process ended without a word")
    ]
    assert not list((lab.home.path / "searches" / "s.workers").glob("*/*"))


WRONG = [
    (["--range", "steps=2,4"], "steps is also fixed at 4; give one of the two"),
    (["--range", "epochs=1,2"], "steps and epochs are both given"),
    (["--range", "warmup", "--range", "warmup=0,1"], "warmup is given twice"),
    (["--range", "nothing=1,2"], "no setting is named 'nothing'"),
    (["--range", "learning_rate=-1..1"], "learning_rate -1.0 is not allowed; give above 0"),
    (["--range", "warmup=0..3"], "'warmup=0..3': warmup 3.0 is not allowed; give a share"),
    (["--range", "accumulate=1,3"], "accumulate 3 is not allowed; give a divisor of the 4 rows"),
    (["--range", "heads=2,3"], "width 16 is not allowed; give a multiple of 6"),
    (["--range", "width=8..16"], "list the values of width, as in width=16,32"),
    (["--range", "lora_rank=4,8"], "lora_rank changes nothing with weights 'all'; give --weights"),
    (["--range", "weights=all,lora"], "weights 'lora' goes with architecture 'hub' only"),
    (["--trials", "0"], "--trials 0 is not allowed; give 1 or more"),
    (["--folds", "1"], "--folds 1 is not allowed; give 2 or more"),
    (["--folds", "99"], "99 folds need 99 different prompts, and there are 24"),
    (["--folds", "2", "--keep-best"], "--keep-best goes with one checkpoint per trial"),
    (["--minutes", "0"], "--minutes 0 is not allowed"),
    (["--search", "a/b"], "give a name without /"),
    (["--validation-rows", "0"], "validation_rows is 0"),
    (["--dataset", "none"], "no data set named 'none'"),
]


def test_what_makes_no_sense_says_what_to_give(lab, capsys) -> None:
    for more, said in WRONG:
        fixed = {word.split("=")[0] for word in more} & {"heads", "width"}
        given = words(lab, *more)
        for name in fixed:
            at = given.index(f"--{name}")
            del given[at : at + 2]
        assert main(given) == 2, more
        assert said in capsys.readouterr().err
    assert trials.every(lab) == []


def test_values_that_fit_together_only_in_part_are_searched() -> None:
    rows = TrainConfig(name="x", steps=4)
    both = read_ranges(["accumulate=1,3", "batch_rows=8,12"], rows)
    assert [one.name for one in both] == ["accumulate", "batch_rows"]
    adapters = TrainConfig(name="x", architecture="hub", parent="p", steps=4)
    assert read_ranges(["lora_rank", "weights=all,lora"], adapters)
    with pytest.raises(ConfigError, match="layers changes nothing in a checkpoint"):
        read_ranges(["layers=1,2"], adapters)


def test_a_search_that_has_its_trials_says_how_to_go_on(lab, capsys) -> None:
    assert tune(lab, *RATES, "--trials", "1") == 0
    assert "nothing was left to try" not in capsys.readouterr().out
    assert tune(lab, *RATES, "--trials", "1") == 0
    assert "nothing was left to try; give more than --trials 1" in capsys.readouterr().out


def test_the_usual_ranges_leave_out_what_is_fixed() -> None:
    usual = {one.name for one in read_ranges([], TrainConfig(name="x"))}
    assert usual == {"learning_rate", "batch_rows", "warmup", "steps"}
    fixed = TrainConfig(name="x", learning_rate=0.1, epochs=2.0)
    assert {one.name for one in read_ranges([], fixed)} == {"batch_rows", "warmup"}
    assert [str(one) for one in read_ranges(["accumulate"], fixed)] == ["accumulate=1,2,4"]
    with pytest.raises(ConfigError, match="has no values"):
        read_ranges(["patience"], fixed)

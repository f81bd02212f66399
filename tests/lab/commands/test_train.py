"""`lab train` over a store: interrupted and gone on with, refused, stored with its end."""

import os
import re
import signal
from pathlib import Path

import pytest

from lab.cli import main
from lab.models.folder import read_about
from lab.records import Checkpoint, CheckpointKind, TrainingOutcome
from lab.train.learner import Learner
from lab.train.states import RunFolder
from storage import checkpoints, training
from storage.client import Store

TINY = (
    *("--layers", "1", "--width", "16", "--vocabulary", "270", "--context", "48"),
    *("--batch-rows", "4", "--steps", "12", "--log-every", "2", "--validate-every", "6"),
    *("--precision", "fp32", "--threads", "1", "--device", "cpu"),
)


def call(store: Store, *words: str) -> int:
    return main(["train", "--home", str(store.home.path), *words])


def signal_at(step: int, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Send this process a signal within a step, once."""
    learn = Learner.step
    done: list[int] = []

    def watched(*arguments: object) -> object:
        done.append(1)
        if len(done) == step:
            os.kill(os.getpid(), number)
        return learn(*arguments)

    monkeypatch.setattr(Learner, "step", watched)


def test_a_mistyped_parent_names_the_checkpoints_there_are(
    lab: Store, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lab.models.hub.why_not", lambda name: "the hub has none")
    lab.add([Checkpoint(name="stories", kind=CheckpointKind.GPT, path="/c/stories")])
    asked = ("--dataset", "d", "--name", "child", "--architecture", "hub", "--parent", "stroies")
    assert call(lab, *asked) == 2
    assert "no checkpoint named 'stroies' in this lab (there is: stories)" in (
        capsys.readouterr().err
    )


def test_it_stores_run_steps_checkpoint_and_end(lab: Store) -> None:
    assert call(lab, "--dataset", "d", "--name", "whole", "--keep", "1", *TINY) == 0
    run = training.run_named(lab, "whole")
    (end,) = training.ends(lab, run.id)
    assert (end.outcome, end.step) == (TrainingOutcome.FINISHED, 12)
    steps = training.steps(lab, run.id)
    assert [step.step for step in steps] == [2, 4, 6, 8, 10, 12]
    assert steps[-1].bits_per_byte > 0
    assert steps[-1].memory_bytes > 0
    assert steps[-1].epoch == pytest.approx(12 * 4 / 8)
    best, kept = checkpoints.every(lab)
    assert (best.name, kept.name, kept.step) == ("whole", "whole@12", 12)
    assert read_about(Path(best.path))["dataset_sha256"] == "abc123"
    assert not (lab.home.runs / run.id).exists()


def test_ctrl_c_says_how_to_go_on_and_resuming_ends_alike(
    lab: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(lab, "--dataset", "d", "--name", "whole", *TINY) == 0
    with monkeypatch.context() as patched:
        signal_at(5, signal.SIGINT, patched)
        assert call(lab, "--dataset", "d", "--name", "broken", *TINY) == 130
    assert "`lab train --resume broken`" in capsys.readouterr().out
    run = training.run_named(lab, "broken")
    assert call(lab, "--resume", "broken") == 0
    ends = training.ends(lab, run.id)
    assert [(end.outcome, end.step) for end in ends] == [
        (TrainingOutcome.INTERRUPTED, 5),
        (TrainingOutcome.FINISHED, 12),
    ]
    steps = training.steps(lab, run.id)
    assert [step.step for step in steps] == [2, 4, 6, 8, 10, 12]
    whole, broken = checkpoints.every(lab)
    assert whole.weights_sha256 == broken.weights_sha256
    assert broken.training_run_id == run.id
    assert len(training.runs(lab)) == 2


def test_steps_that_were_logged_before_a_crash_are_not_stored_twice(
    lab: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn = Learner.step
    done: list[int] = []

    def crash(*arguments: object) -> object:
        done.append(1)
        if len(done) == 11:
            raise ZeroDivisionError("crashed")
        return learn(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(Learner, "step", crash)
        with pytest.raises(ZeroDivisionError):
            call(lab, "--dataset", "d", "--name", "c", *TINY)
    run = training.run_named(lab, "c")
    assert training.ends(lab, run.id)[-1].message == "crashed"
    assert call(lab, "--resume", "c") == 0  # from the state of step 6; 8 and 10 were logged
    assert [step.step for step in training.steps(lab, run.id)] == [2, 4, 6, 8, 10, 12]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "--dataset is missing"),
        (("--resume", "x", "--steps", "3"), "--resume goes on .*leave out --steps"),
        (("--resume", "x"), "no training run named 'x'; there is: whole"),
        (("--resume", "whole"), "'whole' is over: it finished at step 12"),
    ],
)
def test_what_cannot_be_started_is_refused(
    words: tuple[str, ...], message: str, lab: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    call(lab, "--dataset", "d", "--name", "whole", *TINY)
    assert call(lab, *words) == 2
    assert re.search(message, capsys.readouterr().err)


def test_a_diverged_run_is_not_gone_on_with(lab: Store, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--learning-rate", "1e9", "--steps", "40", "--optimizer", "adamw")
    call(lab, "--dataset", "d", "--name", "wild", *TINY, *words)
    assert "learning rate" in capsys.readouterr().err
    assert call(lab, "--resume", "wild") == 2
    assert "cannot be gone on with" in capsys.readouterr().err
    assert list(lab.home.runs.iterdir()) == []


def test_only_a_run_that_started_is_said_to_go_on(
    lab: Store, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        signal_at(2, signal.SIGINT, patched)
        assert call(lab, "--dataset", "d", "--name", "held", *TINY) == 130
    assert "`lab train --resume held`" in capsys.readouterr().out
    states = lab.home.runs / training.run_named(lab, "held").id
    with RunFolder(states).locked():
        assert call(lab, "--resume", "held") == 2
    told = capsys.readouterr()
    assert "by another process" in told.err
    assert "can be gone on with" not in told.out
    (states / "state.pt").unlink()
    with monkeypatch.context() as patched:
        patched.setattr(Learner, "step", _stop_at_once)
        assert call(lab, "--resume", "held") == 130
    assert "gone on with, from its first step: `lab" in capsys.readouterr().out


def _stop_at_once(*_: object) -> None:
    raise KeyboardInterrupt


def test_one_that_cannot_start_leaves_nothing(lab: Store) -> None:
    assert call(lab, "--dataset", "d", "--name", "n", *TINY, "--precision", "fp16") == 2
    assert training.runs(lab) == []
    assert list(lab.home.runs.iterdir()) == []

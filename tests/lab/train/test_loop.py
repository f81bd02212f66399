"""The loop: budgets, accumulation, the best weights, early stopping, states, interruptions."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from lab.errors import CheckpointError, ConfigError, TrainingError
from lab.models.folder import read_about
from lab.records import Checkpoint, Prompt, TrainingEnd, TrainingOutcome, TrainingStep
from lab.train.batches import Batch
from lab.train.config import TrainConfig
from lab.train.interrupts import Interrupted
from lab.train.learner import Learner
from lab.train.run import train
from lab.train.stopping import Pruned

MakeConfig = Callable[..., TrainConfig]


class Watched:
    """One run, with all that it told."""

    def __init__(self, prompts: list[Prompt], config: TrainConfig, folder: Path, **more: Any):
        self.steps: list[TrainingStep] = []
        self.ended: list[Checkpoint | TrainingEnd] = []
        self.shares: list[float] = []
        self.arguments = (prompts[:-2], prompts[-2:], config, folder / "checkpoint", "run-1")
        self.more = {"states": folder / "run", "on_end": self.ended.extend, **more}

    def on_step(self, step: TrainingStep, share: float) -> None:
        self.steps.append(step)
        self.shares.append(share)

    def run(self) -> Checkpoint:
        return train(*self.arguments, self.on_step, **self.more)

    @property
    def end(self) -> TrainingEnd:
        return self.ended[-1]


def test_epochs_are_passes_over_the_rows(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    watched = Watched(prompts, make_config(steps=None, epochs=2.5, log_every=1), tmp_path)
    watched.run()
    # 10 rows in batches of 4, 4 and 2, in any order: 25 rows are passed in 8 or 9 steps.
    assert watched.steps[-1].step in (8, 9)
    assert 2.5 <= watched.steps[-1].epoch < 2.9
    assert watched.shares == sorted(watched.shares)
    assert watched.shares[-1] == 1
    assert watched.end.outcome is TrainingOutcome.FINISHED


def test_a_short_run_has_passed_a_part_of_the_data(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    watched = Watched(prompts, make_config(steps=2), tmp_path)  # 8 of 10 prompts are drawn
    about = read_about(Path(watched.run().path))
    assert about["epochs"] == watched.steps[-1].epoch == pytest.approx(0.8)
    assert about["seconds_per_epoch"] == pytest.approx(about["seconds"] / 0.8)


def test_what_is_cut_is_told_before_the_first_step(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    told: list[str] = []
    config = make_config(steps=1, context=28, template="{prompt}")
    parent = Watched(prompts, config, tmp_path / "p", tell=told.append)
    about = read_about(Path(parent.run().path))
    (cut,) = told
    assert cut.startswith(f"{about['rows_cut']} of {about['rows']} references do not fit")
    child = {"architecture": "hub", "parent": str(parent.arguments[3]), "template": "{prompt}"}
    Watched(prompts, make_config(**child, steps=1), tmp_path / "c", tell=told.append).run()
    assert told[1:] == ["context 64: the parent reads 28 tokens, no more", told[-1]]
    config = make_config(steps=1, context=200, template="{prompt}")
    whole = Watched(prompts, config, tmp_path / "w", tell=told.append)
    assert read_about(Path(whole.run().path))["rows_cut"] == 0
    assert len(told) == 3


@pytest.mark.parametrize("architecture", ["gpt", "lstm"])
def test_accumulated_parts_are_one_batch(
    architecture: str, prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    runs = []
    for parts in (1, 2, 4):
        config = make_config(
            architecture=architecture, optimizer="adamw", log_every=1, accumulate=parts
        )
        runs.append(Watched(prompts, config, tmp_path / str(parts)))
        runs[-1].run()
    for other in runs[1:]:
        for one, same in zip(runs[0].steps, other.steps, strict=True):
            assert same.train_loss == pytest.approx(one.train_loss, rel=1e-4)
            assert same.gradient_norm == pytest.approx(one.gradient_norm, rel=1e-3)
            assert same.n_tokens == one.n_tokens


def test_overfitting_is_seen_and_stopped_and_the_best_weights_are_kept(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    config = make_config(
        steps=400, learning_rate=0.02, schedule="constant", validate_every=5, patience=4
    )
    watched = Watched(prompts[:6], config, tmp_path)
    checkpoint = watched.run()
    losses = {step.step: step.validation_loss for step in watched.steps if step.validation_loss}
    last = watched.steps[-1]
    assert watched.end.outcome is TrainingOutcome.STOPPED_EARLY
    assert watched.end.step == last.step == checkpoint.step + 4 * 5 < 400
    assert last.validation_loss > 1.05 * checkpoint.validation_loss
    assert checkpoint.validation_loss == min(losses.values()) == losses[checkpoint.step]
    # The saved weights are those: fine-tuned by nothing, they measure the same.
    again = make_config(
        architecture="hub", parent=checkpoint.path, steps=1, learning_rate=1e-12, weight_decay=0.0
    )
    assert Watched(prompts[:6], again, tmp_path / "again").run().validation_loss == pytest.approx(
        checkpoint.validation_loss, rel=1e-5
    )


def test_the_last_states_are_kept_as_checkpoints(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    watched = Watched(prompts, make_config(steps=12, save_every=3, keep=2), tmp_path)
    checkpoint = watched.run()
    *checkpoints, end = watched.ended
    assert checkpoints[0] == checkpoint
    assert [(one.name, one.step) for one in checkpoints[1:]] == [("tiny@9", 9), ("tiny@12", 12)]
    for one in checkpoints:
        assert read_about(Path(one.path))["weights_sha256"] == one.weights_sha256
    assert end.outcome is TrainingOutcome.FINISHED
    assert not (tmp_path / "run").exists()


def test_the_file_tells_data_time_and_cost(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    config = make_config(cost_per_hour=3.6)
    watched = Watched(prompts, config, tmp_path, facts={"dataset_sha256": "abc"})
    about = read_about(Path(watched.run().path))
    assert about["dataset_sha256"] == "abc"
    assert about["cost"] == pytest.approx(about["seconds"] / 1000)
    assert about["cost_per_epoch"] == pytest.approx(about["cost"] / about["epochs"])
    assert about["epochs"] == pytest.approx(watched.steps[-1].epoch)
    assert about["memory_bytes"] > 1e7
    assert about["bits_per_byte"] == watched.steps[-1].bits_per_byte > 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_keeps_the_state_and_the_run_goes_on(
    number: int, prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    def interrupt(step: TrainingStep, share: float) -> None:
        if step.step == 6:
            os.kill(os.getpid(), number)

    config = make_config(save_every=100)
    watched = Watched(prompts, config, tmp_path)
    with pytest.raises(Interrupted):
        train(*watched.arguments, interrupt, **watched.more)
    assert (watched.end.outcome, watched.end.step) == (TrainingOutcome.INTERRUPTED, 6)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    checkpoint = watched.run()
    assert [step.step for step in watched.steps] == [9, 12]
    assert (
        checkpoint.weights_sha256 == Watched(prompts, config, tmp_path / "w").run().weights_sha256
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"schedule": "plateau", "patience": 50, "label_smoothing": 0.1},
        {"schedule": "linear", "packing": True, "epochs": 5.0, "steps": None},
        {"optimizer": "adamw", "precision": "bf16", "gradient_checkpointing": True},
    ],
)
def test_any_settings_go_on_to_the_same_weights(
    changes: dict, prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    config = make_config(**{"save_every": 2, "validate_every": 2, "log_every": 1, **changes})

    def stop(step: TrainingStep, share: float) -> None:
        if step.step == 5:
            raise OSError("the machine went away")

    watched = Watched(prompts, config, tmp_path)
    with pytest.raises(OSError, match="went away"):
        train(*watched.arguments, stop, **watched.more)
    assert (watched.end.outcome, watched.end.message) == ("failed", "the machine went away")
    gone_on = watched.run()
    assert watched.steps[0].step == 5
    whole = Watched(prompts, config, tmp_path / "whole").run()
    assert gone_on.weights_sha256 == whole.weights_sha256
    assert gone_on.validation_loss == whole.validation_loss


@pytest.mark.parametrize(
    "changes", [{"weights": "lora"}, {"weights": "last", "last_blocks": 1, "unfreeze_every": 2}]
)
def test_a_part_of_the_weights_goes_on_too(
    changes: dict, prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    parent = Watched(prompts, make_config(layers=3, steps=2), tmp_path / "parent").run()
    config = make_config(
        architecture="hub", parent=parent.path, save_every=1, log_every=1, steps=8, **changes
    )

    def stop(step: TrainingStep, share: float) -> None:
        if step.step == 6:
            raise OSError("gone")

    watched = Watched(prompts, config, tmp_path)
    with pytest.raises(OSError, match="gone"):
        train(*watched.arguments, stop, **watched.more)
    whole = Watched(prompts, config, tmp_path / "whole").run()
    assert watched.run().weights_sha256 == whole.weights_sha256 != parent.weights_sha256


def test_a_pruned_run_leaves_nothing(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    def prune(step: TrainingStep, share: float) -> None:
        raise Pruned

    watched = Watched(prompts, make_config(), tmp_path)
    with pytest.raises(Pruned):
        train(*watched.arguments, prune, **watched.more)
    assert watched.ended == []
    assert list(tmp_path.iterdir()) == []


def test_a_diverged_run_says_so_and_keeps_no_state(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    watched = Watched(prompts, make_config(learning_rate=1e6, steps=40, save_every=1), tmp_path)
    with pytest.raises(TrainingError, match=r"step \d+ at learning rate"):
        watched.run()
    assert watched.end.outcome is TrainingOutcome.FAILED
    assert "learning rate" in watched.end.message
    assert list(tmp_path.iterdir()) == []


def test_weights_that_were_never_of_use_are_not_kept(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    rates: dict[str, Any] = {"learning_rate": 30.0, "warmup": 0.0, "schedule": "constant"}
    config = make_config(**rates, steps=40, log_every=3, validate_every=2)
    watched = Watched(prompts, config, tmp_path)
    with pytest.raises(TrainingError, match=r"training diverged: at step \d+ .* raise warmup$"):
        watched.run()
    assert [type(record) for record in watched.ended] == [TrainingEnd]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("keep", [0, 1])
def test_what_was_best_before_a_run_broke_is_kept(
    keep: int, prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    rates: dict[str, Any] = {"schedule": "constant", "warmup": 0.0}
    best = Watched(prompts, make_config(**rates), tmp_path / "whole").run()
    learn, taken = Learner.step, []

    def break_at_step_14(learner: Learner, batch: Batch, factor: float) -> tuple[Tensor, Tensor]:
        loss, norm = learn(learner, batch, factor)
        taken.append(batch)
        return (loss * torch.nan if len(taken) == 14 else loss), norm

    monkeypatch.setattr(Learner, "step", break_at_step_14)
    config = make_config(**rates, steps=20, save_every=4, keep=keep)
    broken = Watched(prompts, config, tmp_path / "broken")
    with pytest.raises(TrainingError, match=rf"broke at step 14 .*kept as 'tiny@{best.step}'$"):
        broken.run()
    assert broken.end.outcome is TrainingOutcome.FAILED
    kept = {one.step: one for one in broken.ended if isinstance(one, Checkpoint)}
    assert set(kept) == {best.step, 12} if keep else {best.step}
    assert kept[best.step].validation_loss == best.validation_loss
    assert kept[best.step].weights_sha256 == best.weights_sha256
    assert not (tmp_path / "broken" / "run").exists()


def test_other_settings_do_not_go_on_from_a_state(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    def stop(step: TrainingStep, share: float) -> None:
        raise OSError("gone")

    watched = Watched(prompts, make_config(save_every=1), tmp_path)
    with pytest.raises(OSError, match="gone"):
        train(*watched.arguments, stop, **watched.more)
    with pytest.raises(CheckpointError, match=r"learning_rate None, not 0\.5"):
        Watched(prompts, make_config(save_every=1, learning_rate=0.5), tmp_path).run()
    with pytest.raises(CheckpointError, match="made on 10 training rows, and there are 4 now"):
        Watched(prompts[:6], make_config(save_every=1), tmp_path).run()


def test_gradient_checkpointing_changes_no_loss(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    runs = []
    for name, on in (("with", True), ("without", False)):
        runs.append(Watched(prompts, make_config(gradient_checkpointing=on), tmp_path / name))
        runs[-1].run()
    losses = [[step.train_loss for step in one.steps] for one in runs]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def test_what_a_model_or_device_cannot_do_is_refused(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=r"gradient_checkpointing: .*lab-lstm"):
        Watched(
            prompts, make_config(architecture="lstm", gradient_checkpointing=True), tmp_path
        ).run()
    with pytest.raises(ConfigError, match="precision 'fp16' is for GPUs"):
        Watched(prompts, make_config(precision="fp16"), tmp_path).run()
    assert list(tmp_path.iterdir()) == []


def test_a_compiled_run_falls_to_the_same_losses(
    prompts: list[Prompt],
    make_config: MakeConfig,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compiled: list[str] = []
    monkeypatch.setattr(
        torch.nn.Module, "compile", lambda module: compiled.append(type(module).__name__)
    )
    Watched(prompts, make_config(compile=True, steps=2), tmp_path).run()
    assert compiled == ["Qwen3Model"]


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to"),
    ],
)
def test_memory_that_ends_is_told_with_what_takes_less(
    error: Exception,
    prompts: list[Prompt],
    make_config: MakeConfig,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def step(self: Learner, batch: Batch, factor: float) -> None:
        raise error

    monkeypatch.setattr(Learner, "step", step)
    watched = Watched(prompts, make_config(batch_rows=4, packing=True), tmp_path)
    less = "larger accumulate than 1 .*, gradient_checkpointing, packing off, smaller batch_rows or"
    with pytest.raises(TrainingError, match=f"memory on cpu for steps of 4 rows .* anew .*{less}"):
        watched.run()
    assert watched.end.outcome is TrainingOutcome.FAILED
    assert "\n" not in watched.end.message


def test_another_error_of_a_step_stays_what_it_is(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def step(self: Learner, batch: Batch, factor: float) -> None:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    monkeypatch.setattr(Learner, "step", step)
    with pytest.raises(RuntimeError, match="shapes"):
        Watched(prompts, make_config(), tmp_path).run()

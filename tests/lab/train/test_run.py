"""Training from prompts to a checkpoint: learning, sameness by seed, breakdown, fine-tuning."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from lab.errors import CheckpointError, ConfigError, InputError, TrainingError
from lab.models.folder import read_about
from lab.models.load import load_model
from lab.records import Checkpoint, CheckpointKind, Prompt, TrainingStep
from lab.train.config import TrainConfig
from lab.train.run import environment, train

MakeConfig = Callable[..., TrainConfig]


def run(
    prompts: list[Prompt], config: TrainConfig, out: Path, steps: list | None = None
) -> Checkpoint:
    log = [] if steps is None else steps
    return train(
        prompts[:-2],
        prompts[-2:],
        config,
        out,
        "run-1",
        lambda step, share: log.append((step, share)),
    )


def test_it_logs_validates_and_saves(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    log: list[tuple[TrainingStep, float]] = []
    checkpoint = run(prompts, make_config(), tmp_path / "c", log)
    steps = [step for step, _ in log]
    assert [step.step for step in steps] == [3, 6, 9, 12]
    assert [share for _, share in log] == [0.25, 0.5, 0.75, 1.0]
    assert [step.validation_loss is not None for step in steps] == [False, True, False, True]
    assert all(step.training_run_id == "run-1" and step.gradient_norm > 0 for step in steps)
    assert [step.seconds for step in steps] == sorted(step.seconds for step in steps)
    assert steps[-1].learning_rate < steps[0].learning_rate
    assert checkpoint.kind is CheckpointKind.GPT
    assert checkpoint.n_tokens == steps[-1].n_tokens > 0
    assert checkpoint.validation_loss == steps[-1].validation_loss
    assert read_about(tmp_path / "c")["weights_sha256"] == checkpoint.weights_sha256
    assert load_model(checkpoint.path, "cpu").model.num_parameters() == checkpoint.n_parameters


@pytest.mark.parametrize("architecture", ["gpt", "lstm", "gru"])
def test_it_learns_and_the_seed_decides_the_weights(
    architecture: str, prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    config = make_config(architecture=architecture, steps=60, learning_rate=0.01)
    log: list[tuple[TrainingStep, float]] = []
    first = run(prompts, config, tmp_path / "a", log)
    torch.manual_seed(99)  # what the process drew before must not matter
    second = run(prompts, config, tmp_path / "b")
    other = run(
        prompts,
        make_config(architecture=architecture, steps=60, learning_rate=0.01, seed=1),
        tmp_path / "o",
    )
    assert log[-1][0].train_loss < 0.6 * log[0][0].train_loss
    assert first.weights_sha256 == second.weights_sha256 != other.weights_sha256


def test_training_leaves_the_process_as_it_was(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    n_threads = torch.get_num_threads()
    run(prompts, make_config(steps=1, threads=1), tmp_path / "c")
    assert torch.rand(1) == expected
    assert torch.get_num_threads() == n_threads


@pytest.mark.parametrize("architecture", ["gpt", "lstm", "gru"])
def test_bf16_learns_too(
    architecture: str, prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    log: list[tuple[TrainingStep, float]] = []
    config = make_config(architecture=architecture, precision="bf16", steps=40, learning_rate=0.01)
    run(prompts, config, tmp_path / "c", log)
    assert log[-1][0].train_loss < 0.7 * log[0][0].train_loss


def test_a_budget_of_seconds_ends(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    log: list[tuple[TrainingStep, float]] = []
    run(prompts, make_config(steps=None, seconds=0.05), tmp_path / "c", log)
    assert log[-1][1] == 1.0
    assert log[-1][0].seconds >= 0.05


def test_fine_tuning_goes_on_from_the_parent(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    parent = run(prompts, make_config(steps=60, learning_rate=0.01), tmp_path / "parent")
    log: list[tuple[TrainingStep, float]] = []
    config = make_config(architecture="hub", parent=parent.path, steps=3)
    child = run(prompts, config, tmp_path / "child", log)
    assert child.kind is CheckpointKind.GPT
    assert log[0][0].train_loss < parent.validation_loss + 0.5
    assert child.weights_sha256 != parent.weights_sha256


@pytest.mark.parametrize("rate", [1e6])
def test_a_run_that_diverges_names_step_and_rate(
    rate: float, prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    with pytest.raises(TrainingError, match=r"at step \d+ at learning rate .*learning_rate"):
        run(prompts, make_config(learning_rate=rate, steps=40), tmp_path / "c")
    assert list(tmp_path.iterdir()) == []


def test_a_loss_that_is_no_number_stops_at_its_step(
    prompts: list[Prompt],
    make_config: MakeConfig,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from lab.train import learner

    whole = learner.summed_loss
    calls: list[int] = []

    def break_at_third(*arguments: object) -> tuple[torch.Tensor, int]:
        loss, n_targets = whole(*arguments)
        calls.append(1)
        return (loss * float("nan") if len(calls) == 3 else loss), n_targets

    monkeypatch.setattr(learner, "summed_loss", break_at_third)
    with pytest.raises(TrainingError, match=r"broke at step 3 at learning rate .*loss nan"):
        run(prompts, make_config(), tmp_path / "c")


def test_an_interruption_leaves_nothing(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    def interrupt(step: TrainingStep, share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(prompts, [], make_config(), tmp_path / "c", "run-1", interrupt)
    assert list(tmp_path.iterdir()) == []


def test_a_taken_place_is_refused_before_any_work(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "x").touch()
    log: list = []
    with pytest.raises(CheckpointError, match="something already"):
        run(prompts, make_config(), tmp_path / "c", log)
    assert log == []


def test_no_prompts_are_refused(make_config: MakeConfig, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no training prompts"):
        train([], [], make_config(), tmp_path / "c", "run-1", lambda step, share: None)


def test_without_validation_prompts_there_is_no_validation_loss(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    told: list[str] = []

    def start(**changes: object) -> Checkpoint:
        config = make_config(**changes)
        return train(
            prompts, [], config, tmp_path / "c", "run-1", lambda step, share: None, tell=told.append
        )

    for name, value in (("patience", 2), ("schedule", "plateau")):
        with pytest.raises(ConfigError, match=f"^{name} .*the data set has no validation rows"):
            start(**{name: value})
    assert start().validation_loss is None
    assert told[0].startswith("no validation rows")


def test_the_environment_names_versions_and_cores() -> None:
    found = environment()
    assert found["torch"] == torch.__version__
    assert found["cores"] >= 1


def test_no_more_prompts_are_encoded_than_the_budget_can_use(
    prompts: list[Prompt],
    make_config: MakeConfig,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from lab.train import run as training

    encoded: list[int] = []
    token_rows = training.token_rows

    def watch(given: list[Prompt], *arguments: object) -> object:
        encoded.append(len(given))
        return token_rows(given, *arguments)

    monkeypatch.setattr(training, "token_rows", watch)
    run(prompts, make_config(steps=2), tmp_path / "c")
    run(prompts, make_config(steps=5), tmp_path / "d")
    assert encoded == [8, 2, 10, 2]

from __future__ import annotations

import builtins

import pytest

from lab.errors import ConfigError
from lab.records import TrainingStep, new_id
from lab.train.tensorboard import writer

RUN = new_id()


def step(number: int, **fields) -> TrainingStep:
    given = {"train_loss": 4.0 / number, "learning_rate": 0.01, "seconds": number / 2} | fields
    return TrainingStep(training_run_id=RUN, step=number, n_tokens=100 * number, **given)


def scalars(folder) -> dict[str, list[tuple[int, float]]]:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    files = accumulator.EventAccumulator(str(folder)).Reload()
    return {
        tag: [(event.step, event.value) for event in files.Scalars(tag)]
        for tag in files.Tags()["scalars"]
    }


def test_tensorboard_reads_back_what_was_logged(tmp_path) -> None:
    write = writer(str(tmp_path / "new" / "run"))
    write(step(1))
    write(step(2, validation_loss=1.5, bits_per_byte=0.7, memory_bytes=2**30, gradient_norm=0.3))
    found = scalars(tmp_path / "new" / "run")
    assert found["loss/training"] == [(1, 4.0), (2, 2.0)]
    assert found["loss/validation"] == [(2, 1.5)]
    assert found["perplexity/validation"][0][1] == pytest.approx(4.4817, abs=1e-4)
    assert found["tokens per second"] == [(1, 200.0), (2, 200.0)]
    assert found["memory in GiB"] == [(2, 1.0)]
    assert "epoch" not in found


def test_a_resumed_run_leaves_out_the_steps_that_it_does_again(tmp_path) -> None:
    write = writer(str(tmp_path))
    for number in (1, 2, 3):
        write(step(number, train_loss=9.0))
    again = writer(str(tmp_path), start=1)
    for number in (2, 3):
        again(step(number, train_loss=5.0))
    assert scalars(tmp_path)["loss/training"] == [(1, 9.0), (2, 5.0), (3, 5.0)]


def test_without_the_package_the_error_names_the_extra(tmp_path, monkeypatch) -> None:
    real = builtins.__import__

    def without(name, *rest, **named):
        if name.startswith("torch.utils.tensorboard"):
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigError, match=r"review-lab\[tensorboard\]"):
        writer(str(tmp_path))

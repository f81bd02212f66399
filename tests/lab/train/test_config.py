"""The settings of training: what is refused, and that they load nothing heavy."""

import subprocess
import sys

import pytest

from lab.errors import ConfigError
from lab.train.config import TrainConfig


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": " "}, "name ' '"),
        ({"name": "a/b"}, "name 'a/b'"),
        ({"architecture": "hub"}, "parent is missing"),
        ({"parent": "x"}, "parent 'x'.*'hub' only"),
        ({"template": "{story}"}, "unknown field"),
        ({"layers": 0}, "layers 0.*1 or more"),
        ({"width": 126}, "width 126.*multiple of 4"),
        ({"vocabulary": 100}, "vocabulary 100.*259"),
        ({"context": 2}, "context 2"),
        ({"steps": 0}, "steps 0"),
        ({"steps": 5, "seconds": 5.0}, "give one budget"),
        ({"seconds": 0.0}, "seconds 0.0"),
        ({"learning_rate": -1.0}, "learning_rate -1.0"),
        ({"warmup": 1.0}, "warmup 1.0"),
        ({"gradient_clip": 0.0}, "gradient_clip 0.0"),
        ({"optimizer": "sgd"}, "optimizer 'sgd'"),
        ({"precision": "fp8"}, "precision 'fp8'"),
        ({"seed": -1}, "seed -1"),
        ({"steps": "many"}, "steps 'many'.*whole number"),
    ],
)
def test_senseless_settings_are_refused_by_name(changes: dict, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        TrainConfig(**{"name": "c", **changes})


def test_an_lstm_may_have_any_width() -> None:
    assert TrainConfig(name="c", architecture="lstm", width=33).width == 33


def test_the_budget_is_steps_unless_seconds_are_given() -> None:
    assert TrainConfig(name="c").step_budget == 1000
    assert TrainConfig(name="c", steps=7).step_budget == 7
    assert TrainConfig(name="c", seconds=7.0).step_budget is None


def test_rate_and_optimizer_follow_the_architecture() -> None:
    scratch, tuned = TrainConfig(name="c"), TrainConfig(name="c", architecture="hub", parent="x")
    assert scratch.uses_muon
    assert not tuned.uses_muon
    assert tuned.peak_rate < scratch.peak_rate
    assert TrainConfig(name="c", learning_rate=0.5, optimizer="adamw").peak_rate == 0.5


@pytest.mark.parametrize("module", ["lab.train.config", "lab.sample.config", "lab.models.folder"])
def test_settings_load_nothing_heavy(module: str) -> None:
    heavy = "{'torch', 'transformers', 'numpy'}"
    code = f"import sys, {module}; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_checkpoint_keeps_its_own_tokenizer():
    with pytest.raises(ConfigError, match="a checkpoint has its own"):
        TrainConfig(name="x", architecture="hub", parent="p", tokenizer="other")

"""Whole runs on packed rows and on chats: they learn what they are given."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.errors import ConfigError
from lab.models.prompts import CHAT
from lab.records import Checkpoint, Prompt, TrainingStep
from lab.train.config import TrainConfig
from lab.train.run import train

MakeConfig = Callable[..., TrainConfig]
TEMPLATE = (
    "{% for turn in messages %}<{{ turn.role }}>{{ turn.content }}{{ eos_token }}\n{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


def run(
    prompts: list[Prompt], config: TrainConfig, out: Path
) -> tuple[Checkpoint, list[TrainingStep]]:
    log: list[TrainingStep] = []
    made = train(prompts[:-2], prompts[-2:], config, out, "run-1", lambda step, _: log.append(step))
    return made, log


def test_packed_rows_are_learned_from(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    config = make_config(
        context=256, batch_rows=2, packing=True, precision="bf16", steps=15, learning_rate=0.01
    )
    made, log = run(prompts, config, tmp_path / "c")
    apart, _ = run(prompts, dataclasses.replace(config, packing=False, steps=2), tmp_path / "d")
    assert made.n_tokens / 15 > 1.5 * apart.n_tokens / 2
    assert log[-1].validation_loss < 0.8 * log[0].train_loss


def test_a_recurrent_model_says_that_it_cannot_be_packed(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    config = make_config(architecture="lstm", packing=True)
    with pytest.raises(ConfigError, match=r"packing.*'lab-lstm'.*leave packing off"):
        run(prompts, config, tmp_path / "c")
    assert not (tmp_path / "c").exists()


def test_a_checkpoint_learns_to_answer_in_turns(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    parent, _ = run(prompts, make_config(context=128), tmp_path / "parent")
    (tmp_path / "parent" / "chat_template.jinja").write_text(TEMPLATE)
    chats = [
        dataclasses.replace(
            prompt,
            conversation={
                "messages": [
                    {"role": "user", "content": "Who?"},
                    {"role": "assistant", "content": "Rosa."},
                    {"role": "user", "content": prompt.text},
                ]
            },
            reference="Rosa had it.",
        )
        for prompt in prompts
    ]
    config = make_config(
        architecture="hub",
        parent=parent.path,
        template=CHAT,
        context=128,
        packing=True,
        steps=20,
        learning_rate=0.01,
    )
    _, log = run(chats, config, tmp_path / "tuned")
    assert log[-1].validation_loss < 0.5 * log[0].train_loss

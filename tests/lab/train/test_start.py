"""What training starts from: new models by name and size, parents, chats; trained to the end."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

from lab.errors import CheckpointError, ConfigError
from lab.metrics.judge import Judge
from lab.metrics.likelihood import likelihoods
from lab.metrics.types import ScoreInput
from lab.models.load import load_model
from lab.models.quiet import quiet
from lab.records import Checkpoint, CheckpointKind, Prompt
from lab.sample.config import SampleConfig
from lab.sample.run import sample
from lab.train.config import TrainConfig
from lab.train.run import train
from lab.train.start import make_start

MakeConfig = Callable[..., TrainConfig]


def run(prompts: list[Prompt], config: TrainConfig, out: Path) -> Checkpoint:
    return train(prompts[:-2], prompts[-2:], config, out, "run-1", lambda step, share: None)


@pytest.mark.parametrize("architecture", ["llama", "gpt2", "gru", "qwen2", "mamba"])
def test_any_architecture_is_trained_sampled_and_scored(
    architecture: str, prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    config = make_config(architecture=architecture, steps=30, learning_rate=0.01)
    checkpoint = run(prompts, config, tmp_path / "c")
    assert checkpoint.kind == ("gru" if architecture == "gru" else "hub")
    assert checkpoint.validation_loss < 5
    engine = "transformers" if architecture == "mamba" else "lab"
    settings = SampleConfig(max_new_tokens=8, engine=engine, threads=1, device="cpu")
    found = [one.generation for part in sample(checkpoint, prompts[:2], settings) for one in part]
    assert [one.n_tokens > 0 for one in found] == [True, True]
    judge = Judge(name="j", precision="fp32", loaded=load_model(checkpoint.path, "cpu"))
    written = dataclasses.replace(found[0], text=prompts[0].reference)
    assert len(judge.loaded.tokenizer) == judge.loaded.model.config.vocab_size
    [scored] = likelihoods([ScoreInput(generation=written, prompt=prompts[0])], judge)
    assert 0 < scored.nats / scored.n_tokens < 5


def test_a_model_that_the_labs_loop_cannot_write_with_names_the_other(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    checkpoint = run(prompts, make_config(architecture="bloom", steps=1), tmp_path / "c")
    with pytest.raises(CheckpointError, match=r"'bloom' .*choose engine 'transformers'"):
        list(sample(checkpoint, prompts[:1], SampleConfig(threads=1, device="cpu")))


def test_an_unknown_architecture_is_refused_with_near_matches(
    prompts: list[Prompt], make_config: MakeConfig
) -> None:
    with pytest.raises(ConfigError, match=r"architecture 'lama'.*did you mean 'llama'"):
        make_start(prompts, make_config(architecture="lama"))


def test_an_architecture_that_sees_what_it_is_to_predict_is_refused(
    prompts: list[Prompt], make_config: MakeConfig
) -> None:
    with pytest.raises(ConfigError, match=r"'xlm' sees the tokens that it is to predict"):
        make_start(prompts, make_config(architecture="xlm"))


def test_sizes_that_cannot_be_run_are_refused(
    prompts: list[Prompt], make_config: MakeConfig
) -> None:
    with pytest.raises(ConfigError, match=r"'codegen' cannot be run with 1 layers, width 32"):
        make_start(prompts, make_config(architecture="codegen"))


def test_what_could_not_be_sampled_is_refused(
    prompts: list[Prompt], make_config: MakeConfig
) -> None:
    said = r"'qwen3_5_text' could be trained but not sampled \(.*\), with 1 layers.*more of them"
    with pytest.raises(ConfigError, match=said):
        make_start(prompts, make_config(architecture="qwen3_5_text"))


@pytest.mark.parametrize("architecture", ["gpt", "gru", "llama"])
def test_a_number_of_weights_decides_the_sizes(
    architecture: str, prompts: list[Prompt], make_config: MakeConfig
) -> None:
    config = make_config(architecture=architecture, parameters=90_000)
    found = [make_start(prompts, config).model for _ in range(2)]
    assert 81_000 <= found[0].num_parameters() <= 99_000
    for one, other in zip(found[0].parameters(), found[1].parameters(), strict=True):
        assert torch.equal(one, other)


def test_dropout_changes_what_is_learned_and_not_what_is_saved(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    plain = run(prompts, make_config(steps=4), tmp_path / "plain")
    dropped = run(prompts, make_config(steps=4, dropout=0.3), tmp_path / "a")
    again = run(prompts, make_config(steps=4, dropout=0.3), tmp_path / "b")
    assert plain.weights_sha256 != dropped.weights_sha256 == again.weights_sha256
    assert load_model(dropped.path, "cpu").model.num_parameters() == plain.n_parameters


@pytest.fixture
def parent(prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path) -> str:
    """Train a GPT-2 and leave it as another tool would: without the lab's own file."""
    checkpoint = run(prompts, make_config(architecture="gpt2", layers=2, steps=3), tmp_path / "p")
    loaded = load_model(checkpoint.path, "cpu")
    foreign = tmp_path / "foreign"
    del loaded.model.config.made_by
    with quiet():
        loaded.model.save_pretrained(foreign)
        loaded.tokenizer.save_pretrained(foreign)
    return str(foreign)


@pytest.mark.parametrize(
    "changes",
    [
        {"weights": "lora", "lora_rank": 4},
        {"weights": "dora", "lora_rank": 4, "dropout": 0.1},
        {"weights": "last", "last_blocks": 1},
        {"weights": "last", "last_blocks": 1, "unfreeze_every": 2},
    ],
)
def test_a_fine_tuned_checkpoint_is_a_plain_folder(
    changes: dict, parent: str, prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    config = make_config(architecture="hub", parent=parent, steps=5, learning_rate=0.01, **changes)
    child = run(prompts, config, tmp_path / "child")
    before = load_model(parent, "cpu").model.state_dict()
    with quiet():
        model, told = AutoModelForCausalLM.from_pretrained(child.path, output_loading_info=True)
        AutoTokenizer.from_pretrained(child.path)
    assert not any(told.values())
    assert type(model).__name__ == "GPT2LMHeadModel"
    after = model.state_dict()
    assert list(after) == list(before)
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed
    if changes["weights"] != "last":
        assert all(name.endswith("weight") and ".h." in name for name in changed)
    elif "unfreeze_every" not in changes:
        assert all(name.startswith(("transformer.h.1.", "transformer.ln_f")) for name in changed)
    else:
        assert "transformer.wte.weight" in changed


def test_fine_tuning_of_a_parent_counts_its_head_by_itself(
    parent: str, prompts: list[Prompt], make_config: MakeConfig
) -> None:
    start = make_start(prompts, make_config(architecture="hub", parent=parent))
    assert start.kind is CheckpointKind.HUB
    assert start.own


def test_a_parent_drops_what_the_settings_say(
    parent: str, prompts: list[Prompt], make_config: MakeConfig
) -> None:
    model = make_start(prompts, make_config(architecture="hub", parent=parent)).model.train()
    ids = torch.tensor([[5, 9, 30]])
    assert torch.equal(model(input_ids=ids).logits, model(input_ids=ids).logits)


@pytest.mark.parametrize(
    ("kind", "broken", "said"),
    [
        ("RobertaForMaskedLM", False, r"foreign' sees the tokens that it is to predict; give a"),
        ("GPT2LMHeadModel", True, r"foreign' gives logits that are no numbers"),
    ],
)
def test_a_parent_that_cannot_be_trained_is_refused_and_nothing_written(
    kind: str, broken: bool, said: str, parent: str, prompts: list[Prompt],
    make_config: MakeConfig, tmp_path: Path,
) -> None:  # fmt: skip
    made = getattr(transformers, kind)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    torch.manual_seed(0)
    with quiet():
        model = made(made.config_class(vocab_size=300, intermediate_size=16, **sizes))
        if broken:
            model.lm_head.weight.data[5] = torch.nan
        model.save_pretrained(parent)
    with pytest.raises(CheckpointError, match=said):
        run(prompts, make_config(architecture="hub", parent=parent), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_chat_is_learned_from_scratch_and_answered(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    turns = [{"role": "system", "content": "hero"}, {"role": "user", "content": "Who is it?"}]
    chats = [dataclasses.replace(one, conversation={"messages": turns}) for one in prompts]
    config = make_config(vocabulary=320, context=96)
    checkpoint = run([*chats[:4], *prompts], config, tmp_path / "c")
    assert load_model(checkpoint.path, "cpu").template == "chat"
    settings = SampleConfig(max_new_tokens=8, threads=1, device="cpu")
    found = [one for part in sample(checkpoint, chats[:2], settings) for one in part]
    given = AutoTokenizer.from_pretrained(checkpoint.path).apply_chat_template(
        turns, add_generation_prompt=True
    )["input_ids"]
    assert [one.generation.n_prompt_tokens for one in found] == [len(given)] * 2
    judge = Judge(name="j", precision="fp32", loaded=load_model(checkpoint.path, "cpu"))
    [scored] = likelihoods([ScoreInput(generation=found[0].generation, prompt=chats[0])], judge)
    assert scored.nats > 0
    tuned = make_config(architecture="hub", parent=checkpoint.path, context=96)
    assert run(chats, tuned, tmp_path / "d").kind is CheckpointKind.GPT


def test_the_template_is_the_parents_and_sources_left_out_are_told(
    prompts: list[Prompt], make_config: MakeConfig, tmp_path: Path
) -> None:
    told: list[str] = []

    def start(name: str, **changes: object) -> str:
        config = make_config(steps=1, **changes)
        made = train(
            prompts[:-2], prompts[-2:], config, tmp_path / name, name, lambda *_: None,
            tell=told.append,
        )  # fmt: skip
        return made.template

    assert start("reader", template="{source}") == "{source}"
    parent = {"architecture": "hub", "parent": str(tmp_path / "reader")}
    assert start("child", **parent) == "{source}"
    assert start("other", **parent, template="{prompt}") == "{prompt}"
    assert told == []
    assert start("plain") == "{prompt}"
    assert [sentence.split(",")[0] for sentence in told] == ["the rows have sources"]


def test_a_parent_without_a_chat_template_is_refused_at_once(
    parent: str, prompts: list[Prompt], make_config: MakeConfig
) -> None:
    config = make_config(architecture="hub", parent=parent, template="chat")
    with pytest.raises(CheckpointError, match=r"the checkpoint's tokenizer has no chat template"):
        make_start(prompts, config)

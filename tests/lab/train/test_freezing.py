"""Which weights get gradients: those of the last blocks, more of them by and by."""

from collections.abc import Callable

import pytest
import torch
from transformers import PreTrainedModel

from lab.errors import ConfigError
from lab.models.build import build
from lab.models.sizes import Sizes
from lab.models.tokenizer import train_tokenizer
from lab.train.config import TrainConfig
from lab.train.freezing import freeze, unfreeze

IDS = torch.tensor([[5, 9, 30, 7, 12, 40]])
MakeConfig = Callable[..., TrainConfig]
TUNED: dict = {"architecture": "hub", "parent": "x", "weights": "last"}

# The weights' names begin with these; {} is a block's number. LSTM layers end with theirs.
BLOCK = {"gpt2": "transformer.h.{}.", "llama": "model.layers.{}.", "gpt": "model.layers.{}."}
BEHIND = {
    "gpt2": ["transformer.ln_f."],
    "llama": ["model.norm.", "lm_head."],
    "gpt": ["model.norm."],
}


def make_model(name: str) -> PreTrainedModel:
    tokenizer = train_tokenizer(["the cat sat"], 270, 64)
    return build(name, tokenizer, Sizes(3, 32, 2), 64)


def with_gradients(model: PreTrainedModel) -> set[str]:
    model.zero_grad()
    model(input_ids=IDS).logits.square().sum().backward()
    return {name for name, weight in model.named_parameters() if weight.grad is not None}


@pytest.mark.parametrize("name", ["gpt", "gpt2", "llama"])
def test_the_last_blocks_and_what_is_behind_them_get_gradients(
    name: str, make_config: MakeConfig
) -> None:
    model = make_model(name)
    freeze(model, make_config(**TUNED, last_blocks=2))
    begins = (BLOCK[name].format(1), BLOCK[name].format(2), *BEHIND[name])
    expected = {one for one, _ in model.named_parameters() if one.startswith(begins)}
    assert with_gradients(model) == expected
    assert len(expected) > 10


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_the_last_layers_of_a_recurrent_network_get_gradients(
    name: str, make_config: MakeConfig
) -> None:
    model = make_model(name)
    freeze(model, make_config(**TUNED, last_blocks=1))
    assert {one.rpartition("_")[2] for one in with_gradients(model)} == {"l2"}
    assert len(with_gradients(model)) == 4


@pytest.mark.parametrize("name", ["gpt2", "llama", "lstm"])
def test_blocks_are_unfrozen_one_by_one_and_the_embeddings_last(
    name: str, make_config: MakeConfig
) -> None:
    model = make_model(name)
    config = make_config(**TUNED, last_blocks=1, unfreeze_every=10)
    freeze(model, config)
    counts, told = [len(with_gradients(model))], []
    for step in range(1, 51):
        told.append(unfreeze(model, config, step))
        counts.append(len(with_gradients(model)))
    assert [step for step, new in enumerate(told, 1) if new] == [10, 20, 30]
    assert counts[0] == counts[9] < counts[10] == counts[19] < counts[20] < counts[30]
    assert counts[30] == counts[50] == len(list(model.parameters()))


def test_a_resumed_run_trains_what_it_trained(make_config: MakeConfig) -> None:
    config = make_config(**TUNED, last_blocks=1, unfreeze_every=10)
    whole, resumed = make_model("gpt2"), make_model("gpt2")
    for model in (whole, resumed):
        freeze(model, config)
    for step in range(25):
        unfreeze(whole, config, step)
    assert unfreeze(resumed, config, 24)
    assert with_gradients(resumed) == with_gradients(whole)


def test_without_gradual_unfreezing_nothing_changes(make_config: MakeConfig) -> None:
    model = make_model("gpt2")
    config = make_config(**TUNED, last_blocks=1)
    freeze(model, config)
    before = with_gradients(model)
    assert not unfreeze(model, config, 1000)
    assert with_gradients(model) == before


def test_more_blocks_than_there_are_is_all_weights(make_config: MakeConfig) -> None:
    model = make_model("gpt2")
    freeze(model, make_config(**TUNED, last_blocks=9))
    assert len(with_gradients(model)) == len(list(model.parameters()))


def test_all_weights_are_trained_unless_asked_otherwise(make_config: MakeConfig) -> None:
    model = make_model("gpt")
    freeze(model, make_config())
    assert not unfreeze(model, make_config(), 7)
    assert all(weight.requires_grad for weight in model.parameters())


def test_a_model_whose_blocks_cannot_be_told_is_refused(make_config: MakeConfig) -> None:
    model = make_model("gpt2")
    model.config.n_layer = 7
    with pytest.raises(ConfigError, match=r"the blocks of a model of type 'gpt2' cannot be told"):
        freeze(model, make_config(**TUNED))

"""Dropout in models that have it and in such as have none."""

import pytest
import torch

from lab.errors import ConfigError
from lab.models.build import build
from lab.models.dropout import set_dropout
from lab.models.sizes import Sizes

IDS = torch.tensor([[5, 9, 30, 7, 12, 40]])
# By hooks; layers of its own; numbers of its own; a number in its config.
TYPES = ["gpt", "llama", "lstm", "gru", "gpt2", "opt", "falcon"]


@torch.no_grad()
@pytest.mark.parametrize("name", TYPES)
def test_activations_are_dropped_in_training_only(name: str, tokenizer: object) -> None:
    model = build(name, tokenizer, Sizes(2, 32, 2), 32).eval()
    before = model(input_ids=IDS).logits
    set_dropout(model, 0.4)
    assert torch.equal(model(input_ids=IDS).logits, before)
    model.train()
    first, second = (model(input_ids=IDS, use_cache=False).logits for _ in range(2))
    assert not torch.equal(first, second)
    torch.manual_seed(1)
    third = model(input_ids=IDS, use_cache=False).logits
    torch.manual_seed(1)
    assert torch.equal(model(input_ids=IDS, use_cache=False).logits, third)


@torch.no_grad()
@pytest.mark.parametrize("name", TYPES)
def test_none_means_none_whatever_the_types_own_config_says(name: str, tokenizer: object) -> None:
    model = build(name, tokenizer, Sizes(2, 32, 2), 32).train()
    set_dropout(model, 0.0)
    found = [model(input_ids=IDS, use_cache=False).logits for _ in range(2)]
    assert torch.equal(*found)
    assert torch.equal(found[0], model.eval()(input_ids=IDS, use_cache=False).logits)


@torch.no_grad()
def test_the_share_is_what_is_dropped(tokenizer: object) -> None:
    model = build("gpt", tokenizer, Sizes(1, 32, 2), 32).train()
    set_dropout(model, 0.25)
    embedded = model.get_input_embeddings()(torch.full((1, 4000), 7))
    assert float((embedded == 0).float().mean()) == pytest.approx(0.25, abs=0.01)


def test_gradients_flow(tokenizer: object) -> None:
    model = build("llama", tokenizer, Sizes(2, 32, 2), 32).train()
    set_dropout(model, 0.4)
    model(input_ids=IDS).logits.sum().backward()
    assert all(weight.grad is not None for weight in model.parameters())


def test_a_model_without_a_place_for_it_is_refused(tokenizer: object) -> None:
    model = build("xlstm", tokenizer, Sizes(1, 64, 2), 32)
    with pytest.raises(ConfigError, match=r"dropout 0.1: a model of type 'xlstm' has no place"):
        set_dropout(model, 0.1)

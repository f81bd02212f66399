"""LoRA and DoRA: what is trained, and that merged weights compute the same."""

from collections.abc import Callable

import pytest
import torch
from transformers import PreTrainedModel

from lab.errors import ConfigError
from lab.models.build import build
from lab.models.sizes import Sizes
from lab.models.tokenizer import train_tokenizer
from lab.train.adapters import merged, wrap
from lab.train.config import TrainConfig

IDS = torch.tensor([[5, 9, 30, 7, 12, 40]])
MakeConfig = Callable[..., TrainConfig]
TUNED: dict = {"architecture": "hub", "parent": "x", "lora_rank": 4}


def make_model(name: str) -> PreTrainedModel:
    tokenizer = train_tokenizer(["the cat sat"], 270, 64)
    torch.manual_seed(2)
    return build(name, tokenizer, Sizes(2, 32, 2), 64).eval()


def learn(model: PreTrainedModel) -> None:
    """Change all that is trained, as some steps would."""
    optimizer = torch.optim.SGD([w for w in model.parameters() if w.requires_grad], lr=0.5)
    for _ in range(3):
        model(input_ids=IDS, labels=IDS).loss.backward()
        optimizer.step()
        optimizer.zero_grad()


@pytest.mark.parametrize("way", ["lora", "dora"])
@pytest.mark.parametrize("name", ["gpt", "gpt2", "llama"])
def test_merged_weights_compute_the_same(way: str, name: str, make_config: MakeConfig) -> None:
    model = make_model(name)
    before = model(input_ids=IDS).logits.detach()
    wrap(model, make_config(**TUNED, weights=way))
    torch.testing.assert_close(model(input_ids=IDS).logits, before, rtol=0, atol=1e-5)
    learn(model)
    adapted = model(input_ids=IDS).logits.detach()
    assert float((adapted - before).abs().max()) > 0.01
    plain = merged(model)
    assert type(plain) is type(model)
    assert set(plain.state_dict()) == set(make_model(name).state_dict())
    torch.testing.assert_close(plain(input_ids=IDS).logits, adapted, rtol=0, atol=1e-5)
    assert torch.equal(model(input_ids=IDS).logits, adapted)  # its training can go on


@pytest.mark.parametrize(("way", "per_layer"), [("lora", 2), ("dora", 3)])
def test_only_adapters_are_trained(way: str, per_layer: int, make_config: MakeConfig) -> None:
    model = wrap(make_model("gpt2"), make_config(**TUNED, weights=way))
    trained = [name for name, weight in model.named_parameters() if weight.requires_grad]
    assert all("lora_" in name for name in trained)
    assert len(trained) == 2 * 4 * per_layer  # blocks, linear layers in each


def test_the_layers_that_get_adapters_can_be_chosen(make_config: MakeConfig) -> None:
    model = make_model("llama")
    wrap(model, make_config(**TUNED, weights="lora", lora_targets=("q_proj", "v_proj")))
    trained = {
        name.split(".")[4] for name, weight in model.named_parameters() if weight.requires_grad
    }
    assert trained == {"q_proj", "v_proj"}


def test_other_ways_and_a_second_call_change_nothing(make_config: MakeConfig) -> None:
    model = make_model("gpt")
    names = list(model.state_dict())
    assert merged(wrap(model, make_config())) is model
    assert list(model.state_dict()) == names
    config = make_config(**TUNED, weights="lora")
    names = list(wrap(model, config).state_dict())
    assert list(wrap(model, config).state_dict()) == names


def test_dropout_and_scale_are_those_of_the_settings(make_config: MakeConfig) -> None:
    changes = {"lora_dropout": 0.25, "lora_alpha": 12.0}
    model = wrap(make_model("llama"), make_config(**TUNED, weights="lora", **changes))
    layer = model.model.layers[0].mlp.up_proj
    assert (layer.scaling["default"], layer.lora_dropout["default"].p) == (3.0, 0.25)


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("lstm", {}, "'lab-lstm' has no linear layers for adapters; use weights 'all' or 'last'"),
        ("gpt2", {"lora_targets": ("q_proj",)}, "'q_proj': .*it has c_attn, c_fc, c_proj"),
    ],
)
def test_what_cannot_have_adapters_is_refused(
    name: str, changes: dict, said: str, make_config: MakeConfig
) -> None:
    with pytest.raises(ConfigError, match=said):
        wrap(make_model(name), make_config(**TUNED, weights="lora", **changes))

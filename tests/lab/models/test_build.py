"""New models by name: their sizes, what is refused, and how near a number of weights is met."""

import pytest
import torch
from transformers import RobertaConfig, RobertaForCausalLM

from lab.errors import ConfigError
from lab.models.build import build, fit_sizes
from lab.models.families import check_family
from lab.models.quiet import quiet
from lab.models.sizes import Sizes
from lab.models.trial import gives_numbers, has_plain_head, is_causal, why_not_writing

TYPES = ["llama", "qwen2", "qwen3", "gpt2", "gpt_neox", "mistral", "gemma", "gptj", "mamba"]


@pytest.mark.parametrize("name", TYPES)
def test_sizes_reach_the_fields_of_each_type(name: str, tokenizer: object) -> None:
    model = build(name, tokenizer, Sizes(3, 32, 2), 48)
    config = model.config
    assert config.model_type == name
    assert (config.num_hidden_layers, config.hidden_size) == (3, 32)
    assert config.vocab_size == len(tokenizer)
    assert (config.pad_token_id, config.eos_token_id) == (0, tokenizer.eos_token_id)
    if name != "mamba":
        assert config.num_attention_heads == 2
        assert config.max_position_embeddings == 48
    assert model.num_parameters() < 150_000
    assert is_causal(model.eval())


def test_the_same_seed_builds_the_same_weights(tokenizer: object) -> None:
    made = []
    for _ in range(2):
        torch.manual_seed(4)
        made.append(build("llama", tokenizer, Sizes(1, 16, 1), 32).state_dict())
    assert all(torch.equal(made[0][name], made[1][name]) for name in made[0])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("lama", r"architecture 'lama' is not known.*did you mean 'llama'"),
        ("gpt-2", r"'gpt-2'.*did you mean 'gpt2'"),
        ("lstmm", r"did you mean 'lstm'"),
        ("t5", r"architecture 't5' is not known; give 'gpt', 'lstm', 'gru', 'hub'"),
        ("mllama", r"'mllama' is made of several models.*did you mean 'llama'"),
    ],
)
def test_an_unknown_architecture_is_refused_with_near_matches(name: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        check_family(name)


def test_sizes_that_a_type_cannot_have_are_named(tokenizer: object) -> None:
    with pytest.raises(ConfigError, match=r"'reformer' cannot be made with 2 layers, width 32"):
        build("reformer", tokenizer, Sizes(2, 32, 2), 48)


@pytest.mark.parametrize("name", ["gpt", "lstm", "gru", "llama", "gpt2"])
@pytest.mark.parametrize("wanted", [60_000, 700_000])
def test_a_number_of_weights_is_met(name: str, wanted: int, tokenizer: object) -> None:
    sizes = fit_sizes(name, tokenizer, wanted, 2, 64)
    assert sizes == fit_sizes(name, tokenizer, wanted, 2, 64)
    found = build(name, tokenizer, sizes, 64).num_parameters()
    assert abs(found - wanted) <= 0.1 * wanted
    if name in ("lstm", "gru"):
        assert sizes.layers == 2


def test_gpt_2_small_comes_out_as_its_authors_made_it() -> None:
    class Vocabulary:
        pad_token_id, bos_token_id, eos_token_id = 0, 1, 2

        def __len__(self) -> int:
            return 50257

    assert fit_sizes("gpt2", Vocabulary(), 124_000_000, 3, 1024) == Sizes(12, 768, 12)


@pytest.mark.parametrize("name", ["gpt", "lstm"])
def test_a_number_out_of_reach_is_refused(name: str, tokenizer: object) -> None:
    with pytest.raises(ConfigError, match=r"parameters 200 cannot be met"):
        fit_sizes(name, tokenizer, 200, 2, 64)


def test_a_model_that_sees_later_tokens_is_told(tokenizer: object) -> None:
    assert not is_causal(build("xlm", tokenizer, Sizes(1, 32, 2), 32))


@pytest.mark.parametrize(
    ("name", "plain"), [("llama", True), ("gpt2", True), ("gemma2", False), ("cohere", False)]
)
def test_logits_that_are_more_than_the_output_layers_are_told(
    name: str, plain: bool, tokenizer: object
) -> None:
    model = build(name, tokenizer, Sizes(1, 32, 2), 32).train()
    assert has_plain_head(model) is plain
    assert model.training


@pytest.mark.parametrize("name", ["bart", "gpt_neo", "mamba2", "youtu"])
def test_layers_reach_types_that_call_them_otherwise(name: str, tokenizer: object) -> None:
    one, three = (build(name, tokenizer, Sizes(layers, 32, 4), 48) for layers in (1, 3))
    assert one.num_parameters() < three.num_parameters() < 3 * one.num_parameters()
    assert is_causal(three)
    assert why_not_writing(three) == ""


def test_an_encoder_with_small_random_weights_is_told() -> None:
    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = RobertaConfig(vocab_size=270, intermediate_size=16, **sizes)
    with quiet():
        assert not is_causal(RobertaForCausalLM(config))
        config.is_decoder = True
        assert is_causal(RobertaForCausalLM(config))


@pytest.mark.parametrize(
    ("name", "layers", "reason"),
    [
        ("qwen3_5_text", 1, "get_seq_length"),
        ("qwen3_5_text", 4, ""),
        ("recurrent_gemma", 2, "get_seq_length"),
        ("recurrent_gemma", 3, ""),
        ("llama", 1, ""),
    ],
)
def test_what_cannot_write_is_told(name: str, layers: int, reason: str, tokenizer: object) -> None:
    model = build(name, tokenizer, Sizes(layers, 32, 2), 48).train()
    found = why_not_writing(model)
    assert reason in found
    assert bool(found) is bool(reason)
    assert model.training


def test_broken_weights_are_told(tokenizer: object) -> None:
    model = build("llama", tokenizer, Sizes(1, 32, 2), 48)
    assert gives_numbers(model)
    model.lm_head.weight.data[3] = torch.nan
    assert not gives_numbers(model)

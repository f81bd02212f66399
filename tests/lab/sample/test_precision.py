"""Writing in bfloat16 and from 8-bit weights: the same texts whatever the batch, and how near."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from lab.errors import CheckpointError, ConfigError
from lab.models.load import LoadedModel, load_model
from lab.records import Checkpoint, Generation, Prompt
from lab.sample.batch import Request, write
from lab.sample.config import SampleConfig, decoding
from lab.sample.decoders import find_decoder
from lab.sample.fixed import FixedDecoder
from lab.sample.precision import Int8Linear, prepared, settled
from lab.sample.run import sample

SHORT: dict[str, Any] = {"dtype": "bfloat16"}
SMALL: dict[str, Any] = {"quantize": "int8"}


class GroupedDecoder(FixedDecoder):
    """Steps in groups, as elsewhere than in float32 on a processor."""

    def __init__(self, *given: Any):
        super().__init__(*given)
        self.is_free = False


def draw(checkpoint: Checkpoint, prompts: list[Prompt], **changes: Any) -> list[Generation]:
    values = {"max_new_tokens": 60, "temperature": 1.0, "threads": 1, "device": "cpu", **changes}
    batches = sample(checkpoint, prompts, SampleConfig(**values))
    return [each.generation for batch in batches for each in batch]


def texts(made: list[Generation]) -> dict[tuple[str, int], str]:
    return {(one.prompt_id, one.sample_index): one.text for one in made}


@pytest.mark.parametrize("changes", [SHORT, SMALL, SHORT | SMALL])
def test_the_same_seed_gives_the_same_texts_in_each_precision(
    gpt: Checkpoint, prompts: list[Prompt], changes: dict[str, Any]
) -> None:
    long = [prompts[n] for n in range(0, 20, 2)]
    whole = draw(gpt, long, n_samples=2, **changes)
    assert texts(draw(gpt, long[::-1], n_samples=2, batch_rows=17, **changes)) == texts(whole)
    alone = draw(gpt, long[:4], n_samples=2, batch_rows=1, **changes)
    assert texts(alone).items() <= texts(whole).items()
    assert {one.decoding["max_new_tokens"] for one in whole} == {60}
    assert all(changes.items() <= one.decoding.items() for one in whole)


@pytest.mark.parametrize("changes", [SHORT, SMALL])
def test_texts_are_about_as_likely_to_the_model_itself(
    gpt: Checkpoint, prompts: list[Prompt], changes: dict[str, Any]
) -> None:
    exact = draw(gpt, prompts, strategy="greedy")
    rounded = draw(gpt, prompts, strategy="greedy", **changes)
    means = [sum(one.mean_logprob or 0 for one in made) / len(made) for made in (exact, rounded)]
    assert means[0] != means[1]
    assert means[0] == pytest.approx(means[1], abs=0.1)


@pytest.mark.parametrize("family", ["gpt2", "gpt_neox", "mistral", "gemma2", "llama", "qwen3"])
@torch.inference_mode()
def test_fixed_shapes_write_as_free_ones_do(
    family: str, make_foreign: Callable[[str], LoadedModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = make_foreign(family)
    random = torch.Generator().manual_seed(0)
    rows = [torch.randint(30, 250, (1 + n % 7,), generator=random).tolist() for n in range(20)]
    requests = [Request(tuple(row), torch.zeros(24, dtype=torch.float64)) for row in rows]
    config = SampleConfig(strategy="greedy", batch_rows=18)
    expected = {number: written.ids for number, written in write(loaded, requests, config)}
    monkeypatch.setattr("lab.sample.decoders._kinds", lambda loaded: [GroupedDecoder])
    found = {number: written.ids for number, written in write(loaded, requests, config)}
    assert found == expected


@torch.inference_mode()
def test_a_layer_in_8_bits_is_near_its_own_and_a_quarter_as_large() -> None:
    torch.manual_seed(0)
    layer = torch.nn.Linear(64, 32)
    given = torch.randn(5, 64)
    small = Int8Linear(layer)
    assert (small(given) - layer(given)).abs().max() < 0.02
    assert small.steps.element_size() == 1
    assert small.steps.abs().max() == 127


def test_dtype_auto_is_float32_on_a_processor_and_is_not_stored(gpt: Checkpoint) -> None:
    config = settled(SampleConfig(device="cpu"), gpt)
    assert config.dtype == "float32"
    assert not {"dtype", "quantize"} & decoding(config).keys()


def test_dtype_auto_is_bfloat16_on_a_gpu_for_a_transformer_in_the_labs_own_loop(
    gpt: Checkpoint, lstm: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpu = torch.device("cuda")
    monkeypatch.setattr("lab.sample.precision.choose_device", lambda name: gpu)
    assert decoding(settled(SampleConfig(), gpt))["dtype"] == "bfloat16"
    for config, checkpoint in [
        (SampleConfig(), lstm),
        (SampleConfig(strategy="beam"), gpt),
        (SampleConfig(dtype="float32"), gpt),
    ]:
        assert settled(config, checkpoint).dtype == "float32"


def test_what_cannot_be_run_in_a_precision_is_refused(
    gpt: Checkpoint, lstm: Checkpoint, make_foreign: Callable[[str], LoadedModel]
) -> None:
    with pytest.raises(ConfigError, match="'lstm' is a recurrent network"):
        settled(SampleConfig(**SMALL), lstm)
    with pytest.raises(ConfigError, match="strategy 'beam' by engine 'lab' is run in float32"):
        settled(SampleConfig(strategy="beam", **SHORT), gpt)
    with pytest.raises(CheckpointError, match="'gpt2' has no linear layers"):
        prepared(make_foreign("gpt2"), SampleConfig(**SMALL))


def test_8_bits_are_run_by_the_models_own_layers(gpt: Checkpoint) -> None:
    loaded = prepared(load_model(gpt.path or "", "cpu"), SampleConfig(**SMALL))
    assert isinstance(find_decoder(loaded, 2, 9), FixedDecoder)

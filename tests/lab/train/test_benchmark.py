"""The training benchmark: its model FLOPs utilisation against one by hand, and its clock."""

from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaModel

from benchmarks import train
from benchmarks.train import LARGE, WARM_STEPS, Case, run_grouped, run_lab, utilisation
from lab.train.arrays import Row
from lab.train.config import TrainConfig


def gpt2() -> int:
    """Weights that multiply: 12 blocks of width 768, and the output layer, which is tied."""
    block = 768 * (2304 + 768 + 3072 + 3072) + (2304 + 768 + 3072 + 768) + 4 * 768
    return 12 * block + 2 * 768 + 50257 * 768


def llama() -> int:
    """28 blocks of width 2048, and an output layer of its own; the input's table is looked up."""
    block = 4 * 2048 * 2048 + 3 * 2048 * 5632 + 2 * 2048
    return 28 * block + 2048 + 32_000 * 2048


@pytest.mark.parametrize(
    ("name", "weights", "layers", "width", "context"),
    [("gpt2-124m", gpt2(), 12, 768, 1024), ("llama-1.5b", llama(), 28, 2048, 2048)],
)
def test_it_is_that_of_palm(name: str, weights: int, layers: int, width: int, context: int) -> None:
    with torch.device("meta"):  # shapes without numbers
        model = AutoModelForCausalLM.from_config(LARGE[name])
    config = TrainConfig(name="benchmark", context=context)
    case = Case(model=model, rows=[], config=config, pad=0, title="")
    per_token = 6 * weights + 12 * layers * width * context  # Chowdhery et al. 2022, appendix B
    found = utilisation(case, tokens_per_second=1e5, peak_tflops=989)
    assert found == pytest.approx(1e5 * per_token / 989e12)


@pytest.mark.parametrize("run", [run_lab, run_grouped])
def test_the_clock_starts_after_the_first_steps(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shape = LlamaConfig(
        vocab_size=32,
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=1,
        max_position_embeddings=12,
    )
    config = TrainConfig(name="b", batch_rows=2, context=12, precision="fp32", threads=1)
    rng = np.random.default_rng(0)
    rows = [Row(rng.integers(1, 32, 12), 1) for _ in range(8)]
    model = AutoModelForCausalLM.from_config(shape, attn_implementation="sdpa")
    case = Case(model=model, rows=rows, config=config, pad=0, title="")
    n_passes, seen = 0, []
    forward = LlamaModel.forward

    def counted(*arguments: Any, **named: Any) -> Any:
        nonlocal n_passes
        n_passes += 1
        return forward(*arguments, **named)

    def clock(_: Any) -> float:
        seen.append(n_passes)
        return float(n_passes)

    monkeypatch.setattr(LlamaModel, "forward", counted)
    monkeypatch.setattr(train, "clock", clock)
    assert run(case, 4) == (4 * 2 * 12, 4.0)
    assert seen == [WARM_STEPS, WARM_STEPS + 4]

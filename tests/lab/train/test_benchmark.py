"""The training benchmark's model FLOPs utilisation, against one worked out by hand."""

import pytest
import torch
from transformers import AutoModelForCausalLM

from benchmarks.train import LARGE, Case, utilisation
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

"""Plain causal attention: matrix product, softmax, matrix product.

torch's fused CPU attention has a slow backward pass in bf16: forward and backward over 16 rows of
142 tokens, 2 heads of 64, took 16.5 ms where this takes 4.6 (256 tokens: 18.6 and 8.3; 512 tokens:
49.5 and 28.3, one thread with AMX). In fp32, and on a GPU, the fused one is as good or better.
Rows of several texts get a mask that keeps each text to itself.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import dropout as drop
from transformers import AttentionInterface, AttentionMaskInterface, Qwen3ForCausalLM
from transformers.masking_utils import sdpa_mask

NAME = "lab_plain"
# Its memory grows with the square of the row; beyond this, the fused attention's wins.
LONGEST = 512


def use_plain_attention(model: Any, context: int, precision: str) -> bool:
    """Give a GPT plain attention for training, where that is faster.

    Args:
        model: a model on its device; only those built by `lab.models.gpt` get it.
        context: longest row in tokens.
        precision: "bf16" or "fp32".

    Returns:
        Whether it was given; undo it by `model.set_attn_implementation("sdpa")`.
    """
    if model.device.type != "cpu" or precision != "bf16" or context > LONGEST:
        return False
    if not isinstance(model, Qwen3ForCausalLM):
        return False
    AttentionInterface.register(NAME, _attend)
    AttentionMaskInterface.register(NAME, _mask)
    model.set_attn_implementation(NAME)
    return True


def _mask(*args: Any, **kwargs: Any) -> Tensor | None:
    """Return what is added to the scores, (rows, 1, tokens, tokens); None where that is causal."""
    seen = sdpa_mask(*args, **kwargs)
    if seen is None:
        return None
    return torch.zeros(seen.shape, dtype=torch.bfloat16).masked_fill_(~seen, float("-inf"))


def _attend(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float,
    dropout: float = 0.0,
    **_: Any,
) -> tuple[Tensor, None]:
    """Attend to all earlier places; query, key, value are (rows, heads, tokens, head width)."""
    rows, heads, tokens, width = query.shape
    flat = (rows * heads, tokens, width)
    query, key, value = (part.to(value.dtype).reshape(flat) for part in (query, key, value))
    if attention_mask is None:
        future = torch.full((tokens, tokens), float("-inf"), dtype=value.dtype).triu(1)
        bias = future.expand(rows * heads, -1, -1)
    else:
        bias = attention_mask.to(value.dtype).expand(-1, heads, -1, -1).flatten(0, 1)
    scores = torch.baddbmm(bias, query, key.transpose(1, 2), alpha=scaling)
    mixed = torch.bmm(drop(scores.softmax(-1), dropout), value)
    return mixed.view(rows, heads, tokens, width).transpose(1, 2), None

"""Plain causal attention: matrix product, softmax, matrix product.

torch's fused CPU attention has a slow backward pass in bf16: forward and backward over 16 rows of
142 tokens, 2 heads of 64, took 16.5 ms where this takes 4.6 (256 tokens: 18.6 and 8.3; 512 tokens:
49.5 and 28.3, one thread with AMX). In fp32, and on a GPU, the fused one is as good or better.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from transformers import AttentionInterface, Qwen3ForCausalLM

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
    model.set_attn_implementation(NAME)
    return True


def _attend(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float,
    **_: Any,
) -> tuple[Tensor, None]:
    """Attend to all earlier places; query, key, value are (rows, heads, tokens, head width)."""
    if attention_mask is not None:
        raise ValueError("plain attention is for training batches, which have no mask")
    rows, heads, tokens, width = query.shape
    flat = (rows * heads, tokens, width)
    query, key, value = (part.to(value.dtype).reshape(flat) for part in (query, key, value))
    future = torch.full((tokens, tokens), float("-inf"), dtype=value.dtype).triu(1)
    scores = torch.baddbmm(
        future.expand(rows * heads, -1, -1), query, key.transpose(1, 2), alpha=scaling
    )
    mixed = torch.bmm(scores.softmax(-1), value)
    return mixed.view(rows, heads, tokens, width).transpose(1, 2), None

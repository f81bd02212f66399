"""Turns sizes into a GPT with random weights: a Llama-style decoder with tied embeddings."""

from __future__ import annotations

from typing import Any

from transformers import LlamaConfig, LlamaForCausalLM


def build_gpt(tokenizer: Any, *, layers: int, width: int, heads: int, context: int) -> Any:
    """Make a GPT: rotary positions, RMSNorm, SwiGLU (Touvron et al. 2023), no biases.

    Args:
        tokenizer: its size and special tokens fix the embedding.
        layers: number of blocks.
        width: size of the residual stream; a multiple of twice the heads.
        heads: attention heads per block.
        context: longest input in tokens.

    Returns:
        A LlamaForCausalLM in float32, weights drawn from torch's global generator.
    """
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=_inner_width(width),
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        max_position_embeddings=context,
        tie_word_embeddings=True,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    return LlamaForCausalLM(config)


def _inner_width(width: int) -> int:
    """Return 8/3 of the width rounded up to a multiple of 32, the tile of the matrix units."""
    return -(-8 * width // 96) * 32

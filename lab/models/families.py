"""Turns sizes into a causal model of any type that transformers has, with random weights."""

from __future__ import annotations

import difflib
import math
from typing import Any

from transformers import CONFIG_MAPPING, AutoModelForCausalLM
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

from lab.errors import ConfigError
from lab.models.quiet import quiet
from lab.models.reasons import one_line
from lab.models.sizes import Sizes

OWN = ("gpt", "lstm", "gru")

_INNER = (
    *("intermediate_size", "ffn_dim", "decoder_ffn_dim", "ffn_hidden_size"),
    *("moe_intermediate_size", "shared_expert_intermediate_size", "expert_ffn_hidden_size"),
)
"""How types call the width inside their feed-forward layers and experts."""


def check_family(name: str) -> None:
    """Make sure that transformers has a causal model of a type.

    Args:
        name: a model type of transformers, such as "llama".

    Raises:
        ConfigError: it has not; names near matches.
    """
    if name in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES and name in CONFIG_MAPPING:
        if not _is_single(name):
            raise ConfigError(
                f"architecture {name!r} is made of several models, not for text alone; choose "
                f"another{_near(name)}"
            )
        return
    raise ConfigError(
        f"architecture {name!r} is not known; give 'gpt', 'lstm', 'gru', 'hub', or a causal model "
        f"type of transformers such as 'llama', 'qwen3' or 'gpt2'{_near(name)}"
    )


def build_family(name: str, tokenizer: Any, sizes: Sizes, context: int) -> Any:
    """Make a model with random weights; what sizes do not say is as in the type's own config.

    Args:
        name: a model type of transformers.
        tokenizer: its size and special tokens fix the embedding.
        sizes: blocks, width and heads; feed-forward layers keep the type's own proportion.
        context: longest input in tokens.

    Returns:
        A causal PreTrainedModel in float32, weights drawn from torch's global generator.

    Raises:
        ConfigError: no such type, or one that needs more than these sizes.
    """
    check_family(name)
    try:
        with quiet():
            config = CONFIG_MAPPING[name](**_values(name, tokenizer, sizes, context))
            return AutoModelForCausalLM.from_config(config)
    except Exception as error:  # each of some 200 types has its own
        raise ConfigError(
            f"architecture {name!r} cannot be made with {sizes.layers} layers, width "
            f"{sizes.width} and {sizes.heads} heads: {one_line(error)}; choose other sizes or "
            "another type"
        ) from error


def _values(name: str, tokenizer: Any, sizes: Sizes, context: int) -> dict[str, Any]:
    """Return the settings of a type's config, by the names that all types understand."""
    usual = CONFIG_MAPPING[name]()
    found: dict[str, Any] = {
        "vocab_size": len(tokenizer),
        "hidden_size": sizes.width,
        "num_hidden_layers": sizes.layers,
        "num_attention_heads": sizes.heads,
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
    }
    head = sizes.width // sizes.heads
    rest = {
        "num_key_value_heads": sizes.heads,
        "head_dim": head,
        "max_position_embeddings": context,
        "is_decoder": True,
        # Types that are half of a pair have these beside those of the encoder.
        "decoder_layers": sizes.layers,
        "decoder_attention_heads": sizes.heads,
    }
    found |= {field: value for field, value in rest.items() if _takes(usual, field)}
    if hasattr(usual, "qk_rope_head_dim"):
        found.pop("head_dim", None)  # here it is the part of a head that is rotated
    elif hasattr(usual, "expand") and "head_dim" in found:  # of mamba2
        found |= {"num_heads": sizes.heads, "head_dim": usual.expand * head}
        found["n_groups"] = math.gcd(usual.n_groups, sizes.heads)
    if hasattr(usual, "attention_types"):  # of gpt_neo: patterns, and how often each comes
        kinds = usual.attention_layers
        found["attention_types"] = [[[kinds[n % len(kinds)]], 1] for n in range(sizes.layers)]
    for field in _INNER:
        inner = getattr(usual, field, None) if _takes(usual, field) else None
        if isinstance(inner, int):
            # Multiples of 32 are the tiles of the matrix units.
            found[field] = max(1, round(inner / usual.hidden_size * sizes.width / 32)) * 32
    rotated = getattr(usual, "rotary_dim", None)
    if isinstance(rotated, int):
        found["rotary_dim"] = min(rotated, head)
    return found


def _takes(usual: Any, field: str) -> bool:
    return hasattr(usual, field) and not isinstance(getattr(type(usual), field, None), property)


def _near(name: str) -> str:
    known = [*OWN, "hub", *MODEL_FOR_CAUSAL_LM_MAPPING_NAMES]
    like = difflib.get_close_matches(name.lower(), known, n=8, cutoff=0.5)
    near = [repr(one) for one in like if one not in CONFIG_MAPPING or _is_single(one)][:3]
    return f"; did you mean {' or '.join(near)}?" if near else ""


def _is_single(name: str) -> bool:
    return set(CONFIG_MAPPING[name].sub_configs) <= {"attn_config", "ffn_config"}

"""Tries a model on a few tokens, to learn how its logits come about."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

_TOKENS = 8


@torch.no_grad()
def is_causal(model: Any) -> bool:
    """Say whether no place of a model sees a later token; its mode is left as it was.

    Args:
        model: a PreTrainedModel on its device.
    """
    ids = _ids(model)
    other = ids.clone()
    other[0, -1] = (other[0, -1] + 1) % _n_tokens(model)
    first, second = (_tried(model, one)[:, :-1] for one in (ids, other))
    return torch.allclose(first, second, rtol=1e-3, atol=1e-4 * float(first.abs().max()))


@torch.no_grad()
def has_plain_head(model: Any) -> bool:
    """Say whether logits are the output layer's of the last hidden states, and nothing else.

    Args:
        model: a PreTrainedModel on its device; its mode is left as it was.
    """
    ids, mode, head = _ids(model), model.training, model.get_output_embeddings()
    whole = _tried(model, ids)
    model.eval()
    try:
        hidden = model.base_model(input_ids=ids, use_cache=False).last_hidden_state
        # To the bit, as logits that are capped are nearly the same while they are small.
        return torch.equal(head(hidden), whole)
    except (AttributeError, TypeError, RuntimeError):
        return False  # an architecture whose parts are called otherwise
    finally:
        model.train(mode)


def _tried(model: Any, ids: Tensor) -> Tensor:
    mode = model.training
    model.eval()
    logits = model(input_ids=ids, use_cache=False).logits
    model.train(mode)
    return logits


def _ids(model: Any) -> Tensor:
    draw = torch.Generator().manual_seed(0)
    return torch.randint(_n_tokens(model), (1, _TOKENS), generator=draw).to(model.device)


def _n_tokens(model: Any) -> int:
    return model.config.get_text_config().vocab_size

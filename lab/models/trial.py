"""Tries a model on a few tokens, to learn how its logits come about and whether it can write."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from lab.models.quiet import quiet
from lab.models.reasons import one_line

_TOKENS = 8
_NEW_TOKENS = 3


@torch.no_grad()
def gives_numbers(model: Any) -> bool:
    """Say whether a model's logits are finite.

    Args:
        model: a PreTrainedModel on its device; its mode is left as it was.
    """
    return bool(_tried(model, _ids(model)).isfinite().all())


@torch.no_grad()
def is_causal(model: Any) -> bool:
    """Say whether no place of a model sees a later token.

    Args:
        model: a PreTrainedModel on its device, whose logits are finite; its mode is left as it was.
    """
    ids = _ids(model)
    other = ids.clone()
    other[0, -1] = (other[0, -1] + 1) % _n_tokens(model)
    first, second = (_tried(model, one)[:, :-1] for one in (ids, other))
    # Random weights of small models let a later token show in the fourth digit only, where what
    # differs by rounding differs in the seventh.
    return torch.allclose(first, second, rtol=0, atol=3e-5 * float(first.abs().max()))


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


@torch.no_grad()
def why_not_writing(model: Any) -> str:
    """Let a model write a few tokens after two rows of unequal length, as sampling will.

    Args:
        model: a PreTrainedModel on its device; its mode is left as it was.

    Returns:
        Why `generate` cannot; empty where it can.
    """
    filler, mode = model.config.get_text_config().pad_token_id or 0, model.training
    ids = _ids(model).expand(2, -1).clone()
    mask = torch.ones_like(ids)
    ids[1, : _TOKENS // 2], mask[1, : _TOKENS // 2] = filler, 0
    model.eval()
    try:
        with quiet():
            model.generate(
                input_ids=ids,
                attention_mask=mask,
                do_sample=False,
                min_new_tokens=_NEW_TOKENS,
                max_new_tokens=_NEW_TOKENS,
                pad_token_id=filler,
            )
    except Exception as error:  # each of some 200 types has its own
        return one_line(error)
    finally:
        model.train(mode)
    return ""


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

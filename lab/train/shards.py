"""Turns tensors that are sharded over processes into whole ones on the CPU, and those back."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def whole(value: Any, to_cpu: bool = True) -> Any:
    """Gather the sharded tensors of a value; every process has to call it.

    Args:
        value: a tensor, or dicts and lists that hold tensors.
        to_cpu: whether to bring the tensors to the CPU.

    Returns:
        The same with plain tensors.
    """
    if isinstance(value, dict):
        return {key: whole(part, to_cpu) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(whole(part, to_cpu) for part in value)
    if not isinstance(value, Tensor):
        return value
    value = value.full_tensor() if hasattr(value, "full_tensor") else value
    return value.cpu() if to_cpu else value


def spread(value: Any, like: Any) -> Any:
    """Shard whole tensors as others are; plain where those are plain.

    Args:
        value: a tensor, or an optimiser's state as `whole` gave it.
        like: the weight that the tensor belongs to, or the optimiser.

    Returns:
        The value, sharded.
    """
    if isinstance(like, torch.optim.Optimizer):
        weights = [weight for group in like.param_groups for weight in group["params"]]
        state = {
            place: {key: spread(part, weights[place]) for key, part in parts.items()}
            for place, parts in value["state"].items()
        }
        return {**value, "state": state}
    if not (hasattr(like, "full_tensor") and isinstance(value, Tensor)):
        return value
    if value.shape != like.shape:
        return value
    from torch.distributed.tensor import distribute_tensor

    return distribute_tensor(value.to(like.device), like.device_mesh, like.placements)


def reshard(model: Any) -> None:
    """Let go of the whole weights that a forward pass without a backward one leaves behind."""
    for part in model.modules():
        if hasattr(part, "reshard"):
            part.reshard()


def plain(model: Any) -> Any:
    """Return a model whose weights are whole, to be saved; every process has to call it.

    Args:
        model: a PreTrainedModel, sharded or not.

    Returns:
        The model itself where it is not sharded, else a copy on the CPU.
    """
    named = {name: whole(weight.detach()) for name, weight in _sharded(model)}
    if not named:
        return model
    copy = type(model)(model.config)
    for name, weight in copy.named_parameters():
        weight.data.copy_(named[name])
    return copy


def _sharded(model: Any) -> list[tuple[str, Any]]:
    found = list(model.named_parameters())
    return found if any(hasattr(weight, "full_tensor") for _, weight in found) else []

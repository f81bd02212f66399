"""Turns a model in float32 into the precision that texts are to be written in."""

from __future__ import annotations

import dataclasses
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.errors import CheckpointError, ConfigError
from lab.models.load import LoadedModel, choose_device
from lab.records import Checkpoint, CheckpointKind
from lab.sample.config import SampleConfig


def settled(config: SampleConfig, checkpoint: Checkpoint) -> SampleConfig:
    """Decide what dtype "auto" is: bfloat16 on a GPU in the lab's own loop, else float32.

    Args:
        config: the settings.
        checkpoint: what writes; a recurrent network is run in float32.

    Returns:
        The settings with the dtype by name, as they are stored.

    Raises:
        ConfigError: a precision that these settings cannot be run in.
        CheckpointError: the device cannot be used.
    """
    is_lean = config.engine == "lab" and config.strategy in ("greedy", "sample")
    is_recurrent = checkpoint.kind in (CheckpointKind.LSTM, CheckpointKind.GRU)
    if config.dtype == "bfloat16" and not is_lean:
        raise ConfigError(
            f"dtype 'bfloat16': strategy {config.strategy!r} by engine {config.engine!r} is run in "
            "float32, as in bfloat16 a text would depend on the texts beside it; leave it out"
        )
    if is_recurrent and (config.dtype == "bfloat16" or config.quantize != "none"):
        raise ConfigError(
            f"checkpoint {checkpoint.name!r} is a recurrent network, which is run in float32; "
            "leave dtype and quantize out"
        )
    if config.dtype != "auto":
        return config
    is_short = is_lean and not is_recurrent and _device(config).type == "cuda"
    return dataclasses.replace(config, dtype="bfloat16" if is_short else "float32")


def prepared(loaded: LoadedModel, config: SampleConfig) -> LoadedModel:
    """Bring a model, which is changed, into the precision of settings that are settled.

    Raises:
        CheckpointError: int8 was asked for, and the model has no linear layer to make smaller.
    """
    if config.quantize == "int8" and not _quantize(loaded.model):
        raise CheckpointError(
            f"a model of type {loaded.model.config.model_type!r} has no linear layers that can be "
            "kept in 8 bits; leave --quantize out"
        )
    if config.dtype == "bfloat16":
        loaded.model.to(torch.bfloat16)
    return loaded


class Int8Linear(nn.Module):
    """A linear layer whose weights are kept in 8 bits, with one scale per output."""

    steps: Tensor
    scale: Tensor

    def __init__(self, layer: nn.Linear):
        """Round a layer's weights to the nearest of 255 steps.

        Args:
            layer: what it stands for; its bias stays as it is.
        """
        super().__init__()
        scale = layer.weight.detach().abs().amax(dim=1).clamp_(min=1e-12) / 127
        steps = (layer.weight.detach() / scale[:, None]).round_().to(torch.int8)
        self.register_buffer("steps", steps)
        self.register_buffer("scale", scale)
        self.bias = layer.bias

    def forward(self, given: Tensor) -> Tensor:
        """Compute the layer's output, in the precision of its input."""
        made = functional.linear(given, self.steps.to(given.dtype)) * self.scale
        return made if self.bias is None else made + self.bias


def is_plain(loaded: LoadedModel) -> bool:
    """Say whether all weights of a model are float32."""
    return next(loaded.model.parameters()).dtype == torch.float32 and not any(
        isinstance(part, Int8Linear) for part in loaded.model.modules()
    )


def _quantize(model: Any) -> int:
    """Put 8-bit layers in place of the linear ones, the output's excepted; returns how many."""
    kept = model.get_output_embeddings()
    found = [
        (parent, name, child)
        for parent in model.modules()
        for name, child in parent.named_children()
        if isinstance(child, nn.Linear) and child is not kept
    ]
    for parent, name, child in found:
        setattr(parent, name, Int8Linear(child))
    return len(found)


def _device(config: SampleConfig) -> torch.device:
    return choose_device(config.device or None)

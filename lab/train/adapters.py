"""Turns a model into one whose linear layers have adapters, and one with adapters into a plain one.

LoRA (Hu et al. 2022) and DoRA (Liu et al. 2024) by peft. The layers are put into the model that is
there: it stays a PreTrainedModel, and its loss, state and optimisers are worked out as ever.
"""

from __future__ import annotations

import copy
from typing import Any

from torch import nn

from lab.errors import ConfigError
from lab.train.config import TrainConfig


def wrap(model: Any, config: TrainConfig) -> Any:
    """Give a model adapters where the settings ask for them, and freeze the rest of it.

    Args:
        model: a PreTrainedModel; changed in place.
        config: the settings; with weights "all" or "last" nothing is done.

    Returns:
        The model.

    Raises:
        ConfigError: the model has no layers that can have adapters, or none of those names.
    """
    if config.weights not in ("lora", "dora") or _adapted(model):
        return model
    from peft import LoraConfig, inject_adapter_in_model

    chosen = _targets(model, config)
    transposed = any(not isinstance(layer, nn.Linear) for layer in chosen.values())
    settings = LoraConfig(
        r=config.lora_rank,
        lora_alpha=config.lora_alpha,  # type: ignore[arg-type] # any number is
        lora_dropout=config.lora_dropout,
        target_modules=list(chosen),
        use_dora=config.weights == "dora",
        fan_in_fan_out=transposed,
    )
    inject_adapter_in_model(settings, model)
    return model


def merged(model: Any) -> Any:
    """Work adapters into the weights that they belong to.

    Args:
        model: a model that may have adapters; it is not changed, so that its training can go on.

    Returns:
        A copy without adapters that computes the same; the model itself where it has none.
    """
    if not _adapted(model):
        return model
    plain = copy.deepcopy(model)
    for name, layer in _adapted(plain).items():
        layer.merge(safe_merge=True)
        parent, _, last = name.rpartition(".")
        setattr(plain.get_submodule(parent), last, layer.get_base_layer())
    plain.requires_grad_(True)
    return plain


def _adapted(model: Any) -> dict[str, Any]:
    """Return the layers of peft, by name; without importing it where it was not used."""
    return {name: layer for name, layer in model.named_modules() if hasattr(layer, "lora_A")}


def _targets(model: Any, config: TrainConfig) -> dict[str, nn.Module]:
    """Find the layers that get adapters, by their full names."""
    from transformers.pytorch_utils import Conv1D

    output = model.get_output_embeddings()
    linear = {
        name: layer
        for name, layer in model.named_modules()
        if isinstance(layer, nn.Linear | Conv1D) and layer is not output
    }
    if not config.lora_targets:
        if not linear:
            raise ConfigError(
                f"weights {config.weights!r}: a model of type {model.config.model_type!r} has no "
                "linear layers for adapters; use weights 'all' or 'last'"
            )
        return linear
    names = {name.rpartition(".")[2] for name in linear}
    unknown = [name for name in config.lora_targets if name not in names]
    if unknown:
        raise ConfigError(
            f"lora_targets {unknown[0]!r}: the model has no such linear layer; it has "
            f"{', '.join(sorted(names)) or 'none'}"
        )
    return {
        name: layer
        for name, layer in linear.items()
        if name.rpartition(".")[2] in config.lora_targets
    }

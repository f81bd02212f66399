"""Decides which of a model's weights are trained: all, or those of its last blocks.

Gradual unfreezing, one more block at a time from the last one, is that of ULMFiT (Howard and Ruder
2018, section 3.3).
"""

from __future__ import annotations

import re
from typing import Any

from torch import nn

from lab.errors import ConfigError
from lab.train.config import TrainConfig


def freeze(model: Any, config: TrainConfig) -> None:
    """Freeze what the settings do not train at the start; doing it again is harmless.

    Args:
        model: a causal PreTrainedModel; with weights "last" only the weights behind its first
            frozen block stay trainable: the last blocks, the last norm, an output layer of its own.
        config: the settings.

    Raises:
        ConfigError: the model's blocks cannot be told.
    """
    if config.weights == "last":
        model.requires_grad_(False)
        _train_last(model, config.last_blocks)


def unfreeze(model: Any, config: TrainConfig, step: int) -> bool:
    """Train as many blocks as belong to a step: one more after every `unfreeze_every` steps.

    Once all blocks are trained, the embeddings follow. What was trained stays so.

    Args:
        model: the model that `freeze` was given.
        config: the settings.
        step: optimiser steps done; any step may be given, so that a run can be resumed.

    Returns:
        Whether weights became trainable, which the optimiser has to be told.
    """
    if config.weights != "last" or config.unfreeze_every is None:
        return False
    return _train_last(model, config.last_blocks + step // config.unfreeze_every)


def _train_last(model: Any, n_blocks: int) -> bool:
    blocks = _blocks(model)
    wanted = [weight for block in blocks[max(len(blocks) - n_blocks, 0) :] for weight in block]
    wanted += _behind(model, blocks)
    if n_blocks > len(blocks):
        wanted = list(model.parameters())
    frozen = [weight for weight in wanted if not weight.requires_grad]
    for weight in frozen:
        weight.requires_grad_(True)
    return bool(frozen)


def _behind(model: Any, blocks: list[list[nn.Parameter]]) -> list[nn.Parameter]:
    """Return the weights behind the last block; a tied output layer lies in front of the first."""
    inside = {id(weight) for block in blocks for weight in block}
    found: list[nn.Parameter] = []
    passed = False
    for weight in model.parameters():
        passed = passed or id(weight) in inside
        if passed and id(weight) not in inside:
            found.append(weight)
    return found


def _blocks(model: Any) -> list[list[nn.Parameter]]:
    """Return the weights of each block, the first block first."""
    n_blocks = model.config.get_text_config().num_hidden_layers
    for part in model.modules():
        if isinstance(part, nn.ModuleList) and len(part) == n_blocks:
            return [list(block.parameters()) for block in part]
        if isinstance(part, nn.RNNBase) and part.num_layers == n_blocks:
            return [_layer(part, number) for number in range(n_blocks)]
    raise ConfigError(
        f"weights 'last': the blocks of a model of type {model.config.model_type!r} cannot be "
        "told; use weights 'all' or 'lora'"
    )


def _layer(network: nn.RNNBase, number: int) -> list[nn.Parameter]:
    return [
        weight
        for name, weight in network.named_parameters()
        if re.search(r"_l(\d+)", name) and name.endswith(f"_l{number}")
    ]

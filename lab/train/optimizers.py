"""Turns a model's weights into optimisers: Muon for matrices, AdamW for the rest.

Muon (Jordan 2024) makes each update orthogonal; with the scale of Moonlight (Liu et al. 2025) it
shares AdamW's learning rate.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


def make_optimizers(
    model: Any, learning_rate: float, weight_decay: float, muon: bool
) -> list[torch.optim.Optimizer]:
    """Make the optimisers of a model.

    Args:
        model: a PreTrainedModel.
        learning_rate: peak rate; kept as "peak" in every parameter group.
        weight_decay: decay of matrices inside the model; embeddings, norms, biases have none.
        muon: whether Muon takes those matrices.

    Returns:
        One AdamW, and a Muon in front of it where asked for.
    """
    matrices, rest = _split(model)
    groups: list[dict[str, Any]] = [{"params": rest, "weight_decay": 0.0}]
    optimizers: list[torch.optim.Optimizer] = []
    if muon and matrices:
        optimizers.append(
            torch.optim.Muon(
                matrices,
                lr=learning_rate,
                weight_decay=weight_decay,
                adjust_lr_fn="match_rms_adamw",
            )
        )
    elif matrices:
        groups.append({"params": matrices, "weight_decay": weight_decay})
    optimizers.append(torch.optim.AdamW(groups, lr=learning_rate, betas=(0.9, 0.95), fused=True))
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["peak"] = learning_rate
    return optimizers


def set_rate(optimizers: list[torch.optim.Optimizer], factor: float) -> None:
    """Set every rate to a factor of its peak."""
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * factor


def _split(model: Any) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    """Part the matrices inside the model from embeddings, output, norms and biases."""
    ends = (model.get_input_embeddings(), model.get_output_embeddings())
    outer = {id(weight) for layer in ends if layer is not None for weight in layer.parameters()}
    matrices: list[nn.Parameter] = []
    rest: list[nn.Parameter] = []
    for weight in model.parameters():
        if weight.requires_grad:
            (matrices if weight.ndim == 2 and id(weight) not in outer else rest).append(weight)
    return matrices, rest

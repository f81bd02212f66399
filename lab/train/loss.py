"""Turns a model and a batch into the cross-entropy of the reference's tokens."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from lab.train.batches import IGNORED, Batch
from lab.train.precision import autocast


def summed_loss(model: Any, batch: Batch, device: torch.device, own: bool) -> tuple[Tensor, int]:
    """Sum the cross-entropy over all targets of a batch.

    Args:
        model: a causal PreTrainedModel on the device.
        batch: the batch, on the CPU.
        device: where the model is.
        own: whether the model is one of the lab's, whose output layer is applied to hidden states
            and nothing else; then places without a target need no logits.

    Returns:
        The sum in nats, and the number of targets.
    """
    ids = batch.ids.to(device, non_blocking=True)
    targets = batch.targets.to(device, non_blocking=True)
    wanted = targets != IGNORED
    if own:
        hidden = model.base_model(input_ids=ids, use_cache=False).last_hidden_state
        logits = model.get_output_embeddings()(hidden[wanted])
    else:
        logits = model(input_ids=ids, use_cache=False).logits[wanted]
    loss = cross_entropy(logits.float(), targets[wanted], reduction="sum")
    return loss, int((batch.targets != IGNORED).sum())


@torch.no_grad()
def mean_loss(
    model: Any, batches: Iterable[Batch], device: torch.device, own: bool, precision: str
) -> float | None:
    """Measure the mean cross-entropy per target token; leaves the model in evaluation mode.

    Args:
        model: a causal PreTrainedModel on the device.
        batches: the batches.
        device: where the model is.
        own: as for `summed_loss`.
        precision: "bf16" or "fp32".

    Returns:
        The mean in nats; None without batches.
    """
    model.eval()
    total, n_targets = 0.0, 0
    for batch in batches:
        with autocast(precision, device):
            loss, n = summed_loss(model, batch, device, own)
        total += float(loss)
        n_targets += n
    return total / n_targets if n_targets else None

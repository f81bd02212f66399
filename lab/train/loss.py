"""Turns a model and a batch into the cross-entropy of the reference's tokens."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from lab.train.batches import IGNORED, Batch
from lab.train.head import head_loss
from lab.train.precision import autocast


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a model's cross-entropy over some batches came to."""

    nats: float
    """Sum over all targets."""

    n_targets: int
    """Tokens whose loss counts, end tokens included."""

    n_bytes: int
    """UTF-8 bytes of the texts that those tokens stand for."""

    @property
    def loss(self) -> float | None:
        """Mean per target, in nats; None without targets."""
        return self.nats / self.n_targets if self.n_targets else None

    @property
    def bits_per_byte(self) -> float | None:
        """Bits per byte of text, alike for all tokenizers; None without text."""
        return self.nats / math.log(2) / self.n_bytes if self.n_bytes else None


def summed_loss(
    model: Any, batch: Batch, device: torch.device, own: bool, smoothing: float = 0.0
) -> tuple[Tensor, int]:
    """Sum the cross-entropy over all targets of a batch.

    Args:
        model: a causal PreTrainedModel on the device.
        batch: the batch, on the CPU.
        device: where the model is.
        own: whether logits are the output layer's of the hidden states and nothing else; then
            places without a target need no logits.
        smoothing: share of each target's probability that is spread evenly over all tokens
            (Szegedy et al. 2016).

    Returns:
        The sum in nats, and the number of targets.
    """
    flat = batch.targets.flatten()
    wanted = (flat != IGNORED).nonzero().squeeze(1)
    targets = flat[wanted].to(device, non_blocking=True)
    inputs = {"input_ids": batch.ids.to(device, non_blocking=True), "use_cache": False}
    if batch.positions is not None:
        inputs["position_ids"] = batch.positions.to(device, non_blocking=True)
    part = model.base_model if own else model
    found = part(**inputs)
    found = found.last_hidden_state if own else found.logits
    # Not `[wanted]`, whose backward pass sorts the places first.
    found = found.flatten(0, 1).index_select(0, wanted.to(device, non_blocking=True))
    head = model.get_output_embeddings()
    if own and type(head) is nn.Linear and head.bias is None:
        return head_loss(head, found, targets, smoothing), len(wanted)
    logits = head(found) if own else found
    loss = cross_entropy(logits.float(), targets, reduction="sum", label_smoothing=smoothing)
    return loss, len(wanted)


@torch.no_grad()
def mean_loss(
    model: Any, batches: Iterable[Batch], device: torch.device, own: bool, precision: str
) -> Measured:
    """Measure the cross-entropy of held-out texts; leaves the model in evaluation mode.

    Args:
        model: a causal PreTrainedModel on the device.
        batches: the batches.
        device: where the model is.
        own: as for `summed_loss`.
        precision: what to compute in; see `lab.train.precision.autocast`.

    Returns:
        The sums, with mean and bits per byte.
    """
    model.eval()
    nats, n_targets, n_bytes = 0.0, 0, 0
    for batch in batches:
        with autocast(precision, device):
            loss, n = summed_loss(model, batch, device, own)
        nats += float(loss)
        n_targets += n
        n_bytes += batch.n_bytes
    return Measured(nats=nats, n_targets=n_targets, n_bytes=n_bytes)

"""Turns rows and a model into a trained model, reporting on the way; saves nothing."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from torch.nn.utils import clip_grad_norm_

from lab.errors import TrainingError
from lab.train.arrays import Row
from lab.train.attention import use_plain_attention
from lab.train.batches import Batch, sorted_batches, training_batches
from lab.train.config import TrainConfig
from lab.train.loss import mean_loss, summed_loss
from lab.train.optimizers import make_optimizers, set_rate
from lab.train.precision import autocast, choose_precision
from lab.train.schedule import rate_factor


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What a training loop came to."""

    steps: int
    """Optimiser steps done."""

    n_tokens: int
    """Tokens seen, padding not counted."""

    validation_loss: float | None
    """Mean cross-entropy per target token at the end, in nats; None without validation rows."""


def fit(
    model: Any,
    rows: Sequence[Row],
    validation_rows: Sequence[Row],
    config: TrainConfig,
    pad: int,
    own: bool,
    report: Callable[..., None],
) -> Fit:
    """Train a model until its budget of steps or seconds is used up.

    Args:
        model: a causal PreTrainedModel in float32 on the device to train on; changed in place.
        rows: what to learn.
        validation_rows: what to measure on, at most `config.validation_rows` of them.
        config: budget, rates and precision.
        pad: id of the padding token.
        own: whether the model is one of the lab's; see `lab.train.loss.summed_loss`.
        report: called with the fields of a TrainingStep and `share`, the part of the budget done.

    Returns:
        Steps, tokens and the last validation loss.

    Raises:
        TrainingError: loss or gradients are not finite, or the loss runs away.
    """
    loop = _Loop(model, config, pad, own)
    plain = own and use_plain_attention(model, config.context, loop.precision)
    batches = training_batches(rows, config.batch_rows, pad, config.seed)
    held_out = validation_rows[: config.validation_rows]
    while loop.share() < 1:
        loop.step(next(batches))
        done = loop.share() >= 1
        validate = bool(held_out) and (done or loop.steps % config.validate_every == 0)
        if validate:
            loop.validate(held_out)
        if validate or done or loop.steps % config.log_every == 0:
            report(**loop.take_log())
    if plain:
        model.set_attn_implementation("sdpa")
    return Fit(steps=loop.steps, n_tokens=loop.n_tokens, validation_loss=loop.validation_loss)


class _Loop:
    """The state of one training loop."""

    def __init__(self, model: Any, config: TrainConfig, pad: int, own: bool):
        self.model, self.config, self.pad, self.own = model, config, pad, own
        self.device = next(model.parameters()).device
        self.precision = choose_precision(config.precision, self.device)
        self.optimizers = make_optimizers(
            model, config.peak_rate, config.weight_decay, config.uses_muon
        )
        self.weights = [weight for weight in model.parameters() if weight.requires_grad]
        self.steps = self.n_tokens = 0
        self.loss_sum, self.loss_targets = 0.0, 0
        self.rate = self.gradient_norm = 0.0
        self.validation_loss: float | None = None
        self.validated_at = 0
        self.started = time.perf_counter()

    def share(self) -> float:
        """Return the part of the budget that is used up."""
        if self.config.step_budget is not None:
            return min(self.steps / self.config.step_budget, 1.0)
        return min(self._seconds() / (self.config.seconds or 1.0), 1.0)

    def step(self, batch: Batch) -> None:
        """Learn from one batch."""
        self.model.train()
        factor = rate_factor(self._share_ahead(), self.config.warmup)
        self.rate = self.config.peak_rate * factor
        set_rate(self.optimizers, factor)
        with autocast(self.precision, self.device):
            loss, n_targets = summed_loss(self.model, batch, self.device, self.own)
        (loss / n_targets).backward()
        norm = clip_grad_norm_(self.weights, self.config.gradient_clip).item()
        self.steps += 1
        self._check_finite(loss.item(), norm)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.gradient_norm = norm
        self.n_tokens += batch.n_tokens
        self.loss_sum += loss.item()
        self.loss_targets += n_targets

    def validate(self, rows: Sequence[Row]) -> None:
        """Measure the loss on held-out rows."""
        batches = sorted_batches(rows, self.config.batch_rows, self.pad)
        measured = mean_loss(self.model, batches, self.device, self.own, self.precision)
        self.validation_loss = measured.loss
        self.validated_at = self.steps

    def take_log(self) -> dict[str, Any]:
        """Return what happened since the last log, and start anew."""
        train_loss = self.loss_sum / self.loss_targets
        self._check_course(train_loss)
        self.loss_sum, self.loss_targets = 0.0, 0
        return {
            "share": self.share(),
            "step": self.steps,
            "seconds": self._seconds(),
            "n_tokens": self.n_tokens,
            "train_loss": train_loss,
            "validation_loss": self.validation_loss if self.validated_at == self.steps else None,
            "learning_rate": self.rate,
            "gradient_norm": self.gradient_norm,
        }

    def _seconds(self) -> float:
        return time.perf_counter() - self.started

    def _share_ahead(self) -> float:
        """Return the share at the end of a coming step, so that the first has a rate above 0."""
        if self.config.step_budget is not None:
            return (self.steps + 1) / self.config.step_budget
        return self.share()

    def _check_finite(self, loss: float, norm: float) -> None:
        if not (math.isfinite(loss) and math.isfinite(norm)):
            raise TrainingError(
                f"training broke at step {self.steps} at learning rate {self.rate:.3g}: loss "
                f"{loss:.4g}, gradient norm {norm:.4g}; lower learning_rate, or try precision fp32"
            )

    def _check_course(self, train_loss: float) -> None:
        """Stop a run whose loss is past any use: twice that of guessing tokens evenly."""
        worst = 2 * math.log(self.model.config.vocab_size)
        if train_loss > worst and self.share() > self.config.warmup:
            raise TrainingError(
                f"training diverged: at step {self.steps} at learning rate {self.rate:.3g} the "
                f"loss is {train_loss:.2f} nats per token, where guessing has {worst / 2:.2f}; "
                "lower learning_rate, or raise warmup"
            )

"""Turns batches into changed weights, over parts and devices; knows no budget and no clock."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_

from lab.errors import ConfigError
from lab.train.attention import use_plain_attention
from lab.train.batches import Batch, sorted_batches
from lab.train.config import TrainConfig
from lab.train.devices import Team
from lab.train.freezing import unfreeze
from lab.train.loss import Measured, mean_loss, summed_loss
from lab.train.optimizers import add_weights, make_optimizers, set_rate
from lab.train.precision import autocast, choose_precision, make_scaler
from lab.train.shards import reshard, spread, whole


class Learner:
    """A model with all that changes it: objective, optimisers, precision, devices."""

    def __init__(self, model: Any, config: TrainConfig, own: bool, team: Team):
        """Make a model ready to learn.

        Args:
            model: a causal PreTrainedModel in float32 on this process's device.
            config: the settings.
            own: as for `lab.train.loss.summed_loss`.
            team: the processes that train it together.
        """
        self.model, self.config, self.team = model, config, team
        self.own = own and not team.shards  # sharded weights come together in the model's forward
        self.device = next(model.parameters()).device
        self.precision = choose_precision(config.precision, self.device)
        self.scaler = make_scaler(self.precision, self.device)
        self.plain_attention = self.own and use_plain_attention(
            model, config.context, self.precision
        )
        if config.gradient_checkpointing:
            _checkpoint(model)
        self.optimizers = make_optimizers(
            model, config.peak_rate, config.weight_decay, config.uses_muon
        )
        self.objective: nn.Module = nn.Module()
        self.weights: list[nn.Parameter] = []
        self._spread()
        if config.compile:
            (model.base_model if self.own else model).compile()

    def step(self, batch: Batch, factor: float) -> tuple[Tensor, Tensor]:
        """Learn from a batch, of which this process works through its own parts.

        Args:
            batch: all rows of the step, the same in every process.
            factor: of the peak learning rate.

        Returns:
            The loss summed over this process's targets in nats, and the L2 norm of all gradients
            before clipping; on the device, so that nothing waits for them.
        """
        self.model.train()
        set_rate(self.optimizers, factor)
        parts = self._own_parts(batch)
        losses = []
        for part in parts[:-1]:
            with self.team.unsynced(self.objective):
                losses.append(self._backward(part, batch.n_targets))
        losses.append(self._backward(parts[-1], batch.n_targets))
        norm = self._update()
        return (losses[0] if len(losses) == 1 else torch.stack(losses).sum()), norm

    def unfreeze(self, step: int) -> None:
        """Take in what becomes trainable at a step, if anything does."""
        if unfreeze(self.model, self.config, step):
            add_weights(self.optimizers, self.model)
            self._spread()

    def measure(self, rows: Any, pad: int) -> Measured:
        """Measure the loss on held-out rows; every process does all of them, at the same time."""
        batches = sorted_batches(rows, self.config.batch_rows, pad)
        found = mean_loss(self.model, batches, self.device, self.own, self.precision)
        if self.team.shards:
            reshard(self.model)
        return found

    def state(self) -> dict[str, Any]:
        """Return all that a step changes, on the CPU; sharded weights as wholes.

        Returns:
            Weights by name, the optimisers' states, the scaler's, and the random state by rank.
        """
        return {
            "weights": self.current_weights(),
            "optimizers": [whole(optimizer.state_dict()) for optimizer in self.optimizers],
            "scaler": self.scaler.state_dict() if self.scaler else None,
            "random": self.team.gathered(self._random_state()),
        }

    def load(self, state: dict[str, Any], step: int) -> None:
        """Go back to a state.

        Args:
            state: as `state` returned it, of equal settings.
            step: optimiser steps done by then.
        """
        every = self.config.unfreeze_every
        for at in range(every, step, every) if every else ():
            self.unfreeze(at)
        self.load_weights(state["weights"])
        for optimizer, found in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(spread(found, optimizer))
        if self.scaler:
            self.scaler.load_state_dict(state["scaler"])
        if self.team.rank < len(state["random"]):
            mine = state["random"][self.team.rank]
            torch.set_rng_state(mine["cpu"])
            if self.device.type == "cuda" and mine["device"] is not None:
                torch.cuda.set_rng_state(mine["device"], self.device)

    def current_weights(self) -> dict[str, Tensor]:
        """Copy to the CPU what training may change: all weights, or the adapters alone."""
        adapters = self.config.weights in ("lora", "dora")
        return {
            name: whole(weight.detach()).clone()
            for name, weight in self.model.named_parameters()
            if weight.requires_grad or not adapters
        }

    @torch.no_grad()
    def load_weights(self, weights: dict[str, Tensor]) -> None:
        """Put copied weights back."""
        named = dict(self.model.named_parameters())
        for name, value in weights.items():
            named[name].copy_(spread(value, named[name]))

    def _own_parts(self, batch: Batch) -> list[Batch]:
        n_parts = self.config.accumulate * self.team.size
        if n_parts == 1:
            return [batch]
        return batch.parts(n_parts)[self.team.rank :: self.team.size]

    def _backward(self, part: Batch, n_targets: int) -> Tensor:
        """Add a part's gradients; DDP and FSDP average over processes, hence their number."""
        with autocast(self.precision, self.device):
            loss, _ = self.objective(part)
        scaled = loss * (self.team.size / n_targets) if self.team.size > 1 else loss / n_targets
        (self.scaler.scale(scaled) if self.scaler else scaled).backward()
        return loss.detach()

    def _update(self) -> Tensor:
        if self.scaler:
            for optimizer in self.optimizers:
                self.scaler.unscale_(optimizer)
        norm = clip_grad_norm_(self.weights, self.config.gradient_clip)
        for optimizer in self.optimizers:
            if self.scaler:
                self.scaler.step(optimizer)
            else:
                optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        if self.scaler:
            self.scaler.update()
        return whole(norm, to_cpu=False)

    def _spread(self) -> None:
        inner = _Objective(self.model, self.device, self.own, self.config.label_smoothing)
        self.objective = self.team.spread(self.model, inner, self.optimizers)
        self.weights = [weight for weight in self.model.parameters() if weight.requires_grad]

    def _random_state(self) -> dict[str, Tensor | None]:
        on_gpu = self.device.type == "cuda"
        return {
            "cpu": torch.get_rng_state(),
            "device": torch.cuda.get_rng_state(self.device) if on_gpu else None,
        }


class _Objective(nn.Module):
    """The summed loss as a module, which DDP can wrap."""

    def __init__(self, model: Any, device: torch.device, own: bool, smoothing: float):
        super().__init__()
        self.model, self.device, self.own, self.smoothing = model, device, own, smoothing

    def forward(self, batch: Batch) -> tuple[Tensor, int]:
        return summed_loss(self.model, batch, self.device, self.own, self.smoothing)


def _checkpoint(model: Any) -> None:
    if not getattr(model, "supports_gradient_checkpointing", False):
        raise ConfigError(
            f"gradient_checkpointing: a model of type {model.config.model_type!r} does not "
            "support it; leave it out, or accumulate smaller parts"
        )
    model.activation_checkpointing_enable({"use_reentrant": False})

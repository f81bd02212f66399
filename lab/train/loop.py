"""Turns rows and a model into a trained model, with reports and states on the way."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from lab.errors import CheckpointError
from lab.records import TrainingOutcome
from lab.train.arrays import Row
from lab.train.batches import Batch, training_batches
from lab.train.config import TrainConfig
from lab.train.course import at, check_course, check_finite
from lab.train.devices import Team
from lab.train.interrupts import Interrupted, Interrupts
from lab.train.learner import Learner
from lab.train.memory import memory_explained, peak_memory
from lab.train.packing import check_packing
from lab.train.schedule import Plateau, rate_factor
from lab.train.states import RunFolder
from lab.train.stopping import Diverged, Stopper

# Settings that change nothing of what is computed: a resumed run may have others.
FREE = ("threads", "device", "tensorboard", "cost_per_hour")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What a training loop came to."""

    steps: int
    """Optimiser steps done."""

    n_tokens: int
    """Tokens seen, padding not counted."""

    epochs: float
    """Passes over the training data."""

    seconds: float
    """Time that it took, over all stretches of a resumed run."""

    best_step: int
    """The step whose weights the model has at the end: that of the lowest validation loss, or the
    last one without validation rows."""

    validation_loss: float | None
    """Mean cross-entropy per target token of these weights, in nats; None without validation."""

    bits_per_byte: float | None
    """The same per UTF-8 byte of text, in bits; None without validation."""

    memory_bytes: int
    """Most memory in use: the GPU's where there is one, else the process's."""

    outcome: TrainingOutcome
    """Finished or stopped early."""


def fit(
    model: Any,
    rows: Sequence[Row],
    validation_rows: Sequence[Row],
    config: TrainConfig,
    pad: int,
    own: bool,
    report: Callable[..., None],
    *,
    team: Team | None = None,
    folder: RunFolder | None = None,
    keep: Callable[[Any, Fit], None] | None = None,
    rescue: Callable[[Any, Fit], None] = lambda model, best: None,
    on_start: Callable[[], None] = lambda: None,
    share_of_data: float = 1.0,
) -> Fit:
    """Train a model until its budget is used up or it gains nothing more.

    Args:
        model: a causal PreTrainedModel in float32 on the device to train on; changed in place.
        rows: what to learn.
        validation_rows: what to measure on, at most `config.validation_rows` of them.
        config: budget, rates and precision.
        pad: id of the padding token.
        own: whether logits are the output layer's of the hidden states and nothing else; see
            `lab.train.loss.summed_loss`.
        report: called with the fields of a TrainingStep and `share`, the part of the budget done.
        team: the processes that train together; by default this one alone.
        folder: where states are saved, and gone on from where there is one; None for nowhere.
        keep: called with the model, whenever a state is saved and at the end, if asked to keep any.
        rescue: called with the model and its best weights if the training breaks down after a
            validation.
        on_start: called before the first step, when nothing is wrong with model and settings.
        share_of_data: what part of the data set the rows are; epochs are told of all of it.

    Returns:
        What it came to; the model has the weights of the lowest validation loss.

    Raises:
        Diverged: loss or gradients are not finite, or the loss runs away.
        CheckpointError: a state cannot be written or read.
        Interrupted: a person or the system asked to stop; the state is saved.
        TrainingError: memory does not suffice.
    """
    if config.packing:
        check_packing(model)
    loop = _Loop(model, len(rows), config, pad, own, team or Team())
    loop.rows_per_epoch = len(rows) / share_of_data
    loop.resume(folder)
    on_start()
    batches = training_batches(
        rows, config.batch_rows, pad, config.seed, loop.steps, config.packing, config.context
    )
    held_out = validation_rows[: config.validation_rows]
    try:
        with memory_explained(config, loop.learner.device):
            _run(loop, batches, held_out, report, folder, keep)
    except Diverged:
        loop.rescue(rescue)
        raise
    return loop.finish(keep)


def _run(
    loop: _Loop,
    batches: Iterator[Batch],
    held_out: Sequence[Row],
    report: Callable[..., None],
    folder: RunFolder | None,
    keep: Callable[[Any, Fit], None] | None,
) -> None:
    config = loop.config
    save_every = config.save_every or config.validate_every
    with Interrupts() as interrupts:
        while not loop.is_over():
            loop.step(next(batches))
            validate = bool(held_out) and (
                loop.share() >= 1 or loop.steps % config.validate_every == 0
            )
            if validate:
                loop.validate(held_out)
            over = loop.is_over()
            if validate or over or loop.steps % config.log_every == 0:
                report(**loop.take_log())
            stop = not over and loop.asked_to_stop(interrupts.asked)
            if folder and not over and (stop or loop.steps % save_every == 0):
                loop.save(folder, keep)
            if stop:
                raise Interrupted(loop.steps)


class _Loop:
    """The state of one training loop."""

    def __init__(
        self,
        model: Any,
        n_rows: int,
        config: TrainConfig,
        pad: int,
        own: bool,
        team: Team,
    ):
        self.config, self.pad, self.team = config, pad, team
        self.learner = Learner(model, config, own, team)
        self.vocabulary = model.config.get_text_config().vocab_size
        self.n_rows = n_rows
        self.rows_per_epoch = float(n_rows)
        self.stopper = Stopper(config.patience, config.least_gain)
        self.plateau = Plateau(config.least_gain)
        self.steps = self.n_tokens = self.n_texts = 0
        self.loss_sum, self.loss_targets = 0.0, 0
        self.first_loss: float | None = None
        self.unread: list[tuple[int, float, int, Tensor, Tensor]] = []
        self.rate = self.gradient_norm = 0.0
        self.measured: dict[str, Any] = {"step": 0, "loss": None, "bits_per_byte": None}
        self.best: dict[str, Any] | None = None
        self.seconds_before = 0.0
        self.time_share = 0.0
        self.started = time.perf_counter()

    def share(self) -> float:
        """Return the part of the budget that is used up."""
        return min(self._share_after(self.steps, self.n_texts), 1.0)

    def is_over(self) -> bool:
        """Return whether the budget is used up, or nothing is gained any more."""
        return self.share() >= 1 or self.stopper.is_over

    def step(self, batch: Batch) -> None:
        """Learn from one batch; its loss and gradients are looked at later, in `_read`."""
        self.learner.unfreeze(self.steps)
        ahead = min(self._share_after(self.steps + 1, self.n_texts + batch.n_texts), 1.0)
        factor = rate_factor(ahead, self.config.warmup, self.config.schedule)
        factor *= self.plateau.factor
        self.rate = self.config.peak_rate * factor
        loss, norm = self.learner.step(batch, factor)
        self.steps += 1
        self.unread.append((self.steps, self.rate, batch.n_targets, loss, norm))
        self.n_tokens += batch.n_tokens
        self.n_texts += batch.n_texts
        if self.config.seconds:
            self.time_share = self.team.led(self._seconds() / self.config.seconds)

    def validate(self, rows: Sequence[Row]) -> None:
        """Measure the loss on held-out rows; note the weights if they are the best so far."""
        self._read()
        found = self.learner.measure(rows, self.pad)
        loss = found.loss
        if loss is None:
            return
        if not math.isfinite(loss):
            raise Diverged(
                f"training broke: {at(self.steps, self.rate)} the validation loss is {loss}"
            )
        bits = found.bits_per_byte
        self.measured = {"step": self.steps, "loss": loss, "bits_per_byte": bits}
        self.plateau.see(loss)
        if self.stopper.see(loss):
            weights = self.learner.current_weights()
            holds = self.team.leads or self.team.shards
            self.best = {**self.measured, "weights": weights if holds else {}}

    def take_log(self) -> dict[str, Any]:
        """Return what happened since the last log, and start anew."""
        self._read()
        train_loss = self.loss_sum / self.loss_targets
        if self.share() > self.config.warmup:
            course = (self.vocabulary, self.first_loss, self.config.parent)
            check_course(self.steps, self.rate, train_loss, *course)
        self.loss_sum, self.loss_targets = 0.0, 0
        fresh = self.measured["step"] == self.steps
        return {
            "share": 1.0 if self.is_over() else self.share(),
            "step": self.steps,
            "seconds": self._seconds(),
            "n_tokens": self.n_tokens,
            "train_loss": train_loss,
            "validation_loss": self.measured["loss"] if fresh else None,
            "bits_per_byte": self.measured["bits_per_byte"] if fresh else None,
            "learning_rate": self.rate,
            "gradient_norm": self.gradient_norm if math.isfinite(self.gradient_norm) else None,
            "epoch": self.n_texts / self.rows_per_epoch,
            "memory_bytes": peak_memory(self.learner.device),
        }

    def asked_to_stop(self, here: bool) -> bool:
        """Return whether to stop; several processes agree on it at each log only, which costs."""
        if self.team.size == 1:
            return here
        return self.steps % self.config.log_every == 0 and any(self.team.gathered(here))

    def save(self, folder: RunFolder, keep: Callable[[Any, Fit], None] | None) -> None:
        """Save the state, and keep the weights as a checkpoint where asked to."""
        self._read()
        state = self.learner.state()
        if self.config.keep and keep:
            self._keep(keep)
        if not self.team.leads:
            return
        best = self.best
        if best and best["step"] == self.steps:  # the weights are there already
            best = {**best, "weights": None}
        settings = _fixed(self.config)
        folder.save(
            {
                "settings": settings,
                "n_rows": self.n_rows,
                "loop": {name: getattr(self, name) for name in _COUNTS},
                "seconds": self._seconds(),
                "stopper": dataclasses.asdict(self.stopper),
                "plateau": dataclasses.asdict(self.plateau),
                "best": best,
                **state,
            }
        )

    def resume(self, folder: RunFolder | None) -> None:
        """Go back to where a folder's state was saved, if there is one."""
        state = folder.load() if folder else None
        if state is None:
            return
        self._check_same(state)
        for name, value in state["loop"].items():
            setattr(self, name, value)
        self.seconds_before = state["seconds"]
        self.stopper = Stopper(**state["stopper"])
        self.plateau = Plateau(**state["plateau"])
        self.learner.load(state, self.steps)
        self.best = state["best"]
        if self.best and self.best["weights"] is None:
            self.best = {**self.best, "weights": state["weights"]}

    def finish(self, keep: Callable[[Any, Fit], None] | None) -> Fit:
        """Give the model the best weights; return what the loop came to."""
        if self.config.keep and keep:
            self._keep(keep)
        if self.best and self.best["step"] != self.steps:
            self.learner.load_weights(self.best["weights"])
        self._restore_attention()
        return self._fit(self.best or self.measured | {"step": self.steps})

    def rescue(self, rescue: Callable[[Any, Fit], None]) -> None:
        """Hand over the best weights of a run that broke down, if any were of use."""
        if self.best is None or self.best["loss"] > 2 * math.log(self.vocabulary):
            return
        self.learner.load_weights(self.best["weights"])
        self._restore_attention()
        best = self._fit(self.best)
        rescue(self.learner.model, dataclasses.replace(best, outcome=TrainingOutcome.FAILED))

    def _restore_attention(self) -> None:
        if self.learner.plain_attention:
            self.learner.model.set_attn_implementation("sdpa")

    def _keep(self, keep: Callable[[Any, Fit], None]) -> None:
        fresh = self.measured["step"] == self.steps
        now = self.measured if fresh else {"step": self.steps, "loss": None, "bits_per_byte": None}
        keep(self.learner.model, self._fit(now))

    def _fit(self, measured: dict[str, Any]) -> Fit:
        early = self.stopper.is_over and self.share() < 1
        return Fit(
            steps=self.steps,
            n_tokens=self.n_tokens,
            epochs=self.n_texts / self.rows_per_epoch,
            seconds=self._seconds(),
            best_step=measured["step"],
            validation_loss=measured["loss"],
            bits_per_byte=measured["bits_per_byte"],
            memory_bytes=peak_memory(self.learner.device),
            outcome=TrainingOutcome.STOPPED_EARLY if early else TrainingOutcome.FINISHED,
        )

    def _seconds(self) -> float:
        return self.seconds_before + time.perf_counter() - self.started

    def _share_after(self, steps: int, n_texts: int) -> float:
        if self.config.step_budget is not None:
            return steps / self.config.step_budget
        if self.config.epochs is not None:
            return n_texts / math.ceil(self.config.epochs * self.n_rows)
        return self.time_share

    def _read(self) -> None:
        """Look at the losses and gradients of the steps since the last look, all at once."""
        if not self.unread:
            return
        losses = torch.stack([loss.float() for *_, loss, _ in self.unread])
        norms = torch.stack([norm.float() for *_, norm in self.unread])
        both = torch.stack((self.team.summed(losses), norms)).tolist()
        for (step, rate, n_targets, _, _), loss, norm in zip(self.unread, *both, strict=True):
            check_finite(step, rate, loss / n_targets, norm, self.learner.scaler)
            if step == 1:
                self.first_loss = loss / n_targets
            self.loss_sum += loss
            self.loss_targets += n_targets
            self.gradient_norm = norm
        self.unread.clear()

    def _check_same(self, state: dict[str, Any]) -> None:
        now, then = _fixed(self.config), state["settings"]
        other = [name for name in now if now[name] != then.get(name)]
        if other:
            raise CheckpointError(
                f"the state to go on from was made with {other[0]} {then.get(other[0])!r}, not "
                f"{now[other[0]]!r}; resume with the settings of the run"
            )
        if state["n_rows"] != self.n_rows:
            raise CheckpointError(
                f"the state to go on from was made on {state['n_rows']:,} training rows, and there "
                f"are {self.n_rows:,} now; the data must be the same"
            )


_COUNTS = (
    "steps",
    "n_tokens",
    "n_texts",
    "loss_sum",
    "loss_targets",
    "rate",
    "gradient_norm",
    "measured",
    "time_share",
)


def _fixed(config: TrainConfig) -> dict[str, Any]:
    """Return the settings that decide what is computed."""
    return {key: value for key, value in dataclasses.asdict(config).items() if key not in FREE}

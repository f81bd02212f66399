"""Turns the logged steps of a training run into the short note beside its progress bar."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lab.records import TrainingStep


def notes() -> Callable[[TrainingStep], str]:
    """Return what turns each step of one run, given in order, into a note.

    The last validation loss stays in the note until there is a newer one.
    """
    before: TrainingStep | None = None
    validation_loss: float | None = None

    def told(step: TrainingStep) -> str:
        nonlocal before, validation_loss
        if step.validation_loss is not None:
            validation_loss = step.validation_loss
        text = note(step, before, validation_loss)
        before = step
        return text

    return told


def note(
    step: TrainingStep, before: TrainingStep | None = None, validation_loss: float | None = None
) -> str:
    """Write what a person watching wants to know of a step.

    Args:
        step: the step.
        before: the step logged before it in the same stretch of the run, to tell the speed by;
            None counts from the run's start.
        validation_loss: the newest validation loss, in nats per token; None where there is none.

    Returns:
        Such as "step 40, epoch 0.3, loss 3.214, validation 3.401, 12,300 tokens/s".
    """
    parts = [f"step {step.step:,}"]
    if step.epoch is not None:
        parts.append(f"epoch {step.epoch:.2g}" if step.epoch < 10 else f"epoch {step.epoch:.0f}")
    if step.train_loss is not None:
        parts.append(f"loss {step.train_loss:.3f}")
    if validation_loss is not None:
        parts.append(f"validation {validation_loss:.3f}")
    seconds = step.seconds - (before.seconds if before else 0.0)
    tokens = step.n_tokens - (before.n_tokens if before else 0)
    if tokens > 0 and seconds > 0:
        parts.append(f"{tokens / seconds:,.0f} tokens/s")
    return ", ".join(parts)

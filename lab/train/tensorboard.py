"""Turns the logged steps of a training run into files that TensorBoard shows."""

from __future__ import annotations

import math
from collections.abc import Callable

from lab.errors import ConfigError
from lab.records import TrainingStep


def writer(folder: str, start: int = 0) -> Callable[[TrainingStep], None]:
    """Open a folder for TensorBoard.

    Args:
        folder: where the files go; made if it is not there. One folder per run keeps runs apart.
        start: the step that a resumed run goes on from; what was written of later steps is left
            out of what TensorBoard shows.

    Returns:
        What writes one step: losses, perplexity, bits per byte, learning rate, gradient norm,
        tokens per second, memory and epoch, as far as they were logged; on disk when it returns.

    Raises:
        ConfigError: tensorboard is not installed.
    """
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise ConfigError(
            f"tensorboard {folder!r} needs the package tensorboard; install it with "
            "`pip install 'review-lab[tensorboard]'`, or leave the flag out"
        ) from error
    files = SummaryWriter(folder, purge_step=start + 1 if start else None)
    before: TrainingStep | None = None

    def write(step: TrainingStep) -> None:
        nonlocal before
        for tag, value in _figures(step, before).items():
            if value is not None:
                files.add_scalar(tag, value, step.step)
        files.flush()
        before = step

    return write


def _figures(step: TrainingStep, before: TrainingStep | None) -> dict[str, float | None]:
    loss, memory = step.validation_loss, step.memory_bytes
    seconds = step.seconds - (before.seconds if before else 0.0)
    tokens = step.n_tokens - (before.n_tokens if before else 0)
    return {
        "loss/training": step.train_loss,
        "loss/validation": loss,
        "perplexity/validation": None if loss is None else math.exp(min(loss, 700.0)),
        "bits per byte/validation": step.bits_per_byte,
        "learning rate": step.learning_rate,
        "gradient norm": step.gradient_norm,
        "tokens per second": tokens / seconds if tokens > 0 and seconds > 0 else None,
        "memory in GiB": None if memory is None else memory / 2**30,
        "epoch": step.epoch,
    }

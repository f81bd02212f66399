"""Tells the most memory that training has used so far, and what to do where it ends."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from lab.errors import TrainingError
from lab.models.reasons import is_out_of_memory
from lab.train.config import TrainConfig


def peak_memory(device: torch.device) -> int:
    """Return the most memory in use so far, in bytes.

    Args:
        device: where the model is.

    Returns:
        What torch held of the GPU; on a CPU, what the whole process held.
    """
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


@contextmanager
def memory_explained(config: TrainConfig, device: torch.device) -> Iterator[None]:
    """Say which settings take less memory, where it ends inside the block.

    Args:
        config: the settings.
        device: where the model is.

    Raises:
        TrainingError: memory ended.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        parts = f"a larger accumulate than {config.accumulate} (as many rows, in smaller parts)"
        ways = [parts] if config.accumulate < config.batch_rows else []
        ways += [] if config.gradient_checkpointing else ["gradient_checkpointing"]
        ways += ["packing off"] if config.packing else []
        ways += ["smaller batch_rows"] if config.batch_rows > 1 else []
        raise TrainingError(
            f"not enough memory on {device} for steps of {config.batch_rows:,} rows of up to "
            f"{config.context:,} tokens; train anew with {', '.join(ways)} or a smaller "
            "context"
        ) from error

"""Tells the most memory that training has used so far."""

from __future__ import annotations

import resource
import sys

import torch


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

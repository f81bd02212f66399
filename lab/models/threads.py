"""Lends torch a number of processor threads for a while."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


def available_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def threads(n_threads: int) -> Iterator[None]:
    """Set torch's threads inside the block and put the number back after it.

    Args:
        n_threads: threads; 0 leaves what torch has (OMP_NUM_THREADS, else the cores).
    """
    import torch

    before = torch.get_num_threads()
    if n_threads:
        torch.set_num_threads(n_threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)

"""Turns an error of a library into one line that a user can be shown; knows when memory ended."""

from __future__ import annotations


def one_line(error: Exception) -> str:
    """Return what an error says in one line; the line after one that ends with a colon too."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    if type(error).__name__ == "SafetensorError":
        return f"its weights are cut off or damaged ({lines[0]})"
    return " ".join(lines[:2]) if lines[0].endswith(":") else lines[0]


def is_out_of_memory(error: BaseException) -> bool:
    """Say whether an error means that memory ended: of a GPU, of numpy, or of torch on the CPU."""
    import torch

    said = str(error).lower()
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError)
        and ("not enough memory" in said or "can't allocate memory" in said)
    )

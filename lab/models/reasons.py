"""Turns an error of a library into one line that a user can be shown."""

from __future__ import annotations


def one_line(error: Exception) -> str:
    """Return what an error says in one line; the line after one that ends with a colon too."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    if type(error).__name__ == "SafetensorError":
        return f"its weights are cut off or damaged ({lines[0]})"
    return " ".join(lines[:2]) if lines[0].endswith(":") else lines[0]

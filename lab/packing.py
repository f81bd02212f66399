"""Turns a row of numbers into a short text and back: base64 of its little-endian bytes."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Literal

import numpy as np

Kind = Literal["uint32", "float16"]

_DTYPES: dict[Kind, str] = {"uint32": "<u4", "float16": "<f2"}


def pack(numbers: Sequence[float], kind: Kind) -> str:
    """Write numbers as a text.

    Args:
        numbers: what to write; float16 keeps three digits.
        kind: how each is stored.
    """
    return base64.b64encode(np.asarray(numbers, dtype=_DTYPES[kind]).tobytes()).decode("ascii")


def unpack(text: str, kind: Kind) -> np.ndarray:
    """Read what `pack` wrote.

    Raises:
        ValueError: the text is not base64 of such numbers.
    """
    return np.frombuffer(base64.b64decode(text, validate=True), dtype=_DTYPES[kind])

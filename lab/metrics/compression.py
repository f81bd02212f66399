"""A text into how far a compressor can shorten it."""

from __future__ import annotations

import zlib

from lab.metrics.aids import Aids
from lab.metrics.types import Metric, ScoreInput, Value


def compression_ratio(text: str) -> Value:
    """Divide the bytes of a text by those of its compressed form.

    Args:
        text: any text.

    Returns:
        The ratio; no value for an empty text.
    """
    plain = text.encode("utf-8", "replace")
    if not plain:
        return Value(None, "the text is empty")
    return Value(len(plain) / len(zlib.compress(plain, 9)))


def compute(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """Compression ratio: bytes of the text's UTF-8 divided by its bytes after zlib at level 9.

    Range above 0 to infinity, lower is less redundant. A loop goes towards 1,000; a story of 300
    words has about 1.8. Rises with length, and falls below 1 for a few words: compare texts of
    like length in one script. No value for an empty text. Shaib et al. 2024, Standardizing the
    Measurement of Text Diversity.
    """
    return [compression_ratio(given.generation.text) for given in inputs]


COMPRESSION_RATIO = Metric(
    name="compression_ratio",
    definition=f"zlib-9|zlib:{zlib.ZLIB_RUNTIME_VERSION}",
    better="lower",
    range=(0.0, float("inf")),
    compute=compute,
)

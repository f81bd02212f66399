"""A text into how near its meaning is to that of the nearest training text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lab.metrics.aids import Aids, Encoder
from lab.metrics.training import TrainingIndex
from lab.metrics.types import Metric, ScoreInput, Value

_AT_ONCE = 2**24
"""Cosines held at once (64 MB)."""

Vectors = npt.NDArray[np.float32]


def nearest_cosines(texts: Vectors, known: Vectors) -> Vectors:
    """Compute each text's cosine with the nearest of the training texts.

    Args:
        texts: vectors of length 1, shape (texts, width).
        known: those of the training texts, shape (training texts, width).

    Returns:
        Shape (texts,); not finite where the text's own vector is not, or where no training text
        has a finite one.
    """
    best = np.full(len(texts), -np.inf, dtype=np.float32)
    size = max(1, _AT_ONCE // max(1, len(texts)))
    for first in range(0, len(known), size):
        cosines = texts @ known[first : first + size].T
        best = np.maximum(best, np.fmax.reduce(cosines, axis=1, initial=-np.inf))
    return np.where(np.isfinite(texts).all(axis=1), best, np.nan)


def _known(index: TrainingIndex, encoder: Encoder) -> Vectors:
    """Encode the training texts, once per encoder."""
    key = f"{encoder.name}|{encoder.precision}"
    if key not in index.vectors:
        written = [text for text in dict.fromkeys(index.texts) if text.strip()]
        found = encoder.sentences(written) if written else np.zeros((0, 1))
        vectors = np.asarray(found, dtype=np.float32)
        index.vectors[key] = vectors[np.isfinite(vectors).all(axis=1)]
    return index.vectors[key]


def nearest_training(texts: Sequence[str], index: TrainingIndex, encoder: Encoder) -> list[Value]:
    """Find how near each text is to the nearest training text.

    Args:
        texts: what was written.
        index: the training texts.
        encoder: what turns a text into a vector.

    Returns:
        One cosine in [−1, 1] per text; no value for a blank text, or where vectors are not finite.
    """
    written = [text for text in dict.fromkeys(texts) if text.strip()]
    if not written:
        return [Value(None, "the text is empty") for _ in texts]
    vectors = np.asarray(encoder.sentences(written), dtype=np.float32)
    cosines = dict(zip(written, nearest_cosines(vectors, _known(index, encoder)), strict=True))
    return [_value(cosines.get(text)) for text in texts]


def _value(cosine: np.float32 | None) -> Value:
    if cosine is None:
        return Value(None, "the text is empty")
    if not np.isfinite(cosine):
        return Value(None, "the encoder's numbers are not finite, or all training texts are empty")
    return Value(min(1.0, max(-1.0, float(cosine))))


def compute(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """Nearest training text: cosine of the text's vector with that of the nearest training text.

    Range −1 to 1, lower is newer. 1: a training text says the same to the encoder, though perhaps
    in other words; so it finds near-copies that `longest_copy` misses. Texts of one kind are all
    near one another: compare with people's own texts, not with 0. Over the same training texts as
    longest_copy, under the encoder that the version names. No value for an empty text. After
    Abbas et al. 2023, SemDeDup: Data-efficient learning at web-scale through semantic
    deduplication.
    """
    if aids.encoder is None or aids.training is None:
        raise ValueError("nearest_training needs an encoder and a training set")
    texts = [given.generation.text for given in inputs]
    return nearest_training(texts, aids.training, aids.encoder)


NEAREST_TRAINING = Metric(
    name="nearest_training",
    definition="cosine-1|windows-1",
    better="lower",
    range=(-1.0, 1.0),
    needs=frozenset({"encoder", "training"}),
    compute=compute,
)

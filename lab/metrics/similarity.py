"""A text and its references into how near their meanings are, by an encoder's vectors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lab.metrics.aids import Aids, Encoder
from lab.metrics.references import against_references
from lab.metrics.types import Metric, ScoreInput, Value


def similarity(
    texts: Sequence[str], references: Sequence[Sequence[str]], encoder: Encoder
) -> list[float | None]:
    """Compute the cosine of each text's vector with its references', of which the nearest counts.

    Args:
        texts: what was written.
        references: one or more per text.
        encoder: what turns a text into a vector.

    Returns:
        One value in [−1, 1] per text; None where the text is blank or the vectors not finite.
    """
    different = list(dict.fromkeys([*texts, *(one for each in references for one in each)]))
    rows = dict(zip(different, np.asarray(encoder.sentences(different), np.float64), strict=True))
    found: list[float | None] = []
    for text, each in zip(texts, references, strict=True):
        cosine = max(float(rows[text] @ rows[one]) for one in each)
        usable = bool(text.strip()) and np.isfinite(cosine)
        found.append(min(1.0, max(-1.0, cosine)) if usable else None)
    return found


def compute(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """Similarity to the reference: cosine of the vectors of text and reference.

    Range −1 to 1, higher is nearer to the reference. 1: the same meaning to the encoder, which the
    version names; values compare only under one. No value without a reference, or for a blank
    text. Reimers and Gurevych 2019, Sentence-BERT.
    """
    encoder = aids.encoder
    if encoder is None:
        raise ValueError("reference_similarity needs an encoder: none was given")
    return against_references(
        inputs,
        lambda texts, references: similarity(texts, references, encoder),
        "the text is blank, or the encoder's numbers are not finite",
    )


REFERENCE_SIMILARITY = Metric(
    name="reference_similarity",
    definition="cosine-1|windows-1",
    better="higher",
    range=(-1.0, 1.0),
    needs=frozenset({"reference", "encoder"}),
    compute=compute,
)

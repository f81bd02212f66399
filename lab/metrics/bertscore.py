"""Texts with references into how well tokens match one another by an encoder's vectors."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lab.metrics.aids import Aids, Encoder
from lab.metrics.references import against_references
from lab.metrics.types import Metric, ScoreInput, Value

Vectors = npt.NDArray[np.floating]

_AT_ONCE = 128  # texts whose tokens' vectors are held in memory together


def greedy_f(
    text: Vectors,
    reference: Vectors,
    text_weights: np.ndarray | None = None,
    reference_weights: np.ndarray | None = None,
) -> float | None:
    """Match each token with the nearest one of the other side; F-measure of both ways.

    Args:
        text: vectors of the text's tokens, each of length 1: (tokens, width).
        reference: those of the reference's tokens.
        text_weights: weight of each token of the text; all alike without.
        reference_weights: weight of each token of the reference.

    Returns:
        The F-measure, in [−1, 1]; None where a side has no token of any weight, or the vectors are
        not finite.
    """
    if not len(text) or not len(reference):
        return None
    cosines = text @ reference.T
    if not np.isfinite(cosines).all():
        return None
    precision = _mean(cosines.max(axis=1), text_weights)
    recall = _mean(cosines.max(axis=0), reference_weights)
    if precision is None or recall is None:
        return None
    total = precision + recall
    if precision <= 0 or recall <= 0:  # a harmonic mean is of positive numbers
        return min(precision, recall)
    return min(1.0, 2 * precision * recall / total)


def _mean(values: np.ndarray, weights: np.ndarray | None) -> float | None:
    if weights is None:
        return float(values.mean(dtype=np.float64))
    whole = float(weights.sum())
    return float(values @ weights) / whole if whole > 0 else None


def bertscore(
    texts: Sequence[str],
    references: Sequence[Sequence[str]],
    encoder: Encoder,
    idf: bool = False,
) -> list[float | None]:
    """Compute BERTScore's F of each text against its references, of which the nearest counts.

    Args:
        texts: what was written.
        references: one or more per text.
        encoder: what gives each token its vector; its last layer is used.
        idf: whether a token weighs the more the fewer of these references have it.

    Returns:
        One value in [−1, 1] per text; None where it cannot be computed, see `greedy_f`.
    """
    weights = _idf(references, encoder) if idf else None
    found: list[float | None] = []
    for first in range(0, len(texts), _AT_ONCE):
        some, others = texts[first : first + _AT_ONCE], references[first : first + _AT_ONCE]
        different = list(dict.fromkeys([*some, *(one for each in others for one in each)]))
        vectors = dict(zip(different, encoder.tokens(different), strict=True))
        heavy: dict[str, np.ndarray | None] = dict.fromkeys(different)
        if weights is not None:
            for text, ids in zip(different, encoder.token_ids(different), strict=True):
                heavy[text] = np.array([weights[one] for one in ids])
        for text, each in zip(some, others, strict=True):
            values = [
                greedy_f(vectors[text], vectors[one], heavy[text], heavy[one]) for one in each
            ]
            found.append(max((v for v in values if v is not None), default=None))
    return found


def _idf(references: Sequence[Sequence[str]], encoder: Encoder) -> dict[int, float]:
    """Weigh tokens by log((N + 1) / (n + 1)): N different references, n of them with the token."""
    different = list(dict.fromkeys(one for each in references for one in each))
    having = Counter(token for ids in encoder.token_ids(different) for token in set(ids))
    most = math.log(len(different) + 1)
    weights: dict[int, float] = defaultdict(lambda: most)
    weights.update({token: most - math.log(n + 1) for token, n in having.items()})
    return weights


def _values(inputs: list[ScoreInput], aids: Aids, idf: bool) -> list[Value]:
    encoder = aids.encoder
    if encoder is None:
        raise ValueError("BERTScore needs an encoder: none was given")
    return against_references(
        inputs,
        lambda texts, references: bertscore(texts, references, encoder, idf),
        "text or reference has no token that weighs anything, or the encoder's numbers are not "
        "finite",
    )


def compute(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """BERTScore under an encoder: F-measure of tokens matched with the nearest of the reference.

    Range −1 to 1, higher is nearer to the reference. 1: the same tokens in the same context. The
    values crowd in the upper part, differently for each encoder, so that they compare only under
    one; there is no rescaling, and the last layer is used where the paper picks one per model. No
    value without a reference, or where text or reference has no token. Zhang et al. 2020,
    BERTScore: Evaluating Text Generation with BERT.
    """
    return _values(inputs, aids, idf=False)


def compute_idf(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """BERTScore under an encoder, tokens weighted by how few references have them.

    Range −1 to 1, higher is nearer to the reference. Weights are log((N + 1) / (n + 1)) over the N
    references of a checkpoint's texts on one data set, n of which have the token: a token of every
    reference counts nothing. With one reference there is no weight and no value. Otherwise as
    BERTScore. Zhang et al. 2020.
    """
    return _values(inputs, aids, idf=True)


BERTSCORE = Metric(
    name="bertscore",
    definition="greedy-f1|last-layer|windows-1",
    better="higher",
    range=(-1.0, 1.0),
    needs=frozenset({"reference", "encoder"}),
    compute=compute,
)
BERTSCORE_IDF = Metric(
    name="bertscore_idf",
    definition="greedy-f1|idf|last-layer|windows-1",
    better="higher",
    range=(-1.0, 1.0),
    needs=frozenset({"reference", "encoder"}),
    together=True,
    compute=compute_idf,
)

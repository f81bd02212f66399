"""A text's tokens, as vectors, against those of the source sentences nearest to each sentence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lab.checks.aids import Aids, TokenEncoder
from lab.checks.support import Sentence, Source, nearest, read_source, support
from lab.checks.types import CheckOutcome, Finding, failed, not_applicable, outcome
from lab.records import Generation, Prompt, SpanType

CHECKER = "align"
VERSION = "1"

MAX_CODE_POINTS = 50_000
"""A longer text or source is read up to here: each sentence goes through the model."""
_NEAREST = 3
_LOW = 0.5
"""A sentence whose tokens are on average less alike than this (cosine) is marked."""


def check_align(generation: Generation, prompt: Prompt, aids: Aids) -> CheckOutcome:
    """Align each token of a text with the most similar one in the nearest source sentences.

    The recall half of BERTScore (Zhang et al. 2020), sentence by sentence, against the three
    source sentences that have most of the sentence's words and the first three where none has.

    Args:
        generation: the generation.
        prompt: its prompt.
        aids: with an encoder.

    Returns:
        A score in [0, 1], 1 minus the mean cosine over the text's tokens, and a span for each
        sentence that is little alike. Not applicable without a source or an encoder; an error where
        the encoder gives no numbers.
    """
    version = VERSION if aids.encoder is None else f"{VERSION}|{aids.encoder.name}"
    if prompt.source is None or not prompt.source.strip():
        reason = "the prompt has no source to check against"
        return not_applicable(generation, CHECKER, version, reason)
    if aids.encoder is None:
        return not_applicable(generation, CHECKER, version, "no encoder is given")
    text, given = generation.text[:MAX_CODE_POINTS], prompt.source[:MAX_CODE_POINTS]
    source = read_source(given)
    sentences = support(text, source, aids.rarity).sentences
    if not sentences:
        return outcome(generation, CHECKER, version, 0.0, [])
    if not source.sentences:
        reason = "the source has no words to check against"
        return not_applicable(generation, CHECKER, version, reason)
    alike = _alike(text, given, sentences, source, aids.encoder)
    every = np.concatenate(alike)
    if not np.isfinite(every).all():
        reason = f"{aids.encoder.name} gives vectors that are not numbers"
        return failed(generation, CHECKER, version, reason)
    score = float(np.clip(1.0 - every.mean(), 0.0, 1.0)) if len(every) else 0.0
    findings = [
        _finding(one, float(found.mean()), source)
        for one, found in zip(sentences, alike, strict=True)
        if len(found) and found.mean() < _LOW
    ]
    return outcome(generation, CHECKER, version, score, findings)


def _alike(
    text: str, given: str, sentences: Sequence[Sentence], source: Source, encoder: TokenEncoder
) -> list[np.ndarray]:
    """Return the best cosine of each token of each sentence: arrays of shape (tokens,)."""
    near = [nearest(one.units, source, _NEAREST) for one in sentences]
    needed = sorted({n for numbers in near for n in numbers})
    said = [text[one.units[0].start : one.units[-1].end] for one in sentences]
    others = [given[slice(*source.range_of(n))] for n in needed]
    vectors = [_unit(one) for one in encoder.tokens([*said, *others])]
    known = dict(zip(needed, vectors[len(said) :], strict=True))
    return [
        (own @ np.concatenate([known[n] for n in numbers]).T).max(axis=1)
        for own, numbers in zip(vectors[: len(said)], near, strict=True)
    ]


def _unit(vectors: np.ndarray) -> np.ndarray:
    rows = np.asarray(vectors, dtype=float)
    scaled: np.ndarray = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return scaled


def _finding(sentence: Sentence, alike: float, source: Source) -> Finding:
    place = None if sentence.best is None else source.range_of(sentence.best)
    return Finding(
        start=sentence.units[0].start,
        end=sentence.units[-1].end,
        type=SpanType.LOW_SUPPORT,
        score=float(np.clip(1.0 - alike, 0.0, 1.0)),
        evidence=f"its tokens are on average {alike:.2f} alike to those of the source (cosine)",
        evidence_start=place[0] if place else None,
        evidence_end=place[1] if place else None,
    )

"""A prompt and a text into how near their meanings are, by an encoder's vectors."""

from __future__ import annotations

import math

import numpy as np

from lab.metrics.aids import Aids
from lab.metrics.types import Metric, ScoreInput, Value


def _missing(given: ScoreInput) -> str | None:
    if not given.prompt.text.strip():
        return "the prompt is empty"
    return None if given.generation.text.strip() else "the text is empty"


def compute(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """Prompt similarity: cosine of the prompt's and the text's vectors.

    Range −1 to 1, higher is nearer to the prompt. 1: the same meaning to the encoder, which the
    version names and which may read only the beginning of a long text. No value where prompt or
    text is empty. Reimers and Gurevych 2019, Sentence-BERT.
    """
    if aids.encoder is None:
        raise ValueError("prompt_similarity needs an encoder: none was given")
    reasons = [_missing(given) for given in inputs]
    usable = [given for given, reason in zip(inputs, reasons, strict=True) if reason is None]
    if not usable:
        return [Value(None, reason) for reason in reasons]
    prompts = list(dict.fromkeys(given.prompt.text for given in usable))
    vectors = np.asarray(
        aids.encoder.sentences([*prompts, *(given.generation.text for given in usable)])
    )
    place = {prompt: number for number, prompt in enumerate(prompts)}
    asked = vectors[[place[given.prompt.text] for given in usable]].astype(np.float64)
    cosines = iter((asked * vectors[len(prompts) :]).sum(axis=1))
    return [
        _value(float(next(cosines))) if reason is None else Value(None, reason)
        for reason in reasons
    ]


def _value(cosine: float) -> Value:
    if not math.isfinite(cosine):
        return Value(None, "the encoder's numbers are not finite")
    return Value(min(1.0, max(-1.0, cosine)))


PROMPT_SIMILARITY = Metric(
    name="prompt_similarity",
    definition="cosine-1",
    better="higher",
    range=(-1.0, 1.0),
    needs=frozenset({"encoder"}),
    compute=compute,
)

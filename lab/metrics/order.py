"""A text into how much likelier its own order of sentences is than a shuffled one."""

from __future__ import annotations

import math
import random
from dataclasses import replace

from lab.metrics.aids import Aids
from lab.metrics.judge import Judge, Likelihood
from lab.metrics.likelihood import likelihoods
from lab.metrics.types import Metric, ScoreInput, Value
from lab.sentences import SPLITTER, split_sentences

N_SHUFFLES = 5
"""Shuffled orders that the own one is compared with."""

MOST_SENTENCES = 30
"""Sentences that are read and shuffled."""


def orders(sentences: list[str]) -> list[str]:
    """Join sentences in their own order and in shuffled ones.

    Args:
        sentences: at least two sentences.

    Returns:
        Six texts, the own order first; the others are drawn with a seed from the text itself, and
        none of them is the own order.
    """
    draw = random.Random(" ".join(sentences))
    texts = [" ".join(sentences)]
    while len(texts) <= N_SHUFFLES:
        shuffled = " ".join(draw.sample(sentences, len(sentences)))
        if shuffled != texts[0]:
            texts.append(shuffled)
    return texts


def _gain(found: list[Likelihood | str]) -> Value:
    bits: list[float] = []
    for one in found:
        if isinstance(one, str):
            return Value(None, one)
        bits.append(one.nats / math.log(2) / one.n_bytes)
    gain = sum(bits[1:]) / N_SHUFFLES - bits[0]
    if not math.isfinite(gain):
        return Value(None, "the judge's likelihood is not a finite number")
    return Value(gain)


def _variants(given: ScoreInput, sentences: list[str]) -> list[ScoreInput]:
    own = given.generation
    return [
        replace(given, generation=replace(own, id=f"{own.id}/order-{number}", text=text))
        for number, text in enumerate(orders(sentences))
    ]


def order_gain(inputs: list[ScoreInput], judge: Judge) -> list[Value]:
    """Compare each text's own order of sentences with shuffled ones under a judge.

    Args:
        inputs: the texts with their prompts.
        judge: the model that says how likely a text is.

    Returns:
        The gain in bits per byte per text, in order, or a reason for none.
    """
    cut = [split_sentences(given.generation.text)[:MOST_SENTENCES] for given in inputs]
    usable = [len(set(sentences)) > 1 for sentences in cut]
    variants = [
        variant
        for given, sentences, use in zip(inputs, cut, usable, strict=True)
        if use
        for variant in _variants(given, sentences)
    ]
    found = iter(likelihoods(variants, judge))
    reason = "the text has no two different sentences whose order could be changed"
    values = [
        _gain([next(found) for _ in range(N_SHUFFLES + 1)]) if use else Value(None, reason)
        for use in usable
    ]
    for variant in variants:
        judge.memory.pop(variant.generation.id, None)
    return values


def compute(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """Order gain: how many bits per byte likelier the text is than with its sentences shuffled.

    Range minus infinity to infinity, higher is a clearer order. 0: the judge does not care for
    the order; below 0: it likes the shuffled ones better. Mean over five shuffles, seeded by the
    text, of its first 30 sentences, given the prompt in the judge's template. No value without a
    judge or for a text of fewer than two different sentences. After the shuffle test of Barzilay
    and Lapata 2008, Modeling Local Coherence; under a language model, Laban et al. 2021, Can
    Transformer Models Measure Coherence In Text: Re-Thinking the Shuffle Test.
    """
    if aids.judge is None:
        raise ValueError("order_gain needs a judge: none was given")
    return order_gain(inputs, aids.judge)


ORDER_GAIN = Metric(
    name="order_gain",
    definition=f"5-shuffles-1|{SPLITTER}",
    library="transformers",
    better="higher",
    range=(-math.inf, math.inf),
    needs=frozenset({"judge"}),
    compute=compute,
)

"""The samples of a prompt into how many different things they say: semantic entropy."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from lab.checks.aids import Aids, Entailment
from lab.checks.selfcheck import MAX_CODE_POINTS, MAX_SAMPLES, NO_SAMPLES
from lab.checks.support import Source, read_source, stem
from lab.checks.types import CheckOutcome, not_applicable, outcome
from lab.records import Generation, Prompt
from lab.text import is_content

CHECKER = "entropy"
VERSION = "1"
_ALIKE = 0.5
"""Least share of each text's content words that the other must have, to say the same."""

Follows = Callable[[int, int], bool]


def check_entropy(generation: Generation, prompt: Prompt, aids: Aids) -> CheckOutcome:
    """Measure how much the samples of a prompt and checkpoint differ in meaning.

    Texts that follow from one another are one meaning; the score is the entropy of the meanings
    divided by its largest value, ln n (Kuhn, Gal and Farquhar 2023, "Semantic uncertainty", with
    the clusters' sizes for their probabilities). It is the same for all samples of a prompt.

    Args:
        generation: the generation.
        prompt: its prompt, which is not looked at.
        aids: with the other samples, and a model of entailment where there is one; without, texts
            say the same that share most content words.

    Returns:
        A score in [0, 1] without spans. Not applicable without another sample.
    """
    version = VERSION if aids.entailment is None else f"{VERSION}|{aids.entailment.name}"
    samples = [one for one in aids.samples if one.id != generation.id][: MAX_SAMPLES - 1]
    if not samples:
        return not_applicable(generation, CHECKER, version, NO_SAMPLES)
    # In the order of their ids, so that each sample of a prompt finds the same clusters.
    texts = [one.text for one in sorted([generation, *samples], key=lambda one: one.id)]
    texts = [text[:MAX_CODE_POINTS] for text in texts]
    follows = _by_words(texts) if aids.entailment is None else _by_model(texts, aids.entailment)
    sizes = _cluster(len(texts), follows)
    shares = [size / len(texts) for size in sizes]
    entropy = -sum(share * math.log(share) for share in shares)
    score = max(0.0, min(1.0, entropy / math.log(len(texts))))
    return outcome(generation, CHECKER, version, score, [])


def _cluster(n: int, follows: Follows) -> list[int]:
    """Put each text to the first cluster whose first text it follows from, and the other way."""
    clusters: list[list[int]] = []
    for text in range(n):
        alike = (one for one in clusters if follows(one[0], text) and follows(text, one[0]))
        found = next(alike, None)
        if found is None:
            clusters.append([text])
        else:
            found.append(text)
    return [len(one) for one in clusters]


def _by_words(texts: Sequence[str]) -> Follows:
    words = [_content(read_source(text)) for text in texts]

    def follows(premise: int, text: int) -> bool:
        said = words[text]
        return len(said & words[premise]) >= _ALIKE * len(said) and (
            bool(said) == bool(words[premise])
        )

    return follows


def _content(read: Source) -> frozenset[str]:
    return frozenset(stem(unit.fold) for unit in read.units if is_content(unit.fold)) or read.stems


def _by_model(texts: Sequence[str], model: Entailment) -> Follows:
    def follows(premise: int, text: int) -> bool:
        return model.judge([(texts[premise], texts[text])])[0][0] >= 0.5

    return follows

"""Measures what each check costs: CPU milliseconds per sentence of the text that is checked."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.check_sets import Row, World, rarity_of, records_of
from lab.checks.aids import Aids, Entailment
from lab.checks.background import fit_background
from lab.checks.run import CHECKS
from lab.checks.support import read_source
from lab.metrics.encoder import TextEncoder
from lab.packing import pack
from lab.records import Generation, Prompt, TokenScores

if TYPE_CHECKING:
    from collections.abc import Iterator

N_TEXTS = 96
"""Of the set, so many texts are checked: all of the first few sources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a check took."""

    check: str
    """Its name, and on what."""

    milliseconds: float
    """Of CPU, per sentence."""

    n_sentences: int
    """Sentences that were checked."""


def costs(rows: Sequence[Row], world: World, encoder: TextEncoder | None) -> Iterator[Cost]:
    """Measure every check, those with a model only where there is one.

    Args:
        rows: texts with sources in prose, several of a source: the others are the samples.
        world: stories with fact cards.
        encoder: for `align`; and `nli` runs a classifier of its size with random weights.
    """
    chosen = sorted(rows, key=lambda row: row.source)[:N_TEXTS]
    aids = Aids(rarity=rarity_of(rows))
    yield _cost("source, prose", [(*records_of(row), aids) for row in chosen])
    known = Aids(background=fit_background(world.train))
    for name in ("source, fact cards", "world"):
        yield _cost(name, [(*one, known) for one in world.texts[:N_TEXTS]])
    for name in ("selfcheck", "entropy"):
        yield _cost(name, list(_with_samples(chosen, aids)))
    yield _cost("doubt", [(*pair, _with_tokens(pair[0])) for pair in map(records_of, chosen)])
    if encoder is not None:
        tested = Aids(rarity=aids.rarity, encoder=encoder)
        yield _cost("align", [(*records_of(row), tested) for row in chosen])
        judged = Aids(rarity=aids.rarity, entailment=_classifier(encoder))
        yield _cost("nli", [(*records_of(row), judged) for row in chosen[:32]])


def _cost(name: str, given: Sequence[tuple[Generation, Prompt, Aids]]) -> Cost:
    check = CHECKS[name.partition(",")[0]]
    began = time.process_time()
    for generation, prompt, aids in given:
        check.run(generation, prompt, aids)
    seconds = time.process_time() - began
    n_sentences = sum(len(read_source(generation.text).sentences) for generation, _, _ in given)
    return Cost(check=name, milliseconds=1000 * seconds / n_sentences, n_sentences=n_sentences)


def _with_samples(rows: Sequence[Row], aids: Aids) -> Iterator[tuple[Generation, Prompt, Aids]]:
    alike: defaultdict[str, list[tuple[Generation, Prompt]]] = defaultdict(list)
    for row in rows:
        alike[row.source].append(records_of(row))
    for pairs in alike.values():
        samples = [generation for generation, _ in pairs]
        for generation, prompt in pairs:
            yield generation, prompt, Aids(rarity=aids.rarity, samples=samples)


def _with_tokens(generation: Generation) -> Aids:
    """Take every word with the space before it for a token."""
    ends = [found.end() for found in re.finditer(r"\s*\S+\s*$|\s*\S+", generation.text)]
    logs = [-0.5 - 4.0 * (i % 9 == 0) for i in range(len(ends))]
    scores = TokenScores(
        generation_id=generation.id,
        ends=pack(ends, "uint32"),
        log_probabilities=pack(logs, "float16"),
        entropies=pack([1.0] * len(ends), "float16"),
    )
    return Aids(token_scores=scores)


def _classifier(encoder: TextEncoder) -> Entailment:
    """Put a classifier's head on the encoder's design; what it says is worth nothing."""
    from transformers import AutoModelForSequenceClassification

    from lab.checks.entailment import Classifier

    config = encoder.model.config.__class__.from_dict(encoder.model.config.to_dict())
    config.id2label = {0: "entailment", 1: "neutral", 2: "contradiction"}
    config.label2id = {label: n for n, label in config.id2label.items()}
    model = AutoModelForSequenceClassification.from_config(config)
    return Classifier("random", model, encoder.tokenizer)

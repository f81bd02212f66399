"""A set of texts into its corpus BLEU, corpus chrF++ and share of different n-grams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lab.metrics.aids import Aids
from lab.metrics.types import ScoreInput
from lab.metrics.whole import SetMetric, SetValue
from lab.text import folded_words

N_RESAMPLES = 1000
"""Bootstrap resamples of prompts behind an interval."""

SEED = 12345
"""Of the resamples; sacrebleu's own."""

FEWEST_PROMPTS = 20
"""Fewest prompts for an interval."""


def _corpus(inputs: Sequence[ScoreInput], metric: Any) -> SetValue:
    """Score the texts that have a reference, with an interval over other prompts."""
    pairs = [
        (given.prompt.id, given.generation.text, given.prompt.reference)
        for given in inputs
        if given.prompt.reference is not None and given.prompt.reference.strip()
    ]
    if not pairs:
        return SetValue(reason="no prompt of the set has a reference")
    prompts, texts, references = zip(*pairs, strict=True)
    value = metric.corpus_score(list(texts), [list(references)]).score
    _, place = np.unique(prompts, return_inverse=True)
    n = int(place.max()) + 1
    if n < FEWEST_PROMPTS:
        return SetValue(value=value)
    # sacrebleu's own bootstrap draws texts, which is too sure where a prompt has several.
    counts = np.array(metric._extract_corpus_statistics(texts, [references]))
    by_prompt = np.zeros((n, counts.shape[1]))
    np.add.at(by_prompt, place, counts)
    weights = np.random.default_rng(SEED).multinomial(n, np.full(n, 1 / n), N_RESAMPLES)
    drawn = [
        metric._compute_score_from_stats(row.astype(int).tolist()).score
        for row in weights @ by_prompt
    ]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return SetValue(value=value, low=float(low), high=float(high))


def compute_bleu(inputs: Sequence[ScoreInput], aids: Aids) -> SetValue:
    """Corpus BLEU: BLEU of all texts with a reference at once, by sacrebleu.

    Range 0 to 100, higher is nearer to the references. Counts are summed over texts before they
    are divided, so it is not the mean of the texts' own BLEU. Exponential smoothing, 13a tokens;
    the version is sacrebleu's signature. 95 % interval by 1,000 bootstrap resamples of prompts,
    from 20 prompts on. No value where no prompt has a reference. Papineni et al. 2002; Post 2018;
    Koehn 2004, Statistical Significance Tests for Machine Translation Evaluation.
    """
    from sacrebleu.metrics import BLEU

    return _corpus(inputs, BLEU(tokenize="13a"))


def compute_chrf(inputs: Sequence[ScoreInput], aids: Aids) -> SetValue:
    """Corpus chrF++: chrF++ of all texts with a reference at once, by sacrebleu.

    Range 0 to 100, higher is nearer to the references. Characters to 6-grams, words to 2-grams;
    the version is sacrebleu's signature. Otherwise as corpus_bleu. Popović 2017.
    """
    from sacrebleu.metrics import CHRF

    return _corpus(inputs, CHRF(word_order=2))


def _distinct(inputs: Sequence[ScoreInput], n: int) -> SetValue:
    every: set[tuple[str, ...]] = set()
    total = 0
    for given in inputs:
        tokens = folded_words(given.generation.text)
        grams = list(zip(*(tokens[start:] for start in range(n)), strict=False))
        total += len(grams)
        every.update(grams)
    if not total:
        return SetValue(reason=f"no text of the set has {n} {'word' if n == 1 else 'words'}")
    return SetValue(value=len(every) / total)


def compute_distinct_1(inputs: Sequence[ScoreInput], aids: Aids) -> SetValue:
    """Corpus distinct-1: different words divided by words, over all texts of the set.

    Range above 0 to 1, higher is more varied. Falls with the number of words, so compare only
    sets of as many texts and like length. No interval: a resample with doubled texts is less
    varied by construction. No value for a set without words. Li et al. 2016.
    """
    return _distinct(inputs, 1)


def compute_distinct_2(inputs: Sequence[ScoreInput], aids: Aids) -> SetValue:
    """Corpus distinct-2: different pairs of words divided by pairs, over all texts of the set.

    Range above 0 to 1, higher is more varied. Otherwise as corpus_distinct_1. Li et al. 2016.
    """
    return _distinct(inputs, 2)


CORPUS_BLEU = SetMetric(
    name="corpus_bleu",
    definition="nrefs:1|bs:1000|seed:12345|case:mixed|eff:no|tok:13a|smooth:exp",
    library="sacrebleu",
    better="higher",
    range=(0.0, 100.0),
    needs=frozenset({"reference"}),
    compute=compute_bleu,
)
CORPUS_CHRF = SetMetric(
    name="corpus_chrf",
    definition="nrefs:1|bs:1000|seed:12345|case:mixed|eff:yes|nc:6|nw:2|space:no",
    library="sacrebleu",
    better="higher",
    range=(0.0, 100.0),
    needs=frozenset({"reference"}),
    compute=compute_chrf,
)
CORPUS_DISTINCT_1 = SetMetric(
    name="corpus_distinct_1",
    definition="words-1",
    better="higher",
    range=(0.0, 1.0),
    compute=compute_distinct_1,
)
CORPUS_DISTINCT_2 = SetMetric(
    name="corpus_distinct_2",
    definition="words-1",
    better="higher",
    range=(0.0, 1.0),
    compute=compute_distinct_2,
)

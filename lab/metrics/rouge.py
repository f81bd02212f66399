"""A text and its reference into ROUGE-1, ROUGE-2 and ROUGE-L."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from lab.metrics.aids import Aids
from lab.metrics.paired import with_references
from lab.metrics.types import Metric, ScoreInput, Value


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    from rouge_score.tokenizers import DefaultTokenizer

    return DefaultTokenizer(use_stemmer=True)


@lru_cache(maxsize=65_536)
def _stem(token: str) -> tuple[str, ...]:
    return tuple(_tokenizer().tokenize(token))


def rouge_tokens(text: str) -> list[str]:
    """Cut a text into rouge_score's tokens, stemmed: runs of a–z and 0–9.

    Args:
        text: any text; other scripts leave no tokens.
    """
    from rouge_score.tokenize import NON_ALPHANUM_RE

    plain = NON_ALPHANUM_RE.sub(" ", text.lower())
    return [stem for token in plain.split() for stem in _stem(token)]


def _f_measure(matches: int, n_text: int, n_reference: int) -> float:
    return 2 * matches / (n_text + n_reference) if matches else 0.0


def rouge_n(text: Sequence[str], reference: Sequence[str], n: int) -> float:
    """F-measure of the n-grams in common (Lin 2004).

    Args:
        text: tokens of the text.
        reference: tokens of the reference.
        n: tokens per n-gram.
    """
    one, other = (
        Counter(zip(*(tokens[i:] for i in range(n)), strict=False)) for tokens in (text, reference)
    )
    return _f_measure((one & other).total(), one.total(), other.total())


def longest_common_subsequence(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the longest common subsequence, a whole row of the table at a time.

    Bit-parallel over Python's integers (Hyyrö 2004, Bit-parallel LCS-length computation
    revisited), since the usual table would take hours for two long texts.

    Args:
        one: tokens.
        other: tokens.
    """
    positions: dict[str, int] = {}
    for place, token in enumerate(one):
        positions[token] = positions.get(token, 0) | (1 << place)
    mask = (1 << len(one)) - 1
    row = mask
    for token in other:
        matches = row & positions.get(token, 0)
        row = ((row + matches) | (row - matches)) & mask
    return len(one) - row.bit_count()


MAX_TOKENS = 20_000
"""ROUGE-L reads this many first tokens of each side, so that a megabyte takes a second."""


def rouge_l(text: Sequence[str], reference: Sequence[str]) -> float:
    """F-measure of the longest common subsequence (Lin 2004), over the first MAX_TOKENS tokens.

    Args:
        text: tokens of the text.
        reference: tokens of the reference.
    """
    text, reference = text[:MAX_TOKENS], reference[:MAX_TOKENS]
    return _f_measure(longest_common_subsequence(text, reference), len(text), len(reference))


def compute_1(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """ROUGE-1: F-measure of the words in common with the reference.

    Range 0 to 1, higher is nearer to the reference. 1: the same words equally often; 0: none in
    common. Words are rouge_score's: lower-case runs of a–z and 0–9, Porter-stemmed. No value
    without a reference, or where the reference has no such word (another script).
    Lin 2004, ROUGE: A Package for Automatic Evaluation of Summaries.
    """
    return with_references(inputs, "rouge_1")


def compute_2(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """ROUGE-2: F-measure of the pairs of neighbouring words in common with the reference.

    Range 0 to 1, higher is nearer to the reference. 1: the same pairs; 0: none in common, also
    where text or reference has one word only. Otherwise as ROUGE-1. Lin 2004.
    """
    return with_references(inputs, "rouge_2")


def compute_l(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """ROUGE-L: F-measure of the longest common subsequence with the reference, as one sequence.

    Range 0 to 1, higher is nearer to the reference. 1: the same words in the same order; 0: none
    in common. Only the first 20,000 words of text and reference are read. Otherwise as ROUGE-1.
    Lin 2004.
    """
    return with_references(inputs, "rouge_l")


def _rouge(name: str, compute: Any) -> Metric:
    return Metric(
        name=name,
        definition="stemmed-f1",
        library="rouge-score",
        better="higher",
        range=(0.0, 1.0),
        needs=frozenset({"reference"}),
        compute=compute,
    )


ROUGE_1 = _rouge("rouge_1", compute_1)
ROUGE_2 = _rouge("rouge_2", compute_2)
ROUGE_L = _rouge("rouge_l", compute_l)

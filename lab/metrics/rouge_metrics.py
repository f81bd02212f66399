"""Texts and their references into ROUGE-1, ROUGE-2, ROUGE-L and ROUGE-Lsum."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

from lab.metrics.aids import Aids
from lab.metrics.references import against_references, best
from lab.metrics.rouge import f_of_counts, n_grams, rouge_l, rouge_tokens
from lab.metrics.rouge_lsum import rouge_lsum, sentence_tokens
from lab.metrics.types import Metric, ScoreInput, Value
from lab.sentences import SPLITTER

Kind = Literal["1", "2", "l", "lsum"]

_READ: dict[Kind, Callable[[str], Any]] = {
    "1": lambda text: n_grams(rouge_tokens(text), 1),
    "2": lambda text: (n_grams(tokens := rouge_tokens(text), 2), bool(tokens)),
    "l": rouge_tokens,
    "lsum": sentence_tokens,
}
_COMPARE: dict[Kind, Callable[[Any, Any], float | None]] = {
    "1": lambda text, reference: f_of_counts(text, reference) if reference else None,
    "2": lambda text, reference: f_of_counts(text[0], reference[0]) if reference[1] else None,
    "l": lambda text, reference: rouge_l(text, reference) if reference else None,
    "lsum": lambda text, reference: rouge_lsum(text, reference) if reference else None,
}


def rouge(
    texts: Sequence[str], references: Sequence[Sequence[str]], kind: Kind
) -> list[float | None]:
    """Compute ROUGE of each text against its references, of which the nearest counts.

    Args:
        texts: what was written.
        references: one or more per text.
        kind: "1", "2", "l" or "lsum".

    Returns:
        One value in [0, 1] per text; None where no reference has a word of a–z or 0–9.
    """
    return best(texts, references, _READ[kind], _COMPARE[kind])


def _values(inputs: list[ScoreInput], kind: Kind) -> list[Value]:
    return against_references(
        inputs,
        lambda texts, references: rouge(texts, references, kind),
        "the reference has no word of a–z or 0–9, which is all that ROUGE reads",
    )


def compute_1(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """ROUGE-1: F-measure of the words in common with the reference.

    Range 0 to 1, higher is nearer to the reference. 1: the same words equally often; 0: none in
    common. Words are rouge_score's: lower-case runs of a–z and 0–9, Porter-stemmed. No value
    without a reference, or where the reference has no such word (another script).
    Lin 2004, ROUGE: A Package for Automatic Evaluation of Summaries.
    """
    return _values(inputs, "1")


def compute_2(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """ROUGE-2: F-measure of the pairs of neighbouring words in common with the reference.

    Range 0 to 1, higher is nearer to the reference. 1: the same pairs; 0: none in common, also
    where text or reference has one word only. Otherwise as ROUGE-1. Lin 2004.
    """
    return _values(inputs, "2")


def compute_l(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """ROUGE-L: F-measure of the longest common subsequence with the reference, as one sequence.

    Range 0 to 1, higher is nearer to the reference. 1: the same words in the same order; 0: none
    in common. Only the first 20,000 words of text and reference are read. Otherwise as ROUGE-1.
    Lin 2004. Summaries are published with ROUGE-Lsum, which is another number.
    """
    return _values(inputs, "l")


def compute_lsum(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """ROUGE-Lsum: F-measure of the words that common subsequences of sentences unite.

    Range 0 to 1, higher is nearer to the reference. 1: every sentence of the reference stands in
    the text; 0: no word in common. Sentences are split by the lab's own rules, named in the
    version: another splitter gives other values. Only the first 20,000 words of text and
    reference are read. Otherwise as ROUGE-1. Lin 2004, section 3.2.
    """
    return _values(inputs, "lsum")


def _metric(kind: Kind, compute: Any, settings: str = "") -> Metric:
    return Metric(
        name=f"rouge_{kind}",
        definition=f"stemmed-f1{settings}",
        library="rouge-score",
        better="higher",
        range=(0.0, 1.0),
        needs=frozenset({"reference"}),
        compute=compute,
    )


ROUGE_1 = _metric("1", compute_1)
ROUGE_2 = _metric("2", compute_2)
ROUGE_L = _metric("l", compute_l)
ROUGE_LSUM = _metric("lsum", compute_lsum, f"|{SPLITTER}")

"""A text and its references into chrF++."""

from __future__ import annotations

from collections.abc import Sequence

from lab.metrics.aids import Aids
from lab.metrics.references import against_references
from lab.metrics.types import Metric, ScoreInput, Value


def sentence_chrf(texts: Sequence[str], references: Sequence[Sequence[str]]) -> list[float]:
    """Compute sacrebleu's chrF++: characters to 6-grams and words to 2-grams, recall twice.

    Args:
        texts: what was written.
        references: one or more per text, of which the nearest counts.

    Returns:
        One value in [0, 100] per text.
    """
    from sacrebleu.metrics import CHRF

    chrf = CHRF(word_order=2)
    return [
        chrf.sentence_score(text, list(others)).score
        for text, others in zip(texts, references, strict=True)
    ]


def compute(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """chrF++ of one text against its reference, by sacrebleu.

    Range 0 to 100, higher is nearer to the reference. 100: the same text; 0: no character in
    common. F-measure of n-grams of characters (to 6, without spaces) and of words (to 2), in
    which recall weighs twice as much as precision; orders that a text is too short for are left
    out. Reads any script, also without spaces. No value without a reference.
    Popović 2017, chrF++: words helping character n-grams.
    """
    return against_references(inputs, sentence_chrf)


CHRF = Metric(
    name="chrf",
    definition="nrefs:1|case:mixed|eff:yes|nc:6|nw:2|space:no",
    library="sacrebleu",
    better="higher",
    range=(0.0, 100.0),
    needs=frozenset({"reference"}),
    compute=compute,
)

"""A text and its references into sentence BLEU."""

from __future__ import annotations

from collections.abc import Sequence

from lab.metrics.aids import Aids
from lab.metrics.references import against_references
from lab.metrics.types import Metric, ScoreInput, Value


def sentence_bleu(texts: Sequence[str], references: Sequence[Sequence[str]]) -> list[float]:
    """Compute sacrebleu's sentence BLEU.

    Args:
        texts: what was written.
        references: one or more per text, in order.

    Returns:
        One value in [0, 100] per text.
    """
    from sacrebleu.metrics import BLEU as Sacrebleu

    bleu = Sacrebleu(effective_order=True, tokenize="13a")
    return [
        bleu.sentence_score(text, list(others)).score
        for text, others in zip(texts, references, strict=True)
    ]


def compute(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """BLEU of one text against its reference, by sacrebleu.

    Range 0 to 100, higher is nearer to the reference. 100: the same text; 0: no word in common.
    Sentence BLEU with effective order (n-grams longer than the text are left out), exponential
    smoothing and 13a tokens, which do not cut texts without spaces (Chinese, Japanese, Thai) into
    words. No value without a reference. A story has many good forms: low BLEU alone is no fault.
    Papineni et al. 2002; Post 2018, A Call for Clarity in Reporting BLEU Scores.
    """
    return against_references(inputs, sentence_bleu)


BLEU = Metric(
    name="bleu",
    definition="nrefs:1|case:mixed|eff:yes|tok:13a|smooth:exp",
    library="sacrebleu",
    better="higher",
    range=(0.0, 100.0),
    needs=frozenset({"reference"}),
    compute=compute,
)

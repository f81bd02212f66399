"""A text and its references into METEOR, with exact and stem matches and no thesaurus."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from lab.metrics.aids import Aids
from lab.metrics.references import against_references, best
from lab.metrics.rouge import stem
from lab.metrics.types import Metric, ScoreInput, Value
from lab.text import folded_words

ALPHA, BETA, GAMMA = 0.9, 3.0, 0.5
"""Weight of recall, and power and weight of the penalty for scattered matches."""

MAX_WORDS = 2_000
"""Only so many first words of each side are aligned, for the work grows with their product."""


def meteor_words(text: str) -> list[str]:
    """Cut a text into stemmed words; two words match if they are equal or have one stem."""
    return [
        stem(word) if word.isascii() and word.isalnum() else word
        for word in folded_words(text)[:MAX_WORDS]
    ]


def meteor(text: Sequence[str], reference: Sequence[str]) -> float:
    """Compute METEOR (Banerjee and Lavie 2005, in the form of Lavie and Agarwal 2007).

    Args:
        text: stemmed words of the text.
        reference: stemmed words of the reference.

    Returns:
        The weighted harmonic mean of precision and recall, less the penalty: in [0, 1).
    """
    matches = (Counter(text) & Counter(reference)).total()
    if not matches:
        return 0.0
    precision, recall = matches / len(text), matches / len(reference)
    mean = precision * recall / (ALPHA * precision + (1 - ALPHA) * recall)
    return mean * (1 - GAMMA * (chunks(text, reference) / matches) ** BETA)


def chunks(text: Sequence[str], reference: Sequence[str]) -> int:
    """Count the runs of words into which the matches fall, few and long.

    All matches that there can be are made, the longest run in both first. That is seldom more than
    the fewest runs possible, which would take exponential time to be sure of.

    Args:
        text: stemmed words of the text.
        reference: stemmed words of the reference.
    """
    waiting: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for run in _runs(text, reference):
        waiting[run[2]].append(run)
    taken_text, taken_reference = bytearray(len(text)), bytearray(len(reference))
    found = 0
    for length in range(max(waiting, default=0), 0, -1):
        for i, j, _ in waiting[length]:
            here, there = taken_text[i : i + length], taken_reference[j : j + length]
            if not any(here) and not any(there):
                taken_text[i : i + length] = taken_reference[j : j + length] = b"\1" * length
                found += 1
                continue
            for start, size in _free(here, there):
                waiting[size].append((i + start, j + start, size))
    return found


def _runs(text: Sequence[str], reference: Sequence[str]) -> list[tuple[int, int, int]]:
    """List the longest runs of equal words: place in the text, in the reference, length."""
    standing = defaultdict(list)
    for j, word in enumerate(reference):
        standing[word].append(j)
    found = []
    going: dict[int, int] = {}  # from a run's last place in the reference to its first in the text
    for i in range(len(text) + 1):
        same = standing.get(text[i], ()) if i < len(text) else ()
        longer = {j: going.pop(j - 1, i) for j in same}
        found += [(first, j + 1 - (i - first), i - first) for j, first in going.items()]
        going = longer
    return found


def _free(here: bytearray, there: bytearray) -> list[tuple[int, int]]:
    """List the stretches of a run that are taken in neither text: start and length."""
    found, start = [], 0
    for place, taken in enumerate([*map(int.__or__, here, there), 1]):
        if taken:
            if place > start:
                found.append((start, place - start))
            start = place + 1
    return found


def meteor_scores(texts: Sequence[str], references: Sequence[Sequence[str]]) -> list[float | None]:
    """Compute METEOR of each text against its references, of which the nearest counts.

    Args:
        texts: what was written.
        references: one or more per text.

    Returns:
        One value in [0, 1) per text; None where no reference has a word.
    """
    return best(
        texts,
        references,
        meteor_words,
        lambda text, reference: meteor(text, reference) if reference else None,
    )


def compute(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """METEOR with exact and stem matches: words in common with the reference, and their order.

    Range 0 to 1, higher is nearer to the reference. Near 1: the same words in one run; 0: none in
    common. Harmonic mean of precision and recall, recall weighing nine times, less a penalty of up
    to a half for matches scattered over many runs. Words by the rule of `lab.text`; they match if
    they are equal or have one Porter stem. There are no synonyms and no paraphrases, so values are
    below those of METEOR with WordNet. Only the first 2,000 words are read. No value without a
    reference, or where the reference has no word. Banerjee and Lavie 2005, METEOR: An Automatic
    Metric for MT Evaluation with Improved Correlation with Human Judgments; constants of Lavie and
    Agarwal 2007.
    """
    return against_references(inputs, meteor_scores, "the reference has no word")


METEOR = Metric(
    name="meteor",
    definition="exact-stem|alpha:0.9|beta:3|gamma:0.5|words-1",
    library="rouge-score",
    better="higher",
    range=(0.0, 1.0),
    needs=frozenset({"reference"}),
    compute=compute,
)

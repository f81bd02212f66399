"""A prompt and a text into the share of the demanded words and phrases that the text has."""

from __future__ import annotations

import re

from lab.metrics.aids import Aids
from lab.metrics.types import Metric, ScoreInput, Value
from lab.text import folded_words

_QUOTED = re.compile(
    r"“([^“”\n]{1,200})”|\"([^\"\n]{1,200})\"|«([^«»\n]{1,200})»|「([^「」\n]{1,200})」"
)
_LISTED = re.compile(
    r"\b(?:(?:words?|phrases?|keywords?|concepts?)\s*:|(?:use|using|include|including|contain|"
    r"containing|with)\s+(?:all\s+|each\s+)?(?:of\s+)?(?:the|these)\s+(?:following\s+)?"
    r"(?:words?|phrases?|keywords?)\s*:?)\s*([^.;:\n\"“«「]{1,400})",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*(?:,|、|/|\band\b|\bor\b|&)\s*", re.IGNORECASE)


def demanded(prompt: str) -> list[str]:
    """List the words and phrases that a prompt demands.

    Args:
        prompt: the prompt.

    Returns:
        What stands in double quotes, and the members of a list after "words:" (also "phrase:",
        "include the words …"), in order, each once.
    """
    found = ["".join(groups) for groups in _QUOTED.findall(prompt)]
    for listed in _LISTED.findall(prompt):
        found += _BETWEEN.split(listed)
    return list(dict.fromkeys(phrase for each in found if (phrase := " ".join(folded_words(each)))))


def constraint_coverage(prompt: str, text: str) -> Value:
    """Divide the demanded words and phrases that stand in the text by all of them.

    Args:
        prompt: the prompt.
        text: what was written for it.

    Returns:
        The share, in [0, 1]; no value where the prompt demands none.
    """
    phrases = demanded(prompt)
    if not phrases:
        return Value(None, "the prompt demands no word or phrase: none in quotes or after “words:”")
    said = f" {' '.join(folded_words(text))} "
    return Value(sum(f" {phrase} " in said for phrase in phrases) / len(phrases))


def compute(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """Constraint coverage: share of the words and phrases that the prompt demands and the text has.

    Range 0 to 1, higher is more obedient. 1: all of them; 0: none. Demanded is what the prompt
    puts in double quotes or lists after "words:", "phrases:" or "include the words". A phrase
    counts word for word, whatever its case; another form of a word ("ran" for "run") does not. No
    value where the prompt demands none. After Lin et al. 2020, CommonGen, where coverage counts
    lemmas.
    """
    return [constraint_coverage(given.prompt.text, given.generation.text) for given in inputs]


CONSTRAINT_COVERAGE = Metric(
    name="constraint_coverage",
    definition="quoted-or-listed-1|words-1",
    better="higher",
    range=(0.0, 1.0),
    compute=compute,
)

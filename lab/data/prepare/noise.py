"""Turns a text into an altered one: other words, fewer words, sentences in another order.

The operations are those of "EDA: Easy Data Augmentation" (Wei and Zou, 2019, arXiv:1901.11196),
with sentences swapped rather than words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from random import Random

from lab.sentences import sentence_ends

# Placeholders come first, so that no word is found in them; some scripts have no spaces.
_WORD = re.compile(r"\[[A-Z_]+\]|[\u3040-\u30ff\u3400-\u9fff]|[^\W_]+(?:['’-][^\W_]+)*")


def with_synonyms(
    text: str, synonyms: Mapping[str, Sequence[str]], share: float, random: Random
) -> str:
    """Replace words by synonyms.

    Args:
        text: any text.
        synonyms: word in small letters → its synonyms.
        share: share of the words with synonyms that are replaced, at least one word.
        random: decides which, and by what.

    Returns:
        The text, capital letters kept; the same where no word has a synonym.
    """
    places = [word for word in _WORD.finditer(text) if word[0].lower() in synonyms]
    parts, done = [], 0
    for word in _some(places, share, random):
        other = random.choice(synonyms[word[0].lower()])
        parts += [text[done : word.start()], _like(word[0], other)]
        done = word.end()
    return "".join([*parts, text[done:]])


def _like(word: str, other: str) -> str:
    """Write a word with capitals where another has them."""
    if word.isupper() and len(word) > 1:
        return other.upper()
    return other[:1].upper() + other[1:] if word[:1].isupper() else other


def without_words(text: str, share: float, random: Random) -> str:
    """Leave words out, with the space before each.

    Args:
        text: any text.
        share: share of the words that are left out: at least one word, never all.
        random: decides which.

    Returns:
        The text; the same where it has one word or none.
    """
    words = [word for word in _WORD.finditer(text) if word[0][0] != "["]
    if len(words) < 2:
        return text
    parts: list[str] = []
    done, line_begins = 0, True
    for word in _some(words, share, random)[: len(words) - 1]:
        gap = text[done : word.start()]
        kept = gap.rstrip()
        ends = gap.count("\n", len(kept))
        parts.append(kept + "\n" * ends)
        line_begins = bool(ends) or (line_begins and not kept)
        done = word.end()
        while line_begins and text[done : done + 1] == " ":
            done += 1
    return "".join([*parts, text[done:]])


def _some(places: Sequence[re.Match[str]], share: float, random: Random) -> list[re.Match[str]]:
    """Draw a share of places, at least one, in their order."""
    n = min(len(places), max(1, round(share * len(places))))
    return [places[at] for at in sorted(random.sample(range(len(places)), n))]


def with_swapped_sentences(text: str, random: Random) -> str:
    """Swap some neighbouring sentences of the same line, at least two where there are two.

    Args:
        text: any text.
        random: decides which: about half of the neighbours that can be swapped.

    Returns:
        The text, its spaces where they were; the same where no line has two sentences.
    """
    places = _sentences(text)
    pairs = [
        at
        for at in range(len(places) - 1)
        if "\n" not in text[places[at][1] : places[at + 1][0]]
        and text[slice(*places[at])] != text[slice(*places[at + 1])]
    ]
    swapped: list[int] = []
    for at in pairs:
        if random.random() < 0.5 and (not swapped or at > swapped[-1] + 1):
            swapped.append(at)
    swapped = swapped or [random.choice(pairs)] if pairs else []
    parts, done = [], 0
    for at in swapped:
        (first, first_end), (second, second_end) = places[at], places[at + 1]
        between = text[first_end:second]
        parts += [text[done:first], text[second:second_end], between, text[first:first_end]]
        done = second_end
    return "".join([*parts, text[done:]])


def _sentences(text: str) -> list[tuple[int, int]]:
    """Return where each sentence stands, without the space around it."""
    ends = [*sentence_ends(text), len(text)]
    found = []
    for start, end in zip([0, *ends], ends, strict=False):
        part = text[start:end]
        if part.strip():
            found.append((end - len(part.lstrip()), start + len(part.rstrip())))
    return found

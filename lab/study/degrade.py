"""Turns a text into one that is worse on one criterion, in a way that is known."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable

from lab.text import word_pattern

_SENTENCE = re.compile(
    r"(\S.*?(?:[.!?…]+[\"'”’»)\]]*(?=\s|\Z)|[。！？]+[」』”]*|(?=\n)|\Z))(\s*)", re.DOTALL
)
_NOISE = 0.3
"""Share of the words that noise changes; enough to be seen in any sentence of ten words."""
_LEAST_WORDS = 6
_LEAST_SENTENCES = 3
_N_LOOPS = 3


def degrade(criterion: str, text: str, other: str, draw: random.Random) -> str | None:
    """Make a text worse on one criterion.

    Args:
        criterion: one of `DEGRADATIONS`.
        text: the text.
        other: what the same system wrote for another prompt.
        draw: where randomness comes from; the same state gives the same text.

    Returns:
        The worse text; None where this text cannot be made worse so, such as one of a single
        sentence whose order nobody could shuffle.

    Raises:
        ValueError: no way is known to make a text worse on this criterion.
    """
    if criterion not in DEGRADATIONS:
        raise ValueError(f"degrade: criterion {criterion!r} is none of {', '.join(DEGRADATIONS)}")
    worse = DEGRADATIONS[criterion](text, other, draw)
    return None if worse is None or worse.split() == text.split() else worse


def _shuffled(text: str, _other: str, draw: random.Random) -> str | None:
    sentences, gaps = _sentences(text)
    if len(set(sentences)) < _LEAST_SENTENCES:
        return None
    numbers = list(range(len(sentences)))
    # Few draws fail: with three sentences one in three leaves no neighbours in their old order.
    for _ in range(100):
        draw.shuffle(numbers)
        kept = sum(after == before + 1 for before, after in itertools.pairwise(numbers))
        if 2 * kept < len(numbers) - 1:
            return _join([sentences[number] for number in numbers], gaps)
    return None


def _noisy(text: str, _other: str, draw: random.Random) -> str | None:
    found = list(word_pattern().finditer(text))
    if len(found) < _LEAST_WORDS:
        return None
    words = [match.group() for match in found]
    for at in draw.sample(range(len(words) - 1), max(2, round(_NOISE * len(words)) - 1)):
        way = draw.choice(("swap", "swap", "double", "scramble"))
        if way == "swap" or (way == "scramble" and len(words[at]) < 5):
            words[at], words[at + 1] = words[at + 1], words[at]
        elif way == "double":
            words[at] = f"{words[at]} {words[at]}"
        else:
            inner = list(words[at][1:-1])
            draw.shuffle(inner)
            words[at] = words[at][0] + "".join(inner) + words[at][-1]
    ends = [match.end() for match in found]
    starts = [match.start() for match in found[1:]] + [len(text)]
    gaps = [text[end:start] for end, start in zip(ends, starts, strict=True)]
    return text[: found[0].start()] + _join(words, gaps)


def _elsewhere(_text: str, other: str, _draw: random.Random) -> str | None:
    return other if other.strip() else None


def _looped(text: str, _other: str, draw: random.Random) -> str | None:
    sentences, gaps = _sentences(text)
    if len(sentences) >= 2:
        kept = sentences[: (len(sentences) + 1) // 2]
        phrase, gap = [draw.choice(kept)], gaps[0]
    else:
        words = text.split()
        if len(words) < _LEAST_WORDS:
            return None
        kept, gap = words[: len(words) // 2], " "
        phrase = kept[len(kept) // 2 :]
    looped = gap.join(kept)
    turn = gap + gap.join(phrase)
    n_turns = max(_N_LOOPS, -(-(len(text) - len(looped)) // len(turn)))
    return looped + turn * n_turns


DEGRADATIONS: dict[str, Callable[[str, str, random.Random], str | None]] = {
    "coherence": _shuffled,
    "fluency": _noisy,
    "relevance": _elsewhere,
    "creativity": _looped,
}
"""By criterion, what makes a text worse on it."""

WHAT_WAS_DONE = {
    "coherence": "the sentences were put in a random order",
    "fluency": "words were swapped, doubled and scrambled",
    "relevance": "everything is an answer to another prompt",
    "creativity": "one sentence comes again and again",
}
"""By criterion, what was done to the text, in words for reviewers in training."""


def _sentences(text: str) -> tuple[list[str], list[str]]:
    """Cut a text into its sentences or lines, and the blanks after each of them."""
    found = _SENTENCE.findall(text)
    return [sentence for sentence, _ in found], [gap for _, gap in found]


def _join(pieces: list[str], gaps: list[str]) -> str:
    return "".join(piece + gap for piece, gap in zip(pieces, gaps, strict=True))

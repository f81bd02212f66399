"""A text into its entity grid: which entities each sentence names, and which go on to the next."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from lab.metrics.aids import Aids
from lab.metrics.coherence import coherent_sentences, too_few
from lab.metrics.readability import foreign
from lab.metrics.rouge import stem
from lab.metrics.types import Metric, ScoreInput, Value
from lab.sentences import SPLITTER
from lab.text import folded_words, is_content

_PIECE = re.compile(r"[^\W_]+n't\b|[^\W_]+(?:-[^\W_]+)*|'[^\W_]+|[^\w\s]")
_BEFORE_TEXT = """
a an the this that these those my your his her its our their some any no each every another both
two three four five six seven eight nine ten
"""
_BEFORE_NOUNS = frozenset(_BEFORE_TEXT.split())
_NO_NOUN = ("ed", "ing", "ly")


def entity_grid(sentences: Sequence[str]) -> dict[str, list[int]]:
    """List the sentences that name each entity.

    An entity is a name (a word with a capital inside a sentence) or the head of a phrase after an
    article, a possessive or a number word: the word before the phrase ends, by a function word or
    a mark, or one that is such a head elsewhere in the text. A head counts wherever its stem
    stands; pronouns stand for nobody.

    Args:
        sentences: of one English text.

    Returns:
        By stem the numbers of the sentences, from 0, in order.
    """
    pieces = [_PIECE.findall(sentence.replace("’", "'")) for sentence in sentences]
    phrases = [phrase for one in pieces for phrase in _phrases(one)]
    sure = {stem(phrase[0]) for phrase in phrases if len(phrase) == 1}
    entities = {_head(phrase, sure) for phrase in phrases} | set(_names(pieces))
    grid: dict[str, list[int]] = {}
    for number, one in enumerate(pieces):
        for word in {stem(piece.lower()) for piece in one} & entities:
            grid.setdefault(word, []).append(number)
    return grid


def _phrases(pieces: Sequence[str]) -> Iterator[list[str]]:
    """Give the content words after each article and its like, up to where the phrase ends."""
    phrase: list[str] | None = None
    for piece in (*(piece.lower() for piece in pieces), "."):
        if piece[0].isalpha() and is_content(piece):
            if phrase is not None:
                phrase.append(piece)
            continue
        if phrase:
            yield phrase
        phrase = [] if piece in _BEFORE_NOUNS or (phrase and piece == "'s") else None


def _head(phrase: Sequence[str], sure: set[str]) -> str:
    known = [word for word in phrase if stem(word) in sure]
    likely = [word for word in phrase if not word.endswith(_NO_NOUN)]
    return stem((known or likely or phrase)[-1])


def _names(pieces: Sequence[Sequence[str]]) -> Iterator[str]:
    for one in pieces:
        for before, piece in pairwise(one):
            inside = before[0].isalnum() or before in ",;"
            if inside and piece[0].isupper() and piece[1:].islower() and is_content(piece.lower()):
                yield stem(piece.lower())


def continued_share(grid: dict[str, list[int]], n_sentences: int) -> float | None:
    """Divide the transitions from present to present by all transitions of the grid.

    Args:
        grid: the sentences that name each entity.
        n_sentences: how many sentences the text has, at least 2.

    Returns:
        The share, in [0, 1], over entities that two sentences name; None where there is none.
    """
    salient = [places for places in grid.values() if len(places) > 1]
    if not salient:
        return None
    going_on = sum(b - a == 1 for places in salient for a, b in pairwise(places))
    return going_on / (len(salient) * (n_sentences - 1))


def _grid_value(text: str) -> Value:
    sentences = coherent_sentences(text)
    if len(sentences) < 2:
        return Value(None, too_few(len(sentences)))
    if reason := foreign(folded_words(text)):
        return Value(None, reason)
    share = continued_share(entity_grid(sentences), len(sentences))
    return Value(None, "no entity is named by two sentences") if share is None else Value(share)


def compute(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """Entity grid: how often an entity that a sentence names is named by the next one too.

    Range 0 to 1; neither direction is better: a loop has 1. The share of the transition "present,
    present" among all transitions of two sentences, over entities that two sentences name: a
    feature of the grid of Barzilay and Lapata 2008, Modeling Local Coherence: An Entity-Based
    Approach (without coreference and syntax, with salience), which needs no trained ranking.
    Entities are found without a model: names, and heads of phrases after articles, possessives
    and number words; pronouns stand for nobody. The first 200 sentences are read, and more of
    them make it lower. English only; no value for fewer than two sentences, or where no entity is
    named by two.
    """
    return [_grid_value(given.generation.text) for given in inputs]


ENTITY_GRID = Metric(
    name="entity_grid",
    definition=f"present-present-1|heads-1|{SPLITTER}",
    library="rouge-score",
    better="neither",
    range=(0.0, 1.0),
    compute=compute,
)

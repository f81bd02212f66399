"""A text and its source into how much of the text the source has, sentence by sentence.

Four shares, summed: distinct runs of three and of two words, content words weighted by how rare
they are, and content words in the two source sentences that have most of them. No weights are
learned; a z-scored sum weighs each share by one over its standard deviation, and its means drop
out, so that the sum is a weighted mean in [0, 1].
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from lab.checks.mentions import read_units
from lab.checks.tokens import Token
from lab.records import Prompt
from lab.text import is_content

COMPONENTS = ("trigrams", "bigrams", "rare_words", "best_sentences")
"""The shares, in the order of `Support.shares`."""

_SPREADS = (0.34, 0.33, 0.31, 0.31)
"""Standard deviation of each share over the 430 answers of BEGIN's development part (Dziri et al.
2022), without a look at their labels; fixed, and part of the check's version."""

_MAX_SOURCES = 2_000
_FEW_SOURCES = 20
_MAX_PLACES = 200
"""Of a word in more sentences of the source, the first so many are looked at: linear time."""

_ENDINGS = ("ies", "ing", "ed", "es", "ly", "s", "e")
_MIN_STEM = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rarity:
    """In how many sources of a data set each stem is."""

    n_sources: int
    """Different sources."""
    sources_of: Mapping[str, int]
    """Sources that have it, by stem."""

    def weight(self, word: str) -> float:
        """Return ln((n + 1) / (n_with + 0.5)): Spärck Jones's idf (1972), smoothed."""
        return math.log((self.n_sources + 1) / (self.sources_of.get(word, 0) + 0.5))


class Sentence(NamedTuple):
    """A sentence of a text, against its source."""

    units: Sequence[Token]
    """Its words and numbers."""
    coverage: float
    """Share of its content words, by weight, in the best two source sentences; 1 without any."""
    best: int | None
    """Number of the source sentence that has most of it; None where none has a word of it."""


class Support(NamedTuple):
    """How much of a text its source has."""

    shares: tuple[float | None, ...]
    """By `COMPONENTS`, each in [0, 1]; None where the text is too short for it."""
    sentences: list[Sentence]
    """The text's sentences."""

    @property
    def lack(self) -> float:
        """Return 1 minus the weighted mean of the shares; 0 for a text without words."""
        return lack_of(self.shares)


def lack_of(shares: Sequence[float | None]) -> float:
    """Return 1 minus the mean of the shares that there are, weighted by their spread; 0 for none.

    Args:
        shares: by `COMPONENTS`.
    """
    known = [(x, 1 / spread) for x, spread in zip(shares, _SPREADS, strict=True) if x is not None]
    if not known:
        return 0.0
    return 1.0 - sum(x * w for x, w in known) / sum(w for _, w in known)


class Source:
    """A source as `support` needs it: stems, runs of stems, and sentences."""

    def __init__(self, text: str) -> None:
        """Read a source once, for all comparisons with it."""
        self.units = read_units(text)
        self.sentences = list(sentences_of(self.units))
        stems = [stem(unit.fold) for unit in self.units]
        self.stems = frozenset(stems)
        self.runs = {n: frozenset(_runs(stems, n)) for n in (2, 3)}
        self.places: defaultdict[str, list[int]] = defaultdict(list)
        for number, sentence in enumerate(self.sentences):
            for word in {stem(unit.fold) for unit in sentence}:
                if len(self.places[word]) < _MAX_PLACES:
                    self.places[word].append(number)

    def range_of(self, number: int) -> tuple[int, int]:
        """Return the code points of a sentence."""
        sentence = self.sentences[number]
        return sentence[0].start, sentence[-1].end


@lru_cache(maxsize=4)
def read_source(text: str) -> Source:
    """Read a source, or return it as read just before: a prompt's texts come one after another."""
    return Source(text)


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Take an English ending off a folded word, so that "painted" and "paints" are alike.

    Args:
        word: the word.
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _MIN_STEM:
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word


def fit_rarity(prompts: Iterable[Prompt]) -> Rarity | None:
    """Count the words of a data set's sources.

    Args:
        prompts: prompts of one data set.

    Returns:
        The counts; None where there are too few different sources to tell what is rare.
    """
    sources = dict.fromkeys(prompt.source for prompt in prompts if prompt.source)
    if len(sources) < _FEW_SOURCES:
        return None
    counts: Counter[str] = Counter()
    chosen = list(sources)[:_MAX_SOURCES]
    for source in chosen:
        counts.update({stem(unit.fold) for unit in read_units(source)})
    return Rarity(n_sources=len(chosen), sources_of=counts)


def sentences_of(units: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Cut a text's units where a sentence or a quotation begins.

    Args:
        units: its words and numbers.
    """
    begin = 0
    for at in range(1, len(units) + 1):
        if at == len(units) or units[at].initial:
            yield units[begin:at]
            begin = at


def support(text: str, source: Source, rarity: Rarity | None = None) -> Support:
    """Measure how much of a text a source has.

    Args:
        text: the text.
        source: what it should rest on.
        rarity: how usual words are; without it all content words count alike.
    """
    units = read_units(text)
    stems = [stem(unit.fold) for unit in units]
    sentences = [_sentence(one, source, rarity) for one in sentences_of(units)]
    if not units:
        return Support((None,) * len(COMPONENTS), sentences)
    content = _content(units) or stems
    return Support(
        (
            _share_of_runs(stems, 3, source),
            _share_of_runs(stems, 2, source),
            _covered(content, source.stems, rarity),
            _mean_coverage(sentences, rarity),
        ),
        sentences,
    )


def nearest(units: Sequence[Token], source: Source, n: int) -> list[int]:
    """Return the numbers of the source sentences that share most words with a sentence.

    Args:
        units: the sentence's words and numbers.
        source: the source.
        n: how many; of sentences that share as many, the earlier.

    Returns:
        At most n numbers, nearest first; the first n sentences where none shares a word.
    """
    shared: Counter[int] = Counter()
    for word in set(_content(units) or [stem(unit.fold) for unit in units]):
        shared.update(source.places.get(word, ()))
    found = sorted(shared, key=lambda number: (-shared[number], number))[:n]
    return found or list(range(min(n, len(source.sentences))))


def _content(units: Sequence[Token]) -> list[str]:
    return [stem(unit.fold) for unit in units if is_content(unit.fold)]


def _runs(stems: Sequence[str], n: int) -> Iterator[tuple[str, ...]]:
    return zip(*(stems[i:] for i in range(n)), strict=False)


def _share_of_runs(stems: Sequence[str], n: int, source: Source) -> float | None:
    """Share of the different runs of n words, so that a text that repeats itself gains nothing."""
    runs = set(_runs(stems, n))
    return len(runs & source.runs[n]) / len(runs) if runs else None


def _weight(word: str, rarity: Rarity | None) -> float:
    return 1.0 if rarity is None else rarity.weight(word)


def _covered(words: Sequence[str], known: Iterable[str], rarity: Rarity | None) -> float:
    weights = [_weight(word, rarity) for word in words]
    total = sum(weights)
    found = sum(w for w, word in zip(weights, words, strict=True) if word in known)
    return found / total if total > 0 else 1.0


def _mean_coverage(sentences: Sequence[Sentence], rarity: Rarity | None) -> float:
    sizes = [sum(_weight(w, rarity) for w in _content(one.units)) for one in sentences]
    total = sum(sizes)
    if total <= 0:
        return 1.0
    return sum(n * one.coverage for n, one in zip(sizes, sentences, strict=True)) / total


def _sentence(units: Sequence[Token], source: Source, rarity: Rarity | None) -> Sentence:
    """Find the source sentence with most of a sentence, and the one that adds most to it."""
    words = Counter(_content(units))
    weights = {word: n * _weight(word, rarity) for word, n in words.items()}
    total = sum(weights.values())
    best, left = _best(weights, source)
    _, left = _best(left, source)
    return Sentence(units, 1.0 - sum(left.values()) / total if total > 0 else 1.0, best)


def _best(weights: Mapping[str, float], source: Source) -> tuple[int | None, dict[str, float]]:
    """Return the sentence with the largest weight, and what it leaves."""
    found: defaultdict[int, float] = defaultdict(float)
    for word, weight in weights.items():
        for number in source.places.get(word, ()):
            found[number] += weight
    if not found:
        return None, dict(weights)
    best = max(found, key=lambda number: (found[number], -number))
    has = {stem(unit.fold) for unit in source.sentences[best]}
    return best, {word: weight for word, weight in weights.items() if word not in has}

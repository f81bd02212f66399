"""The prompts of a data set into what is usual in it: values per key, and where texts put them.

Where the sources are fact cards, other prompts' cards tell which words are values of which key,
and their references tell which words around a value go with which key. Nothing of it is written
for a particular data set.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lab.checks.card import parse_card
from lab.checks.kinds import Row, find_kinds, implied_keys, literal_keys
from lab.checks.mentions import BREAK, Piece, canonical, read_pieces, read_units
from lab.records import Prompt

MAX_PROMPTS = 2_000
"""The first so many prompts with card and reference are learned from: seconds, and enough."""

NO_KEY = ""
"""Counted for a place where a reference has a value that its card has not: an ordinary word."""

_SIZES = ((6, 6), (4, 4), (3, 3), (2, 2), (3, 1), (1, 3), (2, 1), (1, 2), (1, 1))
_WIDEST = 6
_GRAM = 4

Context = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What is usual in a data set whose sources are fact cards; made by `fit_background`."""

    kinds: Mapping[str, str]
    """Kind by canonical value: keys that share values have one kind, named after the first."""

    kind_of_key: Mapping[str, str]
    """Kind by key, for keys whose values texts state literally."""

    longest: int
    """Most words of a value in `kinds`."""

    contexts: Mapping[Context, Counter[str]]
    """How often a context in a reference held the value of each key."""

    grams: Mapping[str, Mapping[Context, Counter[str]]]
    """By a key that texts do not state literally, and pieces in a row: how often its values."""

    uses: Mapping[str, Counter[str]]
    """By the same keys: how often the cards have each of their values."""

    vocabulary: frozenset[str]
    """All folded words of the references and the cards."""

    new_word_share: float
    """Chance that the next word of a reference is none of the vocabulary: words seen once, divided
    by all words (Good 1953, The population frequencies of species)."""

    names: frozenset[str]
    """Kinds whose values are written with capitals."""


def fit_background(prompts: Iterable[Prompt]) -> Background | None:
    """Learn what is usual from prompts with a fact card and a reference.

    Args:
        prompts: prompts of one data set, those of training best; others are left out.

    Returns:
        The background; None where fewer than two prompts have both.
    """
    rows = _rows(prompts)
    if len(rows) < 2:
        return None
    literal = literal_keys(rows)
    implied = implied_keys(rows, literal)
    kinds = find_kinds(rows, literal)
    contexts: defaultdict[Context, Counter[str]] = defaultdict(Counter)
    grams: defaultdict[str, defaultdict[Context, Counter[str]]]
    grams = defaultdict(lambda: defaultdict(Counter))
    uses: defaultdict[str, Counter[str]] = defaultdict(Counter)
    vocabulary: Counter[str] = Counter()
    for row in rows:
        pieces = read_pieces(row.units, kinds.of_value, kinds.longest)
        vocabulary.update(unit.fold for unit in row.units)
        _count_contexts(contexts, pieces, row, kinds.of_key)
        found = {gram for sentence in sentences(pieces) for gram in grams_of(pieces, sentence)}
        for key in row.card.keys() & implied:
            uses[key][row.card[key]] += 1
            for gram in found:
                grams[key][gram][row.card[key]] += 1
    return Background(
        kinds=kinds.of_value,
        kind_of_key=kinds.of_key,
        longest=kinds.longest,
        contexts=dict(contexts),
        grams={key: dict(counts) for key, counts in grams.items()},
        uses=dict(uses),
        vocabulary=frozenset(vocabulary) | {w for row in rows for w in _card_words(row)},
        new_word_share=sum(n == 1 for n in vocabulary.values()) / max(1, vocabulary.total()),
        names=kinds.names,
    )


def _card_words(row: Row) -> Iterator[str]:
    for value in row.card.values():
        yield from value.split()


def _rows(prompts: Iterable[Prompt]) -> list[Row]:
    rows: list[Row] = []
    for prompt in prompts:
        card = parse_card(prompt.source) if prompt.source and prompt.reference else None
        if card is None or prompt.reference is None:
            continue
        values = {key: canonical(value) for key, value in card.items()}
        rows.append(Row(values, card, read_units(prompt.reference)))
        if len(rows) == MAX_PROMPTS:
            break
    return rows


def contexts_of(pieces: Sequence[Piece], place: int, label: str | None = None) -> Iterator[Context]:
    """Yield the contexts of a place within its sentence, the most telling first.

    Args:
        pieces: a text's pieces.
        place: which of them.
        label: what to take the place's label for; by default what it is.
    """
    before = _within(pieces[max(0, place - _WIDEST) : place][::-1])[::-1]
    after = _within(pieces[place + 1 : place + 1 + _WIDEST])
    for left, right in _SIZES:
        yield (*before[-left:], label or pieces[place].label, *after[:right], f"{left} {right}")


def _within(pieces: Sequence[Piece]) -> Context:
    labels = [piece.label for piece in pieces]
    inside = labels.index(BREAK) if BREAK in labels else len(labels)
    return (*labels[:inside], *(BREAK,) * (_WIDEST - inside))


def _count_contexts(
    contexts: defaultdict[Context, Counter[str]],
    pieces: Sequence[Piece],
    row: Row,
    kind_of_key: Mapping[str, str],
) -> None:
    keys: defaultdict[str, list[str]] = defaultdict(list)
    for key, value in row.card.items():
        if key in kind_of_key:
            keys[value].append(key)
    for place, piece in enumerate(pieces):
        if piece.mention:
            for context in contexts_of(pieces, place):
                for key in keys.get(piece.value, [NO_KEY]):
                    contexts[context][key] += 1


def sentences(pieces: Sequence[Piece]) -> Iterator[range]:
    """Yield the places of each sentence, breaks left out.

    Args:
        pieces: a text's pieces.
    """
    begin = 0
    for at in range(len(pieces) + 1):
        if at == len(pieces) or pieces[at].label == BREAK:
            if at > begin:
                yield range(begin, at)
            begin = at + 1


def grams_of(pieces: Sequence[Piece], sentence: range) -> Iterator[Context]:
    """Yield the labels of every four pieces in a row; of a shorter sentence, all of them.

    Args:
        pieces: a text's pieces.
        sentence: the places of one sentence.
    """
    for first in range(sentence.start, max(sentence.start + 1, sentence.stop - _GRAM + 1)):
        gram = pieces[first : min(first + _GRAM, sentence.stop)]
        yield tuple(piece.label for piece in gram)

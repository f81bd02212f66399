"""A text and a fact card into findings: values at a place where the card has another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from lab.checks.background import NO_KEY, Background, contexts_of, grams_of, sentences
from lab.checks.mentions import BREAK, NUMBER, Piece, canonical, read_pieces, read_units
from lab.checks.types import Finding
from lab.records import SpanType

_ENOUGH = 3
"""How often a context must have been seen to tell the key."""

_CHANCE = 0.02
"""Largest probability of coincidence for a word sequence to speak against a value."""

_NEW = 0.0005
"""Largest chance of a new word in a reference, for a new word in a text to be an error."""

_SHARE = 0.05
"""Least share of a context's uses for a key to be possible there."""


class _Text(NamedTuple):
    """A text being checked, with what it is checked against."""

    text: str
    pieces: Sequence[Piece]
    card: Mapping[str, str]
    background: Background


def check_slots(text: str, card: Mapping[str, str], background: Background) -> list[Finding]:
    """Compare what a text says with its card, key by key.

    Args:
        text: the text.
        card: values by key.
        background: what is usual in the data set of the card.

    Returns:
        Values that the card contradicts or does not have, words that no text of the data set has,
        and sentences that go with another value of a key that is never stated literally.
    """
    pieces = read_pieces(read_units(text), background.kinds, background.longest)
    given = _Text(text, pieces, card, background)
    places = range(len(pieces))
    values = (_check_value(given, place) for place in places if pieces[place].mention)
    strange = (_check_strange(given, place) for place in places if _is_strange(given, place))
    found = [one for one in values if one is not None]
    return [*found, *strange, *_check_sentences(given)]


def _check_value(given: _Text, place: int) -> Finding | None:
    """Compare a mention with the values of the keys that usually stand in such a place."""
    piece, card = given.pieces[place], given.card
    kind = piece.label[1:-1]
    expected = _expected_keys(given, place, piece.label)
    if NO_KEY in expected:
        return None
    own = [key for key in card if given.background.kind_of_key.get(key) == kind]
    keys = [key for key in expected if key in card] if expected else own
    if any(canonical(card[key]) == piece.value for key in keys):
        return None
    elsewhere = any(canonical(value) == piece.value for value in card.values())
    if not expected and elsewhere:
        return None
    if keys:
        return _contradiction(given, piece, keys, 0.8 if elsewhere else 0.9)
    said = given.text[piece.start : piece.end]
    what = expected[0] if expected else kind
    return Finding(
        start=piece.start,
        end=piece.end,
        type=_type_of(kind, given.background),
        score=0.8,
        evidence=f"the source has no {what}; the text says {said!r}",
    )


def _contradiction(given: _Text, piece: Piece, keys: list[str], score: float) -> Finding:
    said = given.text[piece.start : piece.end]
    wanted = " or ".join(f"{given.card[key]!r} ({key})" for key in keys)
    return Finding(
        start=piece.start,
        end=piece.end,
        type=SpanType.CONTRADICTION,
        score=score,
        evidence=f"the source says {wanted}; the text says {said!r}",
    )


def _type_of(kind: str, background: Background) -> SpanType:
    if kind == NUMBER:
        return SpanType.NUMBER
    return SpanType.NAME if kind in background.names else SpanType.UNSUPPORTED


def _expected_keys(given: _Text, place: int, label: str) -> list[str]:
    """List the keys that usually stand in such a place, by the most telling context known."""
    for context in contexts_of(given.pieces, place, label):
        seen = given.background.contexts.get(context)
        if seen is not None and seen.total() >= _ENOUGH:
            return [key for key, n in seen.most_common() if n >= _SHARE * seen.total()]
    return []


def _is_strange(given: _Text, place: int) -> bool:
    """Tell whether a word is in no text of a data set that brings hardly any new words."""
    if given.background.new_word_share > _NEW:
        return False
    piece = given.pieces[place]
    if piece.mention or piece.label == BREAK or piece.value in given.background.vocabulary:
        return False
    return all(piece.value not in canonical(value).split() for value in given.card.values())


def _check_strange(given: _Text, place: int) -> Finding:
    """Judge a word that no card and no reference has: in a key's place it stands for its value."""
    piece = given.pieces[place]
    said = given.text[piece.start : piece.end]
    for kind in dict.fromkeys(given.background.kind_of_key.values()):
        expected = _expected_keys(given, place, f"<{kind}>")
        keys = [key for key in expected if key in given.card]
        if keys:
            return _contradiction(given, piece, keys, 0.7)
    return Finding(
        start=piece.start,
        end=piece.end,
        type=SpanType.NAME if said[:1].isupper() else SpanType.UNSUPPORTED,
        score=0.5,
        evidence=f"neither the source nor any text of the data set has the word {said!r}",
    )


def _check_sentences(given: _Text) -> Iterator[Finding]:
    """Find sentences most of whose word sequences never go with the card's value of a key."""
    for sentence in sentences(given.pieces):
        for key, counts in given.background.grams.items():
            if key not in given.card:
                continue
            own, uses = canonical(given.card[key]), given.background.uses[key]
            seen = [counts[gram] for gram in grams_of(given.pieces, sentence) if gram in counts]
            other = [values for values in seen if _speaks_against(own, values, uses)]
            if 2 * len(other) > len(seen):
                yield _foreign_sentence(given, sentence, key, sum(other, Counter()))


def _speaks_against(own: str, values: Counter[str], uses: Counter[str]) -> bool:
    """Tell whether never having been seen with the card's value is more than chance.

    Either chance alone would have brought the value along, or it would not have brought one other
    value every time, at the level _CHANCE.
    """
    if values[own]:
        return False
    n = values.total()
    if (1 - uses[own] / uses.total()) ** n <= _CHANCE:
        return True
    usual, n_usual = values.most_common(1)[0]
    return n_usual == n and (uses[usual] / uses.total()) ** (n - 1) <= _CHANCE


def _foreign_sentence(given: _Text, sentence: range, key: str, values: Counter[str]) -> Finding:
    usual = values.most_common(1)[0][0]
    return Finding(
        start=given.pieces[sentence.start].start,
        end=given.pieces[sentence.stop - 1].end,
        type=SpanType.CONTRADICTION,
        score=0.6,
        evidence=(
            f"the source says {given.card[key]!r} ({key}); "
            f"sentences like this one go with {usual!r}"
        ),
    )

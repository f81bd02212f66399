"""Turns a sentence into the sentence of the world that it says, well or badly, if it says one.

A sentence that is just right is found by its blanked words. Any other is aligned with the
nearest sentences by dynamic programming (Needleman & Wunsch 1970, gaps free, no mismatches but
in slots), so that a wrong word, a lost or a doubled one does not hide what is stated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lab.world.pack import PRONOUN, Pack, Part, Pattern
from lab.world.words import Sentence, Token, is_word

LITERAL = 2.0
"""Gain of a literal that stands in the text."""
SLOT = 2.0
"""Gain of a slot filled with a word of its kind; half as much again if it is the right one."""
STRANGE = 0.5
"""Gain of a slot filled with a word that the pack does not know."""
SHARE = 0.7
"""Least share of a pattern's words, and of the sentence's, that an alignment must cover."""
NEAREST = 6
"""Number of patterns that are aligned, those with the most words in common."""


@dataclass(frozen=True, slots=True)
class Match:
    """What one sentence of a text says."""

    sentence: Sentence
    """The sentence."""

    pattern: Pattern | None
    """The world's sentence that it says; None where it says none."""

    exact: bool
    """Whether it says it word by word, values aside."""

    slots: tuple[tuple[Part, Token], ...]
    """The filled slots: what is asked for, and the token that stands there."""

    rest: tuple[Token, ...]
    """The tokens that belong to no part of the pattern."""


def match(sentence: Sentence, facts: Mapping[str, str], pack: Pack) -> Match:
    """Find what a sentence says.

    Args:
        sentence: a sentence of any text.
        facts: the plan; where two readings are possible, the one that agrees with it is taken.
        pack: the language.

    Returns:
        The match; without a pattern, and with all tokens left, where nothing is near enough.
    """
    pattern = pack.by_skeleton.get(_skeleton(sentence, pack))
    if pattern is not None:
        pairs = zip(pattern.parts, sentence.tokens, strict=True)
        return Match(sentence, pattern, True, tuple(p for p in pairs if p[0].kind), ())
    own = {**facts, **pack.forms_of(facts["hero"])}
    found = [_align(near, sentence, own, pack) for near in _nearest(sentence, own, pack)]
    best = max((one for one in found if one), key=lambda one: one[0], default=None)
    return best[1] if best else Match(sentence, None, False, (), sentence.tokens)


def _skeleton(sentence: Sentence, pack: Pack) -> tuple[str, ...]:
    known = [(token.text, pack.look_up(token.text)) for token in sentence.tokens]
    return tuple(f"<{found[0]}>" if found else text.lower() for text, found in known)


def _nearest(sentence: Sentence, own: Mapping[str, str], pack: Pack) -> list[Pattern]:
    """List the patterns that share most of their words, the plan's own event first."""
    words = set(_skeleton(sentence, pack))

    def near(pattern: Pattern) -> tuple[float, bool]:
        wanted = set(pattern.skeleton)
        return len(wanted & words) / len(wanted | words), pattern.event == own.get("event")

    return sorted(pack.patterns, key=near, reverse=True)[:NEAREST]


def _align(
    pattern: Pattern, sentence: Sentence, own: Mapping[str, str], pack: Pack
) -> tuple[float, Match] | None:
    """Align a pattern with a sentence; None where too little of either is covered."""
    parts, tokens = pattern.parts, sentence.tokens
    gains = [[_gain(part, token, own, pack) for token in tokens] for part in parts]
    pairs = _best_path(gains)
    used = {j for _, j in pairs}
    covered = sum(is_word(tokens[j].text) for j in used)
    n_parts = sum(bool(part.kind) or is_word(part.value) for part in parts)
    n_tokens = sum(is_word(token.text) for token in tokens)
    literal = any(not parts[i].kind and is_word(parts[i].value) for i, _ in pairs)
    if not literal or covered < SHARE * n_parts or covered < SHARE * n_tokens:
        return None
    slots = tuple((parts[i], tokens[j]) for i, j in pairs if parts[i].kind)
    rest = tuple(token for j, token in enumerate(tokens) if j not in used)
    fits = pattern.event in (None, own.get("event"))
    score = sum(gains[i][j] for i, j in pairs) - (len(parts) - len(pairs)) - len(rest) + fits
    return score, Match(sentence, pattern, False, slots, rest)


def _gain(part: Part, token: Token, own: Mapping[str, str], pack: Pack) -> float:
    """Return what it gains to take a token for a part; 0 forbids it."""
    found = pack.look_up(token.text)
    if not part.kind:
        return LITERAL if token.text.lower() == part.value else 0.0
    if found is None:
        unknown = is_word(token.text) and token.text.lower() not in pack.vocabulary
        return STRANGE if unknown and part.kind != PRONOUN else 0.0
    if found[0] != part.kind:
        return 0.0
    return SLOT * (1.5 if own.get(part.value) == found[1] else 1.0)


def _best_path(gains: list[list[float]]) -> list[tuple[int, int]]:
    """Find the pairs, in order on both sides, with the largest sum of gains."""
    n, m = len(gains), len(gains[0])
    best = [[0.0] * (m + 1) for _ in range(n + 1)]
    for i in range(n - 1, -1, -1):
        for j in range(m - 1, -1, -1):
            both = gains[i][j] + best[i + 1][j + 1] if gains[i][j] else 0.0
            best[i][j] = max(both, best[i + 1][j], best[i][j + 1])
    pairs, i, j = [], 0, 0
    while i < n and j < m:
        if gains[i][j] and best[i][j] == gains[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs

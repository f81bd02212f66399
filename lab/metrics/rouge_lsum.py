"""The sentences of a text and of a reference into ROUGE-Lsum, which is not ROUGE-L.

ROUGE-L takes a text as one sequence. ROUGE-Lsum asks, for each sentence of the reference, which of
its tokens stand in the longest common subsequence with any sentence of the text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain

from lab.metrics.rouge import MAX_TOKENS, f_measure, places, rouge_lines
from lab.sentences import split_sentences

Sentences = Sequence[Sequence[str]]


def sentence_tokens(text: str) -> list[list[str]]:
    """Cut a text into sentences and these into ROUGE's tokens, MAX_TOKENS at most in all.

    Args:
        text: any text.
    """
    found, room = [], MAX_TOKENS
    for tokens in rouge_lines("\n".join(split_sentences(text))):
        if tokens and room > 0:
            found.append(tokens[:room])
            room -= len(tokens)
    return found


def rouge_lsum(text: Sentences, reference: Sentences) -> float:
    """F-measure of the union of common subsequences, sentence by sentence (Lin 2004, 3.2).

    A token counts at most as often as the text has it, as in rouge_score and ROUGE 1.5.5.

    Args:
        text: tokens of each sentence of the text.
        reference: tokens of each sentence of the reference.
    """
    available = Counter(chain.from_iterable(text))
    holders: dict[str, list[int]] = {}
    for number, sentence in enumerate(text):
        for token in set(sentence):
            holders.setdefault(token, []).append(number)
    united: list[str] = []
    for sentence in reference:
        union = _union(sentence, text, holders)
        while union:
            place = union.bit_length() - 1
            united.append(sentence[place])
            union ^= 1 << place
    hits = sum([min(n, available[token]) for token, n in Counter(united).items()])
    return f_measure(hits, available.total(), sum(map(len, reference)))


def _union(sentence: Sequence[str], text: Sentences, holders: dict[str, list[int]]) -> int:
    """Mark the tokens of a sentence that stand in a common subsequence with any of the text's."""
    standing = places(sentence)
    possible: dict[int, int] = {}
    for token, marks in standing.items():
        for number in holders.get(token, ()):
            possible[number] = possible.get(number, 0) | marks
    union = 0
    for number, marks in possible.items():
        if not marks & (marks - 1):  # a single place: it is the common subsequence
            union |= marks
        elif marks & ~union:  # else nothing new can come of it
            union |= common(standing, len(sentence), text[number])
    return union


def common(standing: dict[str, int], n_tokens: int, other: Sequence[str]) -> int:
    """Choose one longest common subsequence, the one that rouge_score would choose.

    Args:
        standing: where each token of the sentence stands, by `places`.
        n_tokens: how many tokens the sentence has.
        other: tokens of the other sentence.

    Returns:
        Bit i is set where token i of the sentence is in the subsequence.
    """
    marks = list(map(standing.get, other))
    last, present = 0, list(filter(None, marks))
    for mark in present:
        if mark <= last or mark & (mark - 1):
            break
        last = mark
    else:
        return sum(present)  # each token once and all in order: they are the subsequence
    full = row = (1 << n_tokens) - 1
    rows = []
    before = None
    for matches in marks:
        if matches:
            both = row & matches
            row = ((row + both) | (row - both)) & full
            rows.append((matches, row))
        elif before:  # more rows without a match would change nothing
            rows.append((0, row))
        before = matches
    chosen, below = 0, full
    for matches, row in reversed(rows):
        # In the table a step back along the other sentence is due where the length grew with the
        # last place (a zero in the row), a match where the tokens agree: the first of either.
        last = (matches | ~row) & below
        if not last:
            continue
        below = (1 << last.bit_length()) - 1
        top = below ^ below >> 1
        if matches & top:
            chosen |= top
            below ^= top
    return chosen

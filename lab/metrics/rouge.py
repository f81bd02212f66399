"""A text and a reference into the tokens that they share, as ROUGE counts them.

Equal to `rouge_score` with its stemmer, and many times as fast: each word is stemmed once, and
whole rows of the table of common subsequences are computed at a time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import Any

MAX_TOKENS = 20_000
"""ROUGE-L reads this many first tokens of each side, so that a megabyte takes a second."""

_WORD = re.compile(r"[a-z0-9]+")
_WORD_OR_LINE = re.compile(r"[a-z0-9\n]+")  # of a text with a space around each end of a line


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    from rouge_score.tokenizers import DefaultTokenizer

    return DefaultTokenizer(use_stemmer=True)


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Stem a word by Porter's rules, in rouge_score's way: only beyond three letters.

    Args:
        word: letters a–z and digits.

    Returns:
        The stem; empty in the rare case that rouge_score drops the word.
    """
    return word if len(word) <= 3 else "".join(_tokenizer().tokenize(word))


def rouge_tokens(text: str) -> list[str]:
    """Cut a text into rouge_score's tokens, stemmed: runs of a–z and 0–9.

    Args:
        text: any text; other scripts leave no tokens.
    """
    return [*filter(None, map(stem, _WORD.findall(text.lower())))]


def rouge_lines(text: str) -> list[list[str]]:
    """Cut each line of a text into such tokens.

    Args:
        text: any text.
    """
    spaced = text.lower().replace("\n", " \n ")
    tokens = [*filter(None, map(stem, _WORD_OR_LINE.findall(spaced))), "\n"]
    found, start = [], 0
    for _ in range(text.count("\n") + 1):
        end = tokens.index("\n", start)
        found.append(tokens[start:end])
        start = end + 1
    return found


def n_grams(tokens: Sequence[str], n: int) -> Counter[Hashable]:
    """Count the n-grams.

    Args:
        tokens: of one text.
        n: tokens per n-gram, 1 or more.
    """
    if n == 1:
        return Counter(tokens)
    return Counter(zip(*(tokens[start:] for start in range(n)), strict=False))


def f_measure(matches: int, n_text: int, n_reference: int) -> float:
    """Join precision and recall, equally weighted.

    Args:
        matches: what text and reference share.
        n_text: how much the text has.
        n_reference: how much the reference has.
    """
    return 2 * matches / (n_text + n_reference) if matches else 0.0


def f_of_counts(text: Counter[Hashable], reference: Counter[Hashable]) -> float:
    """F-measure of the n-grams in common, from the counts of both (Lin 2004)."""
    if len(text) > len(reference):
        text, reference = reference, text
    there = reference.get
    matches = sum([min(n, there(gram, 0)) for gram, n in text.items()])
    return f_measure(matches, text.total(), reference.total())


def rouge_n(text: Sequence[str], reference: Sequence[str], n: int) -> float:
    """F-measure of the n-grams in common (Lin 2004).

    Args:
        text: tokens of the text.
        reference: tokens of the reference.
        n: tokens per n-gram.
    """
    return f_of_counts(n_grams(text, n), n_grams(reference, n))


def places(tokens: Sequence[str]) -> dict[str, int]:
    """Mark where each token stands: bit i of its number is set where token i is the token."""
    found: dict[str, int] = {}
    bit = 1
    for token in tokens:
        found[token] = found.get(token, 0) | bit
        bit <<= 1
    return found


def longest_common_subsequence(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the longest common subsequence, a whole row of the table at a time.

    Bit-parallel over Python's integers (Hyyrö 2004, Bit-parallel LCS-length computation
    revisited), since the usual table would take hours for two long texts.

    Args:
        one: tokens.
        other: tokens.
    """
    standing = places(one)
    mask = (1 << len(one)) - 1
    row = mask
    for token in other:
        if token in standing:
            matches = row & standing[token]
            row = ((row + matches) | (row - matches)) & mask
    return len(one) - row.bit_count()


def rouge_l(text: Sequence[str], reference: Sequence[str]) -> float:
    """F-measure of the longest common subsequence (Lin 2004), over the first MAX_TOKENS tokens.

    Args:
        text: tokens of the text.
        reference: tokens of the reference.
    """
    text, reference = text[:MAX_TOKENS], reference[:MAX_TOKENS]
    return f_measure(longest_common_subsequence(text, reference), len(text), len(reference))

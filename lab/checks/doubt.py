"""A generation and how likely its tokens were into the words that its checkpoint doubted."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from lab.checks.aids import Aids
from lab.checks.tokens import Token, tokenise
from lab.checks.types import CheckOutcome, Finding, failed, not_applicable, outcome
from lab.packing import unpack
from lab.records import Generation, Prompt, SpanType
from lab.text import is_content

CHECKER = "doubt"
VERSION = "1"
_LOW = 0.05
"""A content word that had less than this chance is marked."""


def check_doubt(generation: Generation, prompt: Prompt, aids: Aids) -> CheckOutcome:
    """Find the content words that the generating checkpoint itself held to be unlikely.

    Args:
        generation: the generation.
        prompt: its prompt, which is not looked at.
        aids: with the text's token scores.

    Returns:
        A span for each content word whose tokens together had a chance below 5 %; the score is
        the mean of 1 minus the chance over all content words. Not applicable without token
        scores; an error where they are not numbers or do not fit the text.
    """
    scores = aids.token_scores
    if scores is None:
        reason = "no token scores are stored for this text"
        return not_applicable(generation, CHECKER, VERSION, reason)
    try:
        ends = unpack(scores.ends, "uint32").astype(int)
        logs = unpack(scores.log_probabilities, "float16").astype(float)
    except ValueError as error:
        return failed(generation, CHECKER, VERSION, f"the token scores cannot be read: {error}")
    wrong = _wrong(generation.text, ends, logs)
    if wrong:
        return failed(generation, CHECKER, VERSION, wrong)
    words = [one for one in tokenise(generation.text) if is_content(one.fold)]
    chances = _chances(words, ends, logs)
    score = sum(1.0 - chance for chance in chances) / len(chances) if chances else 0.0
    return outcome(generation, CHECKER, VERSION, score, list(_findings(words, chances)))


def _wrong(text: str, ends: np.ndarray, logs: np.ndarray) -> str | None:
    if len(ends) != len(logs):
        return f"there are {len(ends)} ends of tokens and {len(logs)} log-probabilities"
    if np.isnan(logs).any():
        return f"{int(np.isnan(logs).sum())} of {len(logs)} log-probabilities are not numbers"
    if (len(ends) and (np.diff(ends) < 0).any()) or ends.max(initial=0) > len(text):
        return f"the tokens end beyond the text of {len(text)} code points, or out of order"
    return None


def _chances(words: list[Token], ends: np.ndarray, logs: np.ndarray) -> list[float]:
    """Multiply the chances of the tokens that have a part of each word."""
    starts = np.concatenate([[0], ends[:-1]]) if len(ends) else ends
    total = np.concatenate([[0.0], np.cumsum(np.maximum(logs, -1e4))])
    first = np.searchsorted(ends, [one.start for one in words], side="right")
    last = np.searchsorted(starts, [one.end for one in words], side="left")
    sums = total[np.maximum(first, last)] - total[first]
    return [min(1.0, math.exp(x)) for x in np.minimum(sums, 0.0)]


def _findings(words: list[Token], chances: list[float]) -> Iterator[Finding]:
    for word, chance in zip(words, chances, strict=True):
        if chance < _LOW:
            yield Finding(
                start=word.start,
                end=word.end,
                type=SpanType.DOUBT,
                score=1.0 - chance,
                evidence=f"the checkpoint gave {word.word!r} a chance of {chance:.1%}",
            )

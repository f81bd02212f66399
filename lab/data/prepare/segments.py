"""Cuts long texts at sentence ends."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.counting import TokenCounter
from lab.data.prepare.rows import Fields
from lab.data.prepare.steps import Outcome, RowStep
from lab.data.prepare.tokens import TOKENIZER
from lab.sentences import sentence_ends

AROUND = 2
"""Tokens of a model's input beside a text: its begin and its end."""

_BLOCK = 200_000


def segment_steps(config: PrepareConfig, folder: Path) -> list[RowStep]:
    """List the step that cuts plain texts, if it is asked for.

    Args:
        config: the settings.
        folder: the data set's folder, which has the tokenizer when the step is done.
    """
    if config.segment_tokens is None:
        return []
    settings = {"tokens": config.segment_tokens}
    return [RowStep("segment", settings, _Cut(str(folder / TOKENIZER), config.segment_tokens))]


class _Cut:
    """Cuts a plain text into rows of the same group."""

    def __init__(self, tokenizer: str, tokens: int):
        self.tokenizer, self.tokens = tokenizer, tokens

    def __call__(self, row: Fields) -> Outcome:
        if row["prompt"] or row["source"] or row["messages"] or not row["reference"]:
            return Outcome((row,))
        parts = list(cut(row["reference"], self.tokens - AROUND, _load(self.tokenizer)))
        if len(parts) <= 1:
            return Outcome((row,))
        made = tuple(
            row | {"key": f"{row['key']}#{number}", "reference": part}
            for number, part in enumerate(parts, 1)
        )
        return Outcome(made, counts={"parts": len(made)})


@lru_cache(maxsize=1)
def _load(folder: str) -> TokenCounter:
    from tokenizers import Tokenizer

    # Not by transformers, which would take a second and much memory in each process.
    tokenizer = Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))
    # Its file may say that texts are cut off or filled up; nothing here is to be lost or added.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return TokenCounter(tokenizer)


def cut(text: str, most: int, tokens: TokenCounter) -> Iterator[str]:
    """Cut a text at sentence ends into parts as long as allowed.

    A sentence that is too long alone is cut at a space, and what has no space between two tokens.

    Args:
        text: the text.
        most: most tokens of a part, at least 6.
        tokens: finds the tokens of texts.

    Yields:
        The parts in order, without the space around them; none is blank.
    """
    size = max(_BLOCK, 20 * most)
    start = 0
    while start < len(text):
        block = _Block(text[start : start + size], tokens)
        is_last = start + size >= len(text)
        done = 0
        while done < len(block.text):
            end = block.end(done, most)
            if end == len(block.text) and not is_last and done:
                break
            if part := block.text[done:end].strip():
                yield part
            done = end
        start += done


class _Block:
    """A piece of a text short enough to hold the places of all its tokens."""

    def __init__(self, text: str, tokens: TokenCounter):
        self.text, self.tokens, self.found = text, tokens, tokens(text)
        self.ends: list[int] = []
        self.more_ends = sentence_ends(text)

    def end(self, start: int, most: int) -> int:
        """Return where a part that begins at a place ends.

        A part alone can have other tokens than in its text, and so more than were counted; it is
        then cut earlier.
        """
        if start == 0 and len(self.found) <= most and self.text == self.text.strip():
            return len(self.text)
        room = most
        while True:
            end = self._furthest(start, room)
            n = len(self.tokens(self.text[start:end].strip()))
            if n <= most or room <= 1:
                return end
            room = max(1, room - (n - most))

    def _furthest(self, start: int, room: int) -> int:
        starts = self.found.starts
        first = int(starts.searchsorted(start))
        if first + room >= len(starts):
            return len(self.text)
        limit = max(int(starts[first + room]), start + 1)
        place = bisect_right(self._ends_to(limit), limit) - 1
        if place >= 0 and self.text[start : self.ends[place]].strip():
            return self.ends[place]
        # From the first letter on, so that space at the front is no place to cut at.
        letter = start + len(self.text[start:limit]) - len(self.text[start:limit].lstrip())
        space = max(self.text.rfind(mark, letter, limit + 1) for mark in (" ", "\n", "\t"))
        return space if space > letter else limit

    def _ends_to(self, limit: int) -> list[int]:
        """Return the ends of sentences so far, as far as a place and perhaps farther."""
        while not self.ends or self.ends[-1] <= limit:
            end = next(self.more_ends, None)
            if end is None:
                break
            self.ends.append(end)
        return self.ends

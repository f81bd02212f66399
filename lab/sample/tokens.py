"""Turns the tokens of a text into where each ends in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lab.packing import pack
from lab.records import TokenScores
from lab.sample.batch import Written


class Pieces:
    """What each token of a tokenizer is as text, found once per token."""

    def __init__(self, tokenizer: Any):
        self.tokenizer = tokenizer
        self.known: dict[int, str] = {}

    def text(self, ids: Sequence[int]) -> str:
        """Decode tokens, without the special ones."""
        return self.tokenizer.decode(
            list(ids), skip_special_tokens=True, clean_up_tokenization_spaces=False
        )

    def ends(self, ids: Sequence[int], text: str) -> list[int]:
        """Find where each token ends.

        Args:
            ids: the tokens.
            text: what they are together, or its beginning where a stop string cut it.

        Returns:
            For each token the code points of the text up to its end.
        """
        for token in set(ids) - self.known.keys():
            self.known[token] = self.text([token])
        ends, end = [], 0
        for token in ids:
            end += len(self.known[token])
            ends.append(end)
        if "".join(self.known[token] for token in ids).startswith(text):
            return [min(end, len(text)) for end in ends]
        # Alone, a part of a letter, or of a word in some tokenizers, is another text.
        whole = [len(self.text(ids[: n + 1])) for n in range(len(ids))]
        return [min(end, len(text)) for end in whole]


def token_scores(generation_id: str, text: str, written: Written, pieces: Pieces) -> TokenScores:
    """Make the record of a text's tokens.

    Args:
        generation_id: the text's generation.
        text: the text as it is stored.
        written: its tokens.
        pieces: of the checkpoint's tokenizer.
    """
    return TokenScores(
        generation_id=generation_id,
        ends=pack(pieces.ends(written.ids, text), "uint32"),
        log_probabilities=pack(written.log_probabilities, "float16"),
        entropies=pack(written.entropies, "float16"),
    )

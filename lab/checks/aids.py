"""What a check may need besides the text and its prompt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from lab.checks.background import Background
from lab.checks.support import Rarity
from lab.records import Generation, TokenScores

if TYPE_CHECKING:
    import numpy as np


class TokenEncoder(Protocol):
    """A model that turns the tokens of texts into vectors."""

    @property
    def name(self) -> str:
        """What the check's version calls it."""

    def tokens(self, texts: Sequence[str]) -> list[np.ndarray]:
        """Encode each token of each text: arrays of shape (tokens, width), rows of any length."""


class Entailment(Protocol):
    """A model that tells whether one text follows from another."""

    @property
    def name(self) -> str:
        """What the check's version calls it."""

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[float, float]]:
        """Return, for (premise, hypothesis), the chances of entailment and of contradiction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aids:
    """What there is to check a text with; None or empty for what there is not."""

    background: Background | None = None
    """What is usual in a data set whose sources are fact cards."""

    rarity: Rarity | None = None
    """How usual words are in the sources of the data set."""

    samples: Sequence[Generation] = ()
    """Other texts of the same checkpoint for the same prompt."""

    token_scores: TokenScores | None = None
    """How likely the text's tokens were when it was written."""

    encoder: TokenEncoder | None = None
    """The model that `align` compares with."""

    entailment: Entailment | None = None
    """The model that `nli` asks, and `entropy` where it is given."""

"""What a metric may need besides the texts: models and an index, each named for its version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.metrics.classifier import Classifier
    from lab.metrics.judge import Judge
    from lab.metrics.training import TrainingIndex

Need = Literal["reference", "source", "judge", "encoder", "classifier", "training"]
ARTICLES: dict[Need, str] = {
    "reference": "a reference",
    "source": "a source",
    "judge": "a judge",
    "encoder": "an encoder",
    "classifier": "a classifier",
    "training": "a training set",
}
"""Needs in words."""


class Encoder(Protocol):
    """A model that turns texts into vectors."""

    @property
    def name(self) -> str:
        """What a metric's version calls it."""

    @property
    def precision(self) -> str:
        """Number format of the computation, e.g. "fp32"."""

    def sentences(self, texts: Sequence[str]) -> Any:
        """Encode each text as one vector: (texts, width), float32, each of length 1."""

    def tokens(self, texts: Sequence[str]) -> Any:
        """Encode each token of each text: a list of (tokens, width)."""

    def token_ids(self, texts: Sequence[str]) -> Any:
        """Return the ids of the tokens that `tokens` encodes, in its order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aids:
    """What there is to score with; None for what was not given."""

    judge: Judge | None = None
    """The model under which texts are likely or not."""

    encoder: Encoder | None = None
    """The model that turns texts into vectors."""

    classifier: Classifier | None = None
    """The model that sorts texts into classes, e.g. toxic or not."""

    training: TrainingIndex | None = None
    """The texts that the checkpoints were trained on."""

    def lacks(self, need: Need) -> bool:
        """Tell whether a need is an aid and is not here; a reference or source is the text's."""
        return need not in ("reference", "source") and getattr(self, need) is None

    def named(self, needs: frozenset[Need]) -> str:
        """Name the given aids that are needed, for a version: "|judge:base|fp32", or ""."""
        return "".join(
            f"|{need}:{aid.name}|{aid.precision}"
            for need in ("judge", "encoder", "classifier", "training")
            if need in needs and (aid := getattr(self, need)) is not None
        )

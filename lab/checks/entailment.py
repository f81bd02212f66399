"""A sequence-classification checkpoint into a model of entailment, its head found by its labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lab.errors import LabError

BATCH = 16
_ENTAILED = ("entail", "support", "consistent", "faithful", "factual")
_CONTRADICTED = ("contradict", "refut", "inconsistent", "unfaithful")
_NOT = ("not", "non", "un", "in")


class EntailmentHeadError(LabError):
    """A checkpoint cannot tell whether a text follows from another."""


class Classifier:
    """A loaded model; see `lab.checks.aids.Entailment`."""

    def __init__(self, name: str, model: Any, tokenizer: Any) -> None:
        """Take a model with its tokenizer."""
        self.name = name
        self._model = model.eval()
        self._tokenizer = tokenizer
        self._entailed, self._contradicted = find_heads(name, model.config.id2label)

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[float, float]]:
        """Return, for (premise, hypothesis), the chances of entailment and of contradiction."""
        import torch

        found: list[tuple[float, float]] = []
        for first in range(0, len(pairs), BATCH):
            premises, texts = zip(*pairs[first : first + BATCH], strict=True)
            given = self._tokenizer(
                list(premises), list(texts), truncation="only_first", padding=True,
                max_length=self._longest(), return_tensors="pt",
            )  # fmt: skip
            with torch.inference_mode():
                logits = self._model(**given).logits.float()
            if torch.isnan(logits).any():
                raise EntailmentHeadError(f"{self.name} gives logits that are not numbers")
            found += [self._chances(row) for row in logits]
        return found

    def _chances(self, row: Any) -> tuple[float, float]:
        if len(row) == 1:
            return float(row.sigmoid()[0]), 0.0
        shares = row.softmax(0)
        against = self._contradicted
        return float(shares[self._entailed]), 0.0 if against is None else float(shares[against])

    def _longest(self) -> int:
        limit = getattr(self._model.config, "max_position_embeddings", 512) or 512
        # RoBERTa's positions begin behind the padding's, at 2.
        return min(int(self._tokenizer.model_max_length), int(limit) - 2, 2048)


def find_heads(name: str, labels: Mapping[int, str]) -> tuple[int, int | None]:
    """Find which output says "follows" and which "contradicts".

    Args:
        name: the checkpoint, for the message.
        labels: label names by output.

    Returns:
        Their numbers; one output alone is the chance of entailment; the second is None where no
        label says it.

    Raises:
        EntailmentHeadError: no label says that a text follows.
    """
    words = {int(n): str(label).casefold() for n, label in labels.items()}
    if len(words) == 1:
        return next(iter(words)), None
    entailed = [n for n, word in words.items() if _says(word, _ENTAILED)]
    against = [n for n, word in words.items() if any(stem in word for stem in _CONTRADICTED)]
    if len(entailed) != 1:
        raise EntailmentHeadError(
            f"{name} has the labels {', '.join(map(repr, labels.values()))}, of which "
            f"{len(entailed)} say that a text follows from another; give a checkpoint with one "
            "label such as 'entailment' or 'supported'"
        )
    return entailed[0], against[0] if against else None


def _says(word: str, stems: Sequence[str]) -> bool:
    for stem in stems:
        before, found, _ = word.partition(stem)
        if found and not before.rstrip("_- ").endswith(_NOT):
            return True
    return False


def load_entailment(name_or_path: str) -> Classifier:
    """Load a sequence-classification checkpoint.

    Args:
        name_or_path: a folder, or a name on the Hub.

    Raises:
        EntailmentHeadError: it cannot be loaded, or has no label for entailment.
    """
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    from lab.models.hub import without_retries

    try:
        with without_retries(name_or_path):
            model = AutoModelForSequenceClassification.from_pretrained(name_or_path)
            tokenizer = AutoTokenizer.from_pretrained(name_or_path)
    except (OSError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise EntailmentHeadError(
            f"{name_or_path!r} cannot be loaded as a sequence classifier: {first}"
        ) from error
    return Classifier(Path(name_or_path).name, model, tokenizer)

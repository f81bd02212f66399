"""The text metrics as `evaluate.Metric` classes, which work without the hub.

`evaluate.load` asks the hub for a script; a subclass defined here does not. Importing this module
imports `evaluate` (seconds), so only the functions that need it do.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import Any

import datasets
import evaluate

from lab.metrics.bleu import sentence_bleu
from lab.metrics.chrf import sentence_chrf
from lab.metrics.coverage import coverage
from lab.metrics.distinct import distinct
from lab.metrics.meteor import meteor_scores
from lab.metrics.references import Compare
from lab.metrics.rouge_metrics import Kind, rouge
from lab.text import words

Scorer = Callable[[list[str], list[str]], list[float | None]]


def _against(compare: Compare) -> Scorer:
    return lambda texts, references: list(compare(texts, [[one] for one in references]))


def _rouge(kind: Kind) -> Scorer:
    return _against(lambda texts, references: rouge(texts, references, kind))


def _repetition(text: str) -> float | None:
    share = distinct(text, 4).value
    return None if share is None else 1.0 - share


_SCORERS: dict[str, Scorer] = {
    "bleu": _against(sentence_bleu),
    "chrf": _against(sentence_chrf),
    "rouge_1": _rouge("1"),
    "rouge_2": _rouge("2"),
    "rouge_l": _rouge("l"),
    "rouge_lsum": _rouge("lsum"),
    "meteor": _against(meteor_scores),
    "distinct_1": lambda texts, _: [distinct(text, 1).value for text in texts],
    "distinct_2": lambda texts, _: [distinct(text, 2).value for text in texts],
    "repetition": lambda texts, _: [_repetition(text) for text in texts],
    "length": lambda texts, _: [float(len(words(text))) for text in texts],
    "prompt_coverage": lambda texts, prompts: [
        coverage(prompt, text).value for text, prompt in zip(texts, prompts, strict=True)
    ],
}


class TextMetric(evaluate.Metric):
    """One of the lab's text metrics; its configuration's name says which."""

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description=f"The lab's metric {self.config_name}.",
            citation="",
            inputs_description=(
                "predictions: the texts; references: one reference per text (for prompt_coverage "
                "the prompt; read by no metric of the text alone). Returns scores, one per text "
                "(None where there is none), and mean, over the texts that have one."
            ),
            features=datasets.Features(
                {"predictions": datasets.Value("string"), "references": datasets.Value("string")}
            ),
        )

    def _compute(self, predictions: list[str], references: list[str]) -> dict[str, Any]:
        scores = _SCORERS[self.config_name](predictions, references)
        present = [score for score in scores if score is not None]
        return {"scores": scores, "mean": sum(present) / len(present) if present else None}

    def compute(self, *, predictions: Any = None, references: Any = None, **kwargs: Any) -> Any:
        """Score texts; `references` may be left out where the metric reads none.

        Args:
            predictions: the texts.
            references: one per text; see the module.
            **kwargs: passed on to `evaluate`.

        Returns:
            A dict of "scores" (one per text, None where there is none) and "mean".
        """
        texts = [_storable(text) for text in predictions]
        others = [""] * len(texts) if references is None else [_storable(r) for r in references]
        if not texts:
            return {"scores": [], "mean": None}
        return super().compute(predictions=texts, references=others, **kwargs)


def _storable(text: str) -> str:
    """Replace lone surrogates, which Arrow cannot hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def evaluate_metric(name: str) -> TextMetric:
    """Make one of the lab's text metrics as an `evaluate.Metric`.

    Args:
        name: name of the metric, e.g. "bleu".

    Returns:
        The metric. It keeps its rows in memory, so the folder that `evaluate` insists on making is
        a temporary one and gone at once: a home may be read-only.

    Raises:
        ValueError: no text metric has the name.
    """
    if name not in _SCORERS:
        raise ValueError(f"no text metric {name!r}; there is: {', '.join(_SCORERS)}")
    with tempfile.TemporaryDirectory() as folder:
        return TextMetric(config_name=name, keep_in_memory=True, cache_dir=folder)

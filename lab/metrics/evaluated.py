"""The lab's metrics as `evaluate.Metric` classes, which work without the hub.

`evaluate.load` asks the hub for a script; a subclass defined here does not. Importing this module
imports `evaluate` (seconds), so only the functions that need it do.
"""

from __future__ import annotations

import tempfile
from typing import Any

import datasets
import evaluate

from lab.metrics.aids import ARTICLES, Aids
from lab.metrics.run import METRICS, SET_METRICS
from lab.metrics.types import Metric, ScoreInput
from lab.metrics.whole import SetMetric
from lab.records import Generation, Prompt, Split


class TextMetric(evaluate.Metric):
    """One of the lab's metrics; its configuration's name says which."""

    aids: Aids = Aids()

    @property
    def metric(self) -> Metric | SetMetric:
        """The lab's own."""
        return _ours()[self.config_name]

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description=self.metric.docstring,
            citation="",
            inputs_description=(
                "predictions: the texts; references: one per text, for metrics of the prompt and "
                "under a judge the prompt; read by no metric of the text alone. Returns scores, "
                "one per text (None where there is none), and mean, over the texts that have one; "
                "for a metric of the whole set value, low, high (a 95 % interval) and reason."
            ),
            features=datasets.Features(
                {"predictions": datasets.Value("string"), "references": datasets.Value("string")}
            ),
        )

    def _compute(self, predictions: list[str], references: list[str]) -> dict[str, Any]:
        inputs = [
            _given(number, text, reference)
            for number, (text, reference) in enumerate(zip(predictions, references, strict=True))
        ]
        if isinstance(self.metric, SetMetric):
            found = self.metric.compute(inputs, self.aids)
            return {
                "value": found.value,
                "low": found.low,
                "high": found.high,
                "reason": found.reason,
            }
        scores = [one.value for one in self.metric.compute(inputs, self.aids)]
        present = [score for score in scores if score is not None]
        return {"scores": scores, "mean": sum(present) / len(present) if present else None}

    def compute(self, *, predictions: Any = None, references: Any = None, **kwargs: Any) -> Any:
        """Score texts; `references` may be left out where the metric reads none.

        Args:
            predictions: the texts.
            references: one per text; see the module.
            **kwargs: passed on to `evaluate`.

        Returns:
            A dict of "scores" (one per text, None where there is none) and "mean"; for a metric
            of the whole set of "value", "low", "high" and "reason".
        """
        texts = [_storable(text) for text in predictions]
        others = [""] * len(texts) if references is None else [_storable(r) for r in references]
        if not texts:
            if isinstance(self.metric, SetMetric):
                return {"value": None, "low": None, "high": None, "reason": "there is no text"}
            return {"scores": [], "mean": None}
        return super().compute(predictions=texts, references=others, **kwargs)


def _given(number: int, text: str, reference: str) -> ScoreInput:
    """Make a text with a prompt whose own text and whose reference are what it is compared with."""
    prompt = Prompt(
        dataset_id="", key=str(number), split=Split.TEST, text=reference, reference=reference
    )
    made = Generation(prompt_id=prompt.id, checkpoint_id="", text=text, decoding={})
    return ScoreInput(generation=made, prompt=prompt)


def _ours() -> dict[str, Metric | SetMetric]:
    return {**METRICS, **SET_METRICS}


def _storable(text: str) -> str:
    """Replace lone surrogates, which Arrow cannot hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def evaluate_metric(name: str, aids: Aids | None = None) -> TextMetric:
    """Make one of the lab's metrics as an `evaluate.Metric`.

    Args:
        name: name of the metric, e.g. "bleu" or "mauve".
        aids: the models to score with, for a metric that needs one.

    Returns:
        The metric. It keeps its rows in memory, so the folder that `evaluate` insists on making is
        a temporary one and gone at once: a home may be read-only.

    Raises:
        ValueError: no metric has the name, or it needs an aid that was not given.
    """
    if name not in _ours():
        raise ValueError(f"no metric {name!r}; there is: {', '.join(_ours())}")
    aids = aids or Aids()
    if lacking := sorted(need for need in _ours()[name].needs if aids.lacks(need)):
        raise ValueError(f"metric {name!r} needs {ARTICLES[lacking[0]]}: none was given")
    with tempfile.TemporaryDirectory() as folder:
        made = TextMetric(config_name=name, keep_in_memory=True, cache_dir=folder)
    made.aids = aids
    return made

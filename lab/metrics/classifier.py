"""A checkpoint's folder into a classifier, and a text into the probability of each of its classes.

Toxicity, sentiment, genre: what the classes are is the classifier's affair, and so the metrics are
named after it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from lab.metrics.aids import Aids
from lab.metrics.precision import number_format
from lab.metrics.types import Metric, ScoreInput, Value
from lab.models.classifier import classify, context_of, labels, load, windows_of

MOST_WINDOWS = 16
"""Windows of the classifier's context that are read of one text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Classifier:
    """A sequence-classification model of any kind: toxicity, sentiment, genre."""

    name: str
    """What the metrics' names and versions call it: its folder's or hub name's last part."""

    precision: str
    """Number format of the computation, "fp32" or "bf16"."""

    model: Any
    """The model of `transformers`, in evaluation mode."""

    tokenizer: Any
    """Its tokenizer."""

    memory: dict[str, list[float] | None] = field(default_factory=dict, repr=False, compare=False)
    """What was classified already, by the generation's id."""

    @property
    def labels(self) -> list[str]:
        """Its classes; a single one where it gives a plain number."""
        return labels(self.model.config)


def load_classifier(path: str | Path, device: str | None = None) -> Classifier:
    """Load a sequence-classification checkpoint, in bf16 where the processor has it, else in fp32.

    Args:
        path: a folder in the format of `transformers`, or a hub name.
        device: "cpu", "cuda", …; by default the first GPU if there is any.

    Returns:
        The classifier, in evaluation mode.

    Raises:
        CheckpointError: it is missing, out of reach, or no such model.
    """
    from lab.models.load import choose_device

    where = choose_device(device)
    precision, dtype = number_format(where)
    model, tokenizer = load(path, where, dtype)
    return Classifier(name=Path(path).name, precision=precision, model=model, tokenizer=tokenizer)


def _windows(classifier: Classifier, text: str) -> list[list[int]]:
    """Cut a text into windows of the classifier's context, special tokens in each."""
    model, tokenizer = classifier.model, classifier.tokenizer
    # Hardly a token has over 16 characters; a megabyte is cut before it is tokenized.
    start = text[: context_of(model, tokenizer) * MOST_WINDOWS * 16]
    return windows_of(model, tokenizer, start)[:MOST_WINDOWS]


def probabilities(texts: list[str], classifier: Classifier) -> list[list[float] | None]:
    """Classify texts.

    Args:
        texts: any texts.
        classifier: the model.

    Returns:
        Per text the probability of each class (softmax; sigmoid where a text can have several
        classes; the plain number of a classifier with a single output), averaged over windows of
        the classifier's context by their tokens; None for an empty text.
    """
    cut = [_windows(classifier, text) for text in texts]
    flat = [window for windows in cut for window in windows]
    found = classify(classifier.model, classifier.tokenizer, flat)
    values: list[list[float] | None] = []
    start = 0
    for windows in cut:
        n_tokens = sum(map(len, windows))
        rows = [found[start + place] * len(window) for place, window in enumerate(windows)]
        values.append((sum(rows, np.zeros(1)) / n_tokens).tolist() if windows else None)
        start += len(windows)
    return values


def _remembered(inputs: list[ScoreInput], classifier: Classifier) -> list[list[float] | None]:
    memory = classifier.memory
    new = [given.generation for given in inputs if given.generation.id not in memory]
    found = probabilities([one.text for one in new], classifier)
    memory.update(zip((one.id for one in new), found, strict=True))
    return [memory[given.generation.id] for given in inputs]


def compute(number: int, inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """Class probability: how sure a classifier is that the text belongs to a class.

    Range 0 to 1 (any number for a classifier with a single output); what is better depends on the
    class. Softmax over the classes, or sigmoid where a text can have several. Read in windows of
    the classifier's context, at most 16, averaged by their tokens. A classifier is as right as
    its training set is like these texts: look at some before you trust it. No value for an empty
    text.
    """
    if aids.classifier is None:
        raise ValueError("class probabilities need a classifier: none was given")
    return [
        Value(None, "the text is empty") if row is None else _finite(row[number])
        for row in _remembered(inputs, aids.classifier)
    ]


def _finite(value: float) -> Value:
    if math.isfinite(value):
        return Value(value)
    return Value(None, "the classifier's output is not a finite number")


def class_metrics(classifier: Classifier) -> list[Metric]:
    """Make a metric of each class of a classifier, e.g. "toxic-bert:toxic".

    Args:
        classifier: the model. Of two classes that exclude each other only the second is taken,
            since the first is the rest.
    """
    labels = classifier.labels
    several = classifier.model.config.problem_type == "multi_label_classification"
    first = 1 if len(labels) == 2 and not several else 0
    single = len(labels) == 1
    return [
        Metric(
            name=f"{classifier.name}:{label}",
            definition="class-probability-1",
            library="transformers",
            better="neither",
            range=(-math.inf, math.inf) if single else (0.0, 1.0),
            needs=frozenset({"classifier"}),
            compute=partial(compute, number),
        )
        for number, label in enumerate(labels)
        if number >= first
    ]

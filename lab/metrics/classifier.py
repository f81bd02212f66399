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

from lab.errors import CheckpointError
from lab.metrics.aids import Aids
from lab.metrics.precision import number_format
from lab.metrics.types import Metric, ScoreInput, Value

MOST_WINDOWS = 16
"""Windows of the classifier's context that are read of one text."""

_ROWS = 16
"""Windows that are classified at once."""


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
        names = self.model.config.id2label
        return [str(names[number]) for number in sorted(names)]

    @property
    def context(self) -> int:
        """Most tokens that it takes."""
        longest = getattr(self.model.config, "max_position_embeddings", None) or 512
        # RoBERTa and its kin keep two places of their table for themselves.
        longest -= 2 if "roberta" in str(self.model.config.model_type) else 0
        return int(min(longest, self.tokenizer.model_max_length))


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
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    from lab.models.load import choose_device
    from lab.models.quiet import quiet

    where = choose_device(device)
    precision, dtype = number_format(where)
    try:
        with quiet():
            tokenizer = AutoTokenizer.from_pretrained(path)
            model, about = AutoModelForSequenceClassification.from_pretrained(
                path,
                dtype=dtype,
                trust_remote_code=False,
                output_loading_info=True,
            )
    except Exception as error:  # transformers, safetensors and the hub raise a dozen kinds
        raise CheckpointError(
            f"classifier {str(path)!r} cannot be loaded: {str(error).splitlines()[0]}; give the "
            "folder or the hub name of a sequence-classification checkpoint of transformers"
        ) from error
    if about["missing_keys"]:
        raise CheckpointError(
            f"classifier {str(path)!r} has no weights for {sorted(about['missing_keys'])[0]!r}: "
            "it is not a sequence-classification checkpoint"
        )
    return Classifier(
        name=Path(path).name,
        precision=precision,
        model=model.to(where).eval(),
        tokenizer=tokenizer,
    )


def _windows(classifier: Classifier, text: str) -> list[list[int]]:
    """Cut a text into windows of the classifier's context, special tokens in each."""
    plain = text.encode("utf-8", "replace").decode("utf-8")
    if not plain.strip():
        return []
    encoded = classifier.tokenizer(
        # Hardly a token has over 16 characters; a megabyte is cut before it is tokenized.
        [plain[: classifier.context * MOST_WINDOWS * 16]],
        truncation=True,
        max_length=classifier.context,
        return_overflowing_tokens=classifier.tokenizer.is_fast,
        verbose=False,
    )
    return [list(window) for window in encoded["input_ids"]][:MOST_WINDOWS]


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
    order = sorted(range(len(flat)), key=lambda place: -len(flat[place]))
    found: dict[int, Any] = {}
    for first in range(0, len(order), _ROWS):
        places = order[first : first + _ROWS]
        outputs = _outputs(classifier, [flat[place] for place in places])
        found.update(zip(places, outputs, strict=True))
    values: list[list[float] | None] = []
    start = 0
    for windows in cut:
        n_tokens = sum(map(len, windows))
        rows = [found[start + place] * len(window) for place, window in enumerate(windows)]
        values.append([float(v) for v in sum(rows) / n_tokens] if windows else None)
        start += len(windows)
    return values


def _outputs(classifier: Classifier, windows: list[list[int]]) -> Any:
    """Return what the model makes of windows: (windows, classes)."""
    import torch

    longest = max(map(len, windows))
    pad = classifier.tokenizer.pad_token_id or 0
    ids = torch.tensor([row + [pad] * (longest - len(row)) for row in windows])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in windows])
    device = classifier.model.device
    with torch.inference_mode():
        logits = classifier.model(
            input_ids=ids.to(device), attention_mask=mask.to(device)
        ).logits.double()
    if logits.shape[1] == 1:
        return logits.cpu().numpy()
    several = classifier.model.config.problem_type == "multi_label_classification"
    found = logits.sigmoid() if several else logits.softmax(dim=1)
    return found.cpu().numpy()


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

"""A checkpoint's folder into a classifier: a model that sorts texts into classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Classifier:
    """A sequence-classification model of any kind: toxicity, sentiment, genre."""

    name: str
    """What the metric's version calls it: its folder's or hub name's last part."""

    precision: str
    """Number format of the computation, "fp32" or "bf16"."""

    model: Any
    """The model of `transformers`, in evaluation mode."""

    tokenizer: Any
    """Its tokenizer."""

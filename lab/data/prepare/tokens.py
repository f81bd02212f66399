"""Trains or takes a tokenizer, and says how well it fits the training texts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.steps import StepReport

if TYPE_CHECKING:
    from datasets import Dataset

TOKENIZER = "tokenizer"
"""Folder of a prepared data set's tokenizer, in transformers' format."""


def tokenise(training: Dataset, config: PrepareConfig, out: Path) -> StepReport:
    """Train or take a tokenizer."""
    raise NotImplementedError

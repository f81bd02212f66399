"""Chooses what writes on token rows: by strategy and engine, behind one interface."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from lab.models.load import LoadedModel
from lab.sample.batch import Request, Written, write
from lab.sample.beam import write_beams
from lab.sample.config import SampleConfig
from lab.sample.contrastive import write_contrastive
from lab.sample.generate import write_by_generate

Writer = Callable[[LoadedModel, Sequence[Request], SampleConfig], Iterator[tuple[int, Written]]]
"""Takes a model, rows and settings; yields the number of a row and what was written after it."""


def find_writer(config: SampleConfig) -> Writer:
    """Return what writes with these settings a model that is in memory."""
    if config.strategy == "beam":
        return write_beams
    if config.strategy == "contrastive":
        return write_contrastive
    return write_by_generate if config.engine == "transformers" else write

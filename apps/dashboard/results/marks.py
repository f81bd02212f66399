"""Narrows what reviewers marked in texts to what the filters leave."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from apps.dashboard import data
from apps.dashboard.filters import Filters
from apps.dashboard.results.rows import once
from storage import frames
from storage.client import Store


def marks(filters: Filters) -> pd.DataFrame:
    """Return one row per piece that a reviewer marked; see `storage.frames.reviewer_spans`."""
    # Marks are given on no criterion; a chosen one leaves them all.
    return replace(filters, criterion=None).ratings(every(data.version()))


@once
def every(at: str) -> pd.DataFrame:
    """Return all marks; see `read`."""
    return read(data.store())


def read(store: Store) -> pd.DataFrame:
    """Read all marks, with a column `excluded`: by a decision about the study's reviewer."""
    found = frames.reviewer_spans(store)
    left_out = frames.excluded(store)
    pairs = set(zip(left_out["study"], left_out["reviewer"], strict=True))
    given = zip(found["study"], found["reviewer"], strict=True)
    return found.assign(excluded=[pair in pairs for pair in given])

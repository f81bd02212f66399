"""Asks lab.analysis for what people said of each text."""

from __future__ import annotations

import pandas as pd

from apps.dashboard import data
from apps.dashboard.filters import Filters
from apps.dashboard.results.rows import once
from lab.analysis.summaries import text_means


@once
def means(at: str, filters: Filters) -> pd.DataFrame:
    """Return each rated text's mean on each criterion, indexed by generation_id."""
    return text_means(filters.ratings(data.ratings()))

"""Prompt coverage on the stories of Chiang and Lee 2023, rated by three people each."""

import json
from pathlib import Path

import pytest
from scipy.stats import spearmanr

from lab.metrics.run import METRICS, score

STORIES = Path(__file__).parents[3] / ".." / "shared" / "data" / "wp_a" / "wp_a.json"


def test_prompt_coverage_agrees_with_peoples_relevance(pair):
    if not STORIES.exists():
        pytest.skip(f"published ratings are not there: {STORIES}")
    rows = list(json.loads(STORIES.read_text("utf-8")).values())
    found = score([pair(row["story"], row["prompt"]) for row in rows], METRICS["prompt_coverage"])
    people = [sum(row["relevant"]) / len(row["relevant"]) for row in rows]
    assert spearmanr([one.value for one in found], people).statistic > 0.47

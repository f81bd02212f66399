"""Times alpha's 1,000 bootstraps on 100,000 ratings against `krippendorff` in a loop.

    python -m benchmarks.alpha

The library has no bootstrap, so that whoever uses it resamples in a loop; a few rounds of the loop
are timed and counted up to 1,000. Both start from the same table of texts by raters.
"""

from __future__ import annotations

import time

import krippendorff
import numpy as np

from lab.analysis.agreement.estimates import coefficients, krippendorff_alpha
from lab.analysis.agreement.intervals import resample
from lab.analysis.agreement.tally import patterns_of, tally_matrix
from lab.selftest.panels import Panel, draw_panel

PANEL = Panel(n_raters=60, n_texts=33_334, per_text=3)
RESAMPLES = 1000
ROUNDS = 10


def main() -> None:
    """Print the seconds of both ways and their ratio."""
    rng = np.random.default_rng(0)
    table = draw_panel(PANEL, rng)
    print(f"{int(np.isfinite(table).sum()):,} ratings of {PANEL.n_texts:,} texts by 60 people")
    ours, held = _ours(table)
    loop, lists, of_loop = _loops(table, rng)
    print(f"lab: {RESAMPLES:,} resamples {ours:.3f} s of CPU, sd {held.std():.5f}")
    for name, seconds in (("tables", loop), ("counts", lists)):
        whole = seconds / ROUNDS * RESAMPLES
        print(
            f"krippendorff on resampled {name}: {ROUNDS} rounds {seconds:.2f} s, "
            f"so {RESAMPLES:,} about {whole:.0f} s; {whole / ours:,.0f} times the lab's"
        )
    print(f"mean of resamples: lab {held.mean():.4f}, loop {of_loop.mean():.4f}")
    began = time.process_time()
    krippendorff_alpha(tally_matrix(table), "ordinal")
    print(f"lab, all three intervals: {time.process_time() - began:.3f} s of CPU")


def _ours(table: np.ndarray) -> tuple[float, np.ndarray]:
    began = time.process_time()
    tally = tally_matrix(table).compared()
    patterns, _, times = patterns_of(tally.counts)
    coefficient = coefficients.alpha(tally.domain, "ordinal")
    parts = coefficient.parts(patterns)
    held = resample(coefficient, parts, times, RESAMPLES, np.random.default_rng(0))
    return time.process_time() - began, held


def _loops(table: np.ndarray, rng: np.random.Generator) -> tuple[float, float, np.ndarray]:
    """Time the loop over tables, and over counts that were made once: the library's faster way."""
    began = time.process_time()
    held = [
        krippendorff.alpha(
            reliability_data=table[rng.integers(0, len(table), len(table))].T,
            level_of_measurement="ordinal",
        )
        for _ in range(ROUNDS)
    ]
    tables = time.process_time() - began
    tally = tally_matrix(table)
    began = time.process_time()
    for _ in range(ROUNDS):
        krippendorff.alpha(
            value_counts=tally.counts[rng.integers(0, len(table), len(table))],
            value_domain=tally.domain,
            level_of_measurement="ordinal",
        )
    return tables, time.process_time() - began, np.array(held)


if __name__ == "__main__":
    main()

"""How often the lab's intervals hold and its verdicts err, where the truth is known, as tables.

The simulations are the lab's own (`lab selftest`); this prints them for RESULTS.md and records
what the package ships. Every figure stands with its Monte-Carlo error and beside what the usual
way gives on the same draws. Seeded: the same call gives the same figures.

    OMP_NUM_THREADS=1 python benchmarks/calibration.py [preferences …] [--runs 1000] [--write]
"""

from __future__ import annotations

import argparse
import sys
import time

from lab.selftest import recorded
from lab.selftest.figures import Figure
from lab.selftest.run import TOPICS, figures
from lab.selftest.sentences import aimed_at, sentence

SCRIPT = "OMP_NUM_THREADS=1 python benchmarks/calibration.py"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("topics", nargs="*", choices=[*TOPICS, []], help="all by default")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", action="store_true", help="record what the package ships")
    given = parser.parse_args()
    for topic in given.topics or TOPICS:
        command = f"{SCRIPT} {topic} --runs {given.runs} --seed {given.seed}"
        started, found = time.perf_counter(), []
        for one in figures(topic, given.runs, given.seed):
            print(sentence(one), file=sys.stderr, flush=True)
            found.append(one)
        seconds = time.perf_counter() - started
        print(f"## {topic}\n\n`{command}`, {seconds:.0f} s")
        print_tables(found)
        if given.write:
            recorded.write(recorded.SHIPPED, [recorded.record(topic, found, seconds, command)])


def print_tables(found: list[Figure]) -> None:
    """Print one table per question."""
    for question in dict.fromkeys(one.question for one in found):
        print(f"\n{question}\n\n| study | lab | aimed at | usual way | what that is |")
        print("|---|---|---|---|---|")
        for one in found:
            if one.question == question:
                print(_row(one))
    print()


def _row(one: Figure) -> str:
    aim = (aimed_at(one) or "–") + ("" if one.is_met else " (missed)")
    usual = "–" if one.usual is None else f"{one.usual:.3f}"
    lab = f"{one.value:.3f} ± {one.error:.3f}"
    return f"| {one.condition} | {lab} | {aim} | {usual} | {one.usual_way or '–'} |"


if __name__ == "__main__":
    main()

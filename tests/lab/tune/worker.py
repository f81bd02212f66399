"""A small search, and a process of its own that takes part in it."""

from __future__ import annotations

import sys
from pathlib import Path

from lab.records import TrialOutcome
from lab.tune.journal import Journal
from lab.tune.ranges import Range
from lab.tune.search import Attempt, Plan, Result, Search

PLAN = Plan(
    name="s",
    dataset_id="00000000-0000-7000-8000-000000000000",
    ranges=(
        Range(name="rate", low=1e-4, high=1.0, log=True),
        Range(name="rows", choices=(8, 16)),
        Range(name="steps", low=1, high=9, whole=True),
    ),
    fixed={"width": 16},
)


def valley(attempt: Attempt) -> Result:
    value = abs(attempt.parameters["rate"] - 0.01) + attempt.parameters["rows"] / 100
    return Result(outcome=TrialOutcome.FINISHED, value=value)


def run(folder, n_trials: int, attempt=valley, plan: Plan = PLAN):
    with Journal(folder, plan.name) as journal:
        search = Search(journal, plan)
        search.go_on(n_trials, attempt, lambda: None)
        return search.trials()


if __name__ == "__main__":

    def attempt(going: Attempt) -> Result:
        (going.scratch / "weights").write_text("half a checkpoint")
        sys.stdout.write(f"{going.number}\n")
        sys.stdout.flush()
        if sys.argv[2] == "stay":
            sys.stdin.read()
        return valley(going)

    run(Path(sys.argv[1]), 6, attempt)

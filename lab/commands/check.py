"""Find hallucinations in the generations that were not checked yet."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lab.commands import flags
from lab.commands.console import progress, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lab.checks.run import Background, Check, CheckOutcome
    from lab.home import Home
    from storage.client import Store

BATCH = 256
"""Generations checked and stored at a time."""

BACKGROUND_ROWS = 5_000
"""Most rows of a data set from which a check learns what is usual there."""

EXAMPLES = """\
examples:
  lab check                      every check on everything that is new
  lab check --checker source     only the check against the source text

Where the embedded world knows the truth, the check is measured against it.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the choice of checks."""
    flags.add_home(parser)
    parser.add_argument("--checker", nargs="+", metavar="NAME", help="source, world (default: all)")
    parser.set_defaults(handler=_check)


def _check(arguments: argparse.Namespace) -> None:
    from lab.home import find_home

    home = find_home(arguments.home)
    check_generations(home, arguments.checker)
    print_rates(home)


def check_generations(home: Home, names: Sequence[str] | None) -> int:
    """Check what is missing, and store the results with their spans.

    Args:
        home: the lab.
        names: checks; None for all.

    Returns:
        The number of new results.
    """
    from lab.checks.run import CHECKS, find_check
    from storage import checks
    from storage.client import open_store

    chosen = [find_check(name) for name in names or CHECKS]
    n_made = 0
    with open_store(home) as store, progress("checking") as advance:
        for number, check in enumerate(chosen):
            wanted = checks.missing(store, check.name, check.version)
            for made in _outcomes(store, check, wanted):
                store.add(record for one in made for record in (one.result, *one.spans))
                n_made += len(made)
                advance((number + 0.5) / len(chosen), f"{check.name}, {n_made} results")
    return n_made


def _outcomes(store: Store, check: Check, wanted: list[str]) -> Iterator[list[CheckOutcome]]:
    from storage import generations, prompts

    backgrounds: dict[str, Background | None] = {}
    for first in range(0, len(wanted), BATCH):
        rows = generations.by_ids(store, wanted[first : first + BATCH])
        found = prompts.by_ids(store, sorted({row.prompt_id for row in rows.values()}))
        for dataset_id in {prompt.dataset_id for prompt in found.values()} - backgrounds.keys():
            backgrounds[dataset_id] = _background(store, dataset_id)
        yield [
            check.run(row, prompt, backgrounds[prompt.dataset_id])
            for row in rows.values()
            for prompt in [found[row.prompt_id]]
        ]


def _background(store: Store, dataset_id: str) -> Background | None:
    """Learn what is usual in a data set from its training rows, else from all it has."""
    from lab.checks.run import fit_background
    from lab.records import Split
    from storage import prompts

    rows = prompts.read(store, dataset_id, Split.TRAIN, BACKGROUND_ROWS)
    return fit_background(rows or prompts.read(store, dataset_id, None, BACKGROUND_ROWS))


def print_rates(home: Home) -> None:
    """Print hallucinations per checkpoint, and the check's precision and recall where known."""
    from lab.analysis.checks.shares import hallucination_rate
    from storage import frames
    from storage.client import open_store

    with open_store(home) as store:
        rates = hallucination_rate(frames.generations(store))
        truth, found = (_stored_outcomes(store, name) for name in ("world", "source"))
    rows = [
        (rate.checkpoint, rate.n_checked, rate.value,
         rate.interval.low if rate.interval else None,
         rate.interval.high if rate.interval else None)
        for rate in rates
    ]  # fmt: skip
    table(
        ["checkpoint", "checked", "share with a hallucination", "low", "high"],
        rows,
        title="texts with a hallucination by the check `source`, 95 % interval by prompt",
    )
    _print_truth(truth, found)


def _stored_outcomes(store: Store, name: str) -> list[CheckOutcome]:
    from collections import defaultdict

    from lab.checks.run import CheckOutcome
    from lab.records import HallucinationSpan
    from storage import checks

    results, spans = checks.outcomes(store, name)
    grouped: dict[str, list[HallucinationSpan]] = defaultdict(list)
    for span in spans:
        grouped[span.check_result_id].append(span)
    return [CheckOutcome(result=one, spans=tuple(grouped[one.id])) for one in results]


def _print_truth(truth: list[CheckOutcome], found: list[CheckOutcome]) -> None:
    from lab.checks.truth import compare

    comparison = compare(truth, found)
    if not comparison.n_compared:
        return
    parts = {"texts": comparison.generations, "spans": comparison.spans}
    parts |= {f"  {kind}": one for kind, one in comparison.by_type.items()}
    table(
        ["of", "in truth", "found", "precision", "recall"],
        [
            (name, one.n_truth, one.n_found, one.precision, one.recall)
            for name, one in parts.items()
        ],
        title=f"the check `source` against the world's truth, {comparison.n_compared:,} texts",
    )

"""Find hallucinations in the generations that were not checked yet."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lab.commands import checking, fitting, flags, outside_checks
from lab.commands.console import progress, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.checks.run import CheckOutcome
    from lab.home import Home

EXAMPLES = """\
examples:
  lab check                          the source and the world's truth, on everything that is new
  lab check --checker selfcheck entropy doubt
  lab check --checker align --encoder sentence-transformers/all-MiniLM-L6-v2
  lab check --checker nli --entailment checkpoints/nli
  lab check fit --dataset news       what a score means, from the reviewers' own labels
  lab check import ragas.csv --format ragas      what another program said of the same texts

source    numbers, dates, names and sentences that the source does not bear out
world     the truth about the embedded world's texts, which the source check is measured against
selfcheck numbers and names that the other samples of the prompt lack
entropy   in how many ways the samples of the prompt differ
doubt     words that the checkpoint itself held to be unlikely
align     sentences whose tokens are unlike those of the source, with an encoder
nli       sentences that do not follow from the source, with any model of entailment
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the choice of checks, and the sub-commands fit and import."""
    flags.add_home(parser)
    parser.add_argument(
        "--checker", nargs="+", metavar="NAME", help="which checks (default: source world)"
    )
    parser.add_argument("--encoder", metavar="NAME|PATH", help="for align: a model of tokens")
    parser.add_argument(
        "--entailment", metavar="NAME|PATH", help="for nli and entropy: a sequence classifier"
    )
    parser.set_defaults(handler=_check)
    commands = parser.add_subparsers(metavar="fit|import")
    fitting.add_arguments(commands.add_parser("fit", help="learn what a score means from labels"))
    outside_checks.add_import(
        commands.add_parser("import", help="take in what other programs said of stored texts")
    )


def _check(arguments: argparse.Namespace) -> None:
    from lab.home import find_home

    home = find_home(arguments.home)
    check_generations(
        home, arguments.checker, encoder=arguments.encoder, entailment=arguments.entailment
    )
    print_rates(home)


def check_generations(
    home: Home,
    names: Sequence[str] | None,
    *,
    encoder: str | None = None,
    entailment: str | None = None,
) -> int:
    """Check what is missing, and store the results with their spans.

    Args:
        home: the lab.
        names: checks; None for those that need nothing but the prompt.
        encoder: name or folder of the model for `align`.
        entailment: name or folder of the model for `nli`.

    Returns:
        The number of new results.

    Raises:
        LabError: there is no such check, or a model cannot be loaded or is missing.
    """
    from lab.checks.run import DEFAULT, find_check
    from storage.client import open_store

    chosen = [find_check(name) for name in names or DEFAULT]
    models = checking.load_models(chosen, encoder, entailment)
    n_made = 0
    with open_store(home) as store, progress("checking") as advance:
        for number, check in enumerate(chosen):
            for made in checking.outcomes(store, check, models):
                store.add(record for one in made for record in (one.result, *one.spans))
                n_made += len(made)
                advance((number + 0.5) / len(chosen), f"{check.name}, {n_made} results")
    return n_made


def print_rates(home: Home) -> None:
    """Print hallucinations per checkpoint, and the check's precision and recall where known."""
    from lab.analysis.checks.shares import hallucination_rate
    from storage import frames
    from storage.client import open_store

    with open_store(home) as store:
        rates = hallucination_rate(frames.generations(store))
        truth, found = (outside_checks.stored_outcomes(store, name) for name in ("world", "source"))
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

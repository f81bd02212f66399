"""Take in verdicts that other programs gave on stored texts, or write the lab's own as theirs."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from lab.commands import flags
from lab.commands.console import say

if TYPE_CHECKING:
    from lab.checks.formats import Row
    from lab.checks.run import CheckOutcome
    from lab.records import Generation, Prompt
    from storage.client import Store

EXAMPLES = """\
examples:
  lab check import ragas.csv --format ragas               its column faithfulness
  lab check import annotations.parquet --format phoenix --score Hallucination
  lab check import scores.jsonl --format langfuse --score groundedness --checker judge
  lab check import spans.jsonl --format lettucedetect --version lettucedect-base-v1

A row belongs to a text by its id (generation_id, also in metadata; or traceId or span_id as
`lab export checks` writes them), or by the prompt with the text. What comes in is a check like
any other: on the dashboard, in `lab check fit`, in exports.
"""


def add_import(parser: argparse.ArgumentParser) -> None:
    """Add the file, its format and which score of it."""
    from lab.data.checks import ChecksConfig

    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = EXAMPLES
    parser.add_argument("path", help="JSONL, JSON, CSV or Parquet file with a row per text")
    flags.add_home(parser)
    flags.add_config(parser, ChecksConfig)
    parser.set_defaults(handler=_import)


def add_export(parser: argparse.ArgumentParser) -> None:
    """Add which check, and whose format."""
    from typing import get_args

    from lab.data.checks import Format

    parser.add_argument(
        "--format", choices=get_args(Format), required=True, help="what is to read the file"
    )
    parser.add_argument(
        "--checker", default="source", metavar="NAME", help="which check (default: source)"
    )
    parser.add_argument("--dataset", metavar="NAME", help="one data set (default: all)")
    parser.set_defaults(handler=_export)


def _import(arguments: argparse.Namespace) -> None:
    from lab.checks.run import CHECKS, CheckOutcome
    from lab.data.checks import ChecksConfig, import_checks
    from lab.data.scores import StoredText
    from lab.home import find_home
    from storage import datasets, scores
    from storage.client import open_store

    config = flags.read_config(arguments, ChecksConfig)
    with open_store(find_home(arguments.home)) as store:
        if config.dataset is not None:
            datasets.named(store, config.dataset)
        stored = [StoredText(**row) for row in scores.texts(store)]
        said = import_checks(arguments.path, config, stored, list(CHECKS))
        made = [CheckOutcome(result=one.result, spans=one.spans) for one in said]
        new = _with_risks(store, _new(store, made))
        store.add(record for one in new for record in (one.result, *one.spans))
    checker = made[0].result.checker
    n_spans = sum(len(one.spans) for one in new)
    say(f"{len(new):,} results of the check {checker!r} with {n_spans:,} marked pieces")
    if len(new) < len(made):
        say(f"{len(made) - len(new):,} were there already and left out")
    say(f"next: `lab dashboard`, page “Hallucination”; `lab check fit --of {checker}`")


def _new(store: Store, made: list[CheckOutcome]) -> list[CheckOutcome]:
    """Leave out what the newest result of the same text says already."""
    known = {
        one.result.generation_id: _content(one)
        for one in stored_outcomes(store, made[0].result.checker)
    }
    return [one for one in made if known.get(one.result.generation_id) != _content(one)]


def _content(one: CheckOutcome) -> tuple[object, ...]:
    result = one.result
    pieces = sorted((span.start, span.end, span.type, span.score) for span in one.spans)
    return result.version, result.status, result.score, tuple(pieces)


def _with_risks(store: Store, made: list[CheckOutcome]) -> list[CheckOutcome]:
    """Add the risks of data sets that this check was calibrated for."""
    from lab.checks.run import Aids
    from lab.commands.checking import with_risk
    from storage import checks

    if not made:
        return made
    result = made[0].result
    known = checks.calibrations(store, result.checker, result.version)
    if not known:
        return made
    return [
        with_risk(one, generation, prompt, known.get(prompt.dataset_id), Aids())
        for one, generation, prompt in with_texts(store, made)
    ]


def stored_outcomes(store: Store, checker: str) -> list[CheckOutcome]:
    """Return the newest outcome of a check for each text, with its spans in text order.

    Args:
        store: the store.
        checker: name of the check.
    """
    from collections import defaultdict

    from lab.checks.run import CheckOutcome
    from lab.records import HallucinationSpan
    from storage import checks

    results, spans = checks.outcomes(store, checker)
    grouped: dict[str, list[HallucinationSpan]] = defaultdict(list)
    for span in sorted(spans, key=lambda one: (one.start, -one.end)):
        grouped[span.check_result_id].append(span)
    return [CheckOutcome(result=one, spans=tuple(grouped[one.id])) for one in results]


def with_texts(
    store: Store, made: list[CheckOutcome]
) -> list[tuple[CheckOutcome, Generation, Prompt]]:
    """Return outcomes with their texts and prompts.

    Args:
        store: the store.
        made: outcomes of stored texts.
    """
    from storage import generations, prompts

    texts = generations.by_ids(store, [one.result.generation_id for one in made])
    asked = prompts.by_ids(store, sorted({text.prompt_id for text in texts.values()}))
    found = ((one, texts[one.result.generation_id]) for one in made)
    return [(one, text, asked[text.prompt_id]) for one, text in found]


def _export(arguments: argparse.Namespace) -> None:
    from pathlib import Path

    import pandas as pd

    from lab.checks.formats import row_of
    from lab.errors import InputError
    from lab.home import find_home
    from storage import datasets
    from storage.client import open_store
    from storage.exchange import check_target, write

    check_target(Path(arguments.target))
    with open_store(find_home(arguments.home)) as store:
        name = arguments.dataset
        dataset = datasets.named(store, name).id if name else None
        every = with_texts(store, stored_outcomes(store, _known(store, arguments.checker)))
    chosen = [one for one in every if dataset in (None, one[2].dataset_id)]
    marks = any(outcome.spans for outcome, _, _ in every)
    rows = [
        row_of(arguments.format, *one, marks=marks)
        for one in chosen
        if one[0].result.score is not None
    ]
    if not rows:
        raise InputError(
            f"the check {arguments.checker} gave none of the {len(chosen):,} texts a score, so "
            "there is nothing to write"
        )
    write(pd.DataFrame(_flat(rows, arguments.target)), arguments.target)
    say(f"{arguments.target}: {len(rows):,} rows of the check {arguments.checker}")
    if len(rows) < len(chosen):
        say(f"left out: {len(chosen) - len(rows):,} texts that it had nothing to check with")


def _known(store: Store, checker: str) -> str:
    from lab.errors import InputError
    from storage.checked import checkers

    known = checkers(store)
    if checker not in known:
        there = ", ".join(known) or "none"
        raise InputError(f"no text was checked by {checker!r}; checks that were made: {there}")
    return checker


def _flat(rows: list[Row], target: str) -> list[Row]:
    """Write lists and objects as JSON where the file's cells can hold no such thing."""
    import json

    if not target.endswith(".csv"):
        return rows
    return [
        {
            name: json.dumps(cell, ensure_ascii=False) if isinstance(cell, list | dict) else cell
            for name, cell in row.items()
        }
        for row in rows
    ]


def refilled(
    made: list[CheckOutcome], calibration_id: str, risks: list[float]
) -> list[CheckOutcome]:
    """Return outcomes anew with their risk, for a check that the lab cannot make again.

    Args:
        made: its newest outcomes.
        calibration_id: where the risks come from.
        risks: one per outcome.
    """
    from lab.records import new_id

    found = []
    for one, risk in zip(made, risks, strict=True):
        result = replace(one.result, id=new_id(), risk=risk, calibration_id=calibration_id)
        spans = (replace(span, id=new_id(), check_result_id=result.id) for span in one.spans)
        found.append(replace(one, result=result, spans=tuple(spans)))
    return found

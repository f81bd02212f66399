"""Learn what a check's score means from the reviewers' own labels, and store it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from lab.commands import flags
from lab.commands.console import say, table

if TYPE_CHECKING:
    import pandas as pd

    from lab.analysis.checks.fitting import Fitted
    from lab.analysis.checks.ratios import Measured
    from lab.records import Calibration
    from storage.client import Store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the choice of data set, check and rule."""
    flags.add_home(parser)
    parser.add_argument("--dataset", metavar="NAME", help="one data set (default: each)")
    parser.add_argument("--of", metavar="CHECK", default="source", help="(default: source)")
    parser.add_argument(
        "--rule", choices=["half", "any", "all"], default="half",
        help="how many of a text's reviewers must mark a hallucination (default: half)",
    )  # fmt: skip
    parser.add_argument(
        "--labels", metavar="CSV",
        help="labels of your own, with the columns generation_id and hallucinated (1 or 0)",
    )  # fmt: skip
    parser.add_argument(
        "--miss", type=float, default=0.1, metavar="SHARE",
        help="share of hallucinated texts that may be missed (default: 0.1)",
    )  # fmt: skip
    parser.set_defaults(handler=_fit)


def _fit(arguments: argparse.Namespace) -> None:
    from lab.errors import InputError
    from lab.home import find_home
    from storage import datasets
    from storage.client import open_store

    if not 0 < arguments.miss < 1:
        raise InputError(f"--miss is {arguments.miss}; it must lie between 0 and 1, e.g. 0.1")
    with open_store(find_home(arguments.home)) as store:
        _check_known(store, arguments.of)
        name = arguments.dataset
        chosen = [datasets.named(store, name)] if name else datasets.every(store)
        labels = _labels(store, arguments.labels, arguments.rule)
        for dataset in chosen:
            _fit_one(store, dataset.id, dataset.name, labels, arguments)


def _check_known(store: Store, checker: str) -> None:
    from lab.checks.run import CHECKS, find_check
    from storage.checked import checkers

    if checker not in {*CHECKS, *checkers(store)}:
        find_check(checker)


def _labels(store: Store, path: str | None, rule: str) -> dict[str, bool]:
    """Return whether people call a text hallucinated, by its id."""
    from lab.analysis.checks.labels import text_labels
    from storage import marks

    if path is not None:
        return read_labels(path)
    frame = text_labels(marks.reviewer_spans(store), rule)  # type: ignore[arg-type]
    ids = frame["generation_id"].astype(str)
    return dict(zip(ids, frame["hallucinated"].astype(bool), strict=True))


def read_labels(path: str) -> dict[str, bool]:
    """Read a CSV of labels.

    Args:
        path: file with the columns generation_id and hallucinated.

    Raises:
        InputError: it cannot be read, or holds something else.
    """
    import csv

    from lab.errors import InputError

    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error
    found: dict[str, bool] = {}
    for number, row in enumerate(rows, start=2):
        said = words.get((row.get("hallucinated") or "").strip().casefold())
        if said is None or not row.get("generation_id"):
            raise InputError(
                f"{path}, line {number}: needs generation_id, and hallucinated as 1 or 0"
            )
        found[row["generation_id"]] = said
    return found


def _fit_one(
    store: Store, dataset_id: str, name: str, labels: dict[str, bool], arguments: argparse.Namespace
) -> None:
    from lab.analysis.checks.fitting import fit_check
    from lab.records import Calibration
    from storage import checks

    results = [
        one
        for one in checks.of_dataset(store, arguments.of, dataset_id)
        if one.generation_id in labels and one.score is not None
    ]
    version = results[-1].version if results else ""
    results = [one for one in results if one.version == version]
    frame = _table(store, results, dataset_id, labels, arguments.of)
    parts = [f"part_{i}" for i in range(frame.attrs["n_parts"])]
    fitted = fit_check(
        frame["score"].to_numpy(),
        frame["label"].to_numpy(dtype=bool),
        frame["prompt"].to_numpy(),
        frame[parts].to_numpy() if parts else None,
        arguments.miss,
    )
    if fitted.reason is None:
        config = described(fitted) | {"rule": arguments.labels or arguments.rule}
        calibration = Calibration(
            checker=arguments.of, version=version, dataset_id=dataset_id, config=config
        )
        store.add([calibration])
        _fill_in(store, calibration)
    _print(name, arguments.of, fitted)


def _fill_in(store: Store, calibration: Calibration) -> None:
    """Give what came from outside its risk; the lab's own checks are made again for it."""
    from lab.analysis.checks.fitting import risk_of
    from lab.checks.run import CHECKS
    from lab.commands.outside_checks import refilled, stored_outcomes, with_texts

    if calibration.checker in CHECKS:
        return
    every = with_texts(store, stored_outcomes(store, calibration.checker))
    made = [
        (one, one.result.score)
        for one, _, prompt in every
        if prompt.dataset_id == calibration.dataset_id
        and one.result.version == calibration.version
        and one.result.score is not None
    ]
    curve = calibration.config
    risks = [risk_of(curve["intercept"], curve["slope"], None, score, None) for _, score in made]
    anew = refilled([one for one, _ in made], calibration.id, risks)
    store.add(record for one in anew for record in (one.result, *one.spans))


def _table(
    store: Store, results: list, dataset_id: str, labels: dict[str, bool], checker: str
) -> pd.DataFrame:
    import pandas as pd

    from lab.checks.run import Aids
    from lab.checks.source import components
    from lab.commands.checking import learn_usual
    from storage import generations, prompts

    texts = generations.by_ids(store, [one.generation_id for one in results])
    asked = prompts.by_ids(store, sorted({text.prompt_id for text in texts.values()}))
    usual = learn_usual(store, dataset_id, Aids()) if results else Aids()
    rows, known = [], []
    for one in results:
        text = texts[one.generation_id]
        known.append(
            components(text, asked[text.prompt_id], usual) if checker == "source" else None
        )
        rows.append((one.score, labels[one.generation_id], text.prompt_id))
    frame = pd.DataFrame(rows, columns=["score", "label", "prompt"])
    lengths = {0 if part is None else len(part) for part in known}
    n_parts = lengths.pop() if len(lengths) == 1 else 0
    for number in range(n_parts):
        frame[f"part_{number}"] = [part[number] for part in known if part is not None]
    frame.attrs["n_parts"] = n_parts
    return frame


def described(fitted: Fitted) -> dict[str, object]:
    """Return what was learned as a calibration keeps it.

    Args:
        fitted: what was learned.
    """
    import dataclasses

    return dataclasses.asdict(fitted)


def _print(name: str, checker: str, fitted: Fitted) -> None:
    from lab.checks.run import CHECKS

    if fitted.reason is not None:
        say(f"{name}: {fitted.reason}; scores of the check {checker} get no risk")
        return
    rows: list[tuple[str, object, object, object]] = [
        ("AUROC of the score", *_cells(fitted.auroc)),
        ("gain by learned weights", *_cells(fitted.gain)),
        ("balanced accuracy at 0.5", *_cells(fitted.balanced_accuracy_half)),
        ("balanced accuracy, fitted threshold", *_cells(fitted.balanced_accuracy)),
        ("calibration error before", fitted.error_before, None, None),
        ("calibration error after", fitted.error_after, None, None),
        ("risk from which on to flag", fitted.threshold, None, None),
        (f"risk that misses at most {fitted.most_missed:.0%}", fitted.conformal, None, None),
        ("share of texts that this flags", *_cells(fitted.flagged)),
    ]
    title = f"{name}, the check {checker}: {fitted.n_labels:,} labelled texts, "
    title += f"{fitted.n_hallucinated:,} hallucinated; on prompts left out, 95 % interval"
    table(["of", "value", "low", "high"], rows, title=title)
    say(_weights_said(fitted))
    if fitted.conformal_reason:
        say(fitted.conformal_reason)
    if checker in CHECKS:
        say("`lab check` now fills in the risk of this data set's texts")


def _cells(found: Measured | None) -> tuple[object, object, object]:
    if found is None or found.interval is None:
        return (found.value if found else None), None, None
    return found.value, found.interval.low, found.interval.high


def _weights_said(fitted: Fitted) -> str:
    if fitted.gain is None:
        return "no weights were tried: they take 100 labels, and sources of one kind"
    kept = "kept" if fitted.weights else "not kept: the gain's interval includes 0"
    return f"learned weights are {kept}"

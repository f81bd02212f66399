"""Turns published labels, and the embedded world with errors put in, into texts with sources."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lab.checks.support import Rarity, fit_rarity
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


class World(NamedTuple):
    """Stories of the embedded world, every other one with an error put in."""

    train: list[Prompt]
    """Prompts to learn from what is usual."""

    texts: list[tuple[Generation, Prompt]]
    """Stories to check, each of another prompt."""


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


def records_of(row: Row) -> tuple[Generation, Prompt]:
    """Make a row's text and prompt."""
    prompt = Prompt(dataset_id="d", key="1", split=Split.TEST, text="", source=row.source)
    return Generation(prompt_id=prompt.id, checkpoint_id="c", text=row.text, decoding={}), prompt


def rarity_of(rows: Iterable[Row]) -> Rarity | None:
    """Learn how usual words are in the rows' own sources."""
    return fit_rarity(records_of(row)[1] for row in rows)


def labels_of(rows: Sequence[Row]) -> np.ndarray:
    """Return what people say, shape (texts,)."""
    return np.array([row.bad for row in rows])


def sources_of(rows: Sequence[Row]) -> np.ndarray:
    """Return the number of each row's source, shape (texts,)."""
    return np.unique([row.source for row in rows], return_inverse=True)[1]


def world(n_train: int, n_test: int, seed: int = 7) -> World:
    """Write stories of the world, and put another story's value into every other one.

    Args:
        n_train: stories to learn from.
        n_test: stories to check.
        seed: of the corpus; what is put in has its own.
    """
    rng = random.Random(seed - 4)
    corpus = write_corpus(seed, n_train, 0, n_test)[1]
    train = [prompt for prompt in corpus if prompt.split == Split.TRAIN]
    texts = []
    for i, prompt in enumerate(p for p in corpus if p.split == Split.TEST):
        text = _planted(prompt, train, rng) if i % 2 else prompt.reference or ""
        made = Generation(prompt_id=prompt.id, checkpoint_id="c", text=text, decoding={})
        texts.append((made, prompt))
    return World(train, texts)


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

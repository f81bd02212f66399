"""Turns reviewers' marks into which texts, and which sentences, people call hallucinated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, get_args

import numpy as np
import pandas as pd

from lab.analysis.frames import columns_of
from lab.records import SpanCategory

HALLUCINATIONS = (SpanCategory.UNSUPPORTED, SpanCategory.CONTRADICTS_SOURCE)
"""The categories that mean "the source does not bear this out"; a text that contradicts itself,
nonsense and other faults are faults of another kind, which no check against a source looks for."""

Rule = Literal["half", "any", "all"]
"""How many of a text's reviewers must mark a hallucination for the text to count as one."""

_SENTENCE = re.compile(r"\S.*?(?:[.!?…]+[\"'”’)\]]*(?=\s|$)|(?=\n)|$)", re.DOTALL)


def own_marks(marks: pd.DataFrame) -> pd.DataFrame:
    """Keep what reviewers marked alone, and name which of it is a hallucination.

    Args:
        marks: `storage.frames.reviewer_spans`: generation_id, prompt_id, checkpoint, reviewer_id,
            step, category, start, end. An answer without a mark is a row with an empty category.

    Returns:
        The rows of step "own", with a column `hallucinated`.

    Raises:
        ValueError: a column is missing.
    """
    needed = ["generation_id", "prompt_id", "checkpoint", "reviewer_id", "step", "category"]
    rows = columns_of(marks, [*needed, "start", "end"], "own_marks")
    alone = rows[(rows["step"] == "own").to_numpy(dtype=bool)]
    return alone.assign(hallucinated=alone["category"].isin(list(HALLUCINATIONS)))


def text_labels(marks: pd.DataFrame, rule: Rule = "half") -> pd.DataFrame:
    """Label each text that was looked through.

    Args:
        marks: see `own_marks`. What was marked once suggestions were seen does not count.
        rule: "half": at least half of its reviewers mark a hallucination, "any" or "all" of them.

    Returns:
        One row per text: generation_id, prompt_id, checkpoint, n_reviewers, n_marking, share (of
        the reviewers) and hallucinated.

    Raises:
        ValueError: a column is missing, or there is no such rule.
    """
    alone = own_marks(marks)
    keys = ["generation_id", "prompt_id", "checkpoint"]
    grouped = alone.groupby([*keys, "reviewer_id"], observed=True)["hallucinated"]
    said = grouped.any().reset_index()
    found = said.groupby(keys, observed=True)["hallucinated"].agg(["size", "sum", "mean"])
    labels = found.reset_index().set_axis([*keys, "n_reviewers", "n_marking", "share"], axis=1)
    return labels.assign(hallucinated=decide(labels["share"].to_numpy(dtype=float), rule))


def decide(share: np.ndarray, rule: Rule) -> np.ndarray:
    """Apply a rule to shares of reviewers; returns booleans of the same shape.

    Raises:
        ValueError: there is no such rule.
    """
    if rule not in get_args(Rule):
        raise ValueError(f"rule is {rule!r}; it must be one of {', '.join(get_args(Rule))}")
    return {"half": share >= 0.5, "any": share > 0, "all": share >= 1}[rule]


def sentence_labels(
    marks: pd.DataFrame, spans: pd.DataFrame, texts: Mapping[str, str], rule: Rule = "half"
) -> pd.DataFrame:
    """Label each sentence of the texts that were looked through, and score it by the check.

    A mark counts for every sentence that it touches.

    Args:
        marks: see `own_marks`.
        spans: the check's spans of these texts: generation_id, start, end, score.
        texts: generation_id to text, for the texts that the check could say something about.
        rule: see `text_labels`.

    Returns:
        One row per sentence: generation_id, prompt_id, start, end, share, hallucinated, and score:
        that of the strongest span that touches it, 0 where there is none.

    Raises:
        ValueError: a column is missing, or there is no such rule.
    """
    said = columns_of(spans, ["generation_id", "start", "end", "score"], "sentence_labels")
    by_text = dict(tuple(said.groupby("generation_id", observed=True)))
    alone = own_marks(marks)
    rows = [
        row
        for name, group in alone.groupby("generation_id", observed=True)
        if name in texts
        for row in _sentences(str(name), texts[str(name)], group, by_text.get(name))
    ]
    columns = ["generation_id", "prompt_id", "start", "end", "share", "score"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(hallucinated=decide(frame["share"].to_numpy(dtype=float), rule))


def sentence_bounds(text: str) -> list[tuple[int, int]]:
    """Split a text at full stops, question and exclamation marks and line ends.

    Returns:
        Half-open ranges of code points, without the blanks between them.
    """
    found = ((match.start(), match.end()) for match in _SENTENCE.finditer(text))
    return [(start, end) for start, end in found if end > start]


def _sentences(
    name: str, text: str, marks: pd.DataFrame, spans: pd.DataFrame | None
) -> list[tuple[str, str, int, int, float, float]]:
    n_reviewers = marks["reviewer_id"].nunique()
    wrong = marks[marks["hallucinated"]]
    starts, ends = wrong["start"].to_numpy(dtype=int), wrong["end"].to_numpy(dtype=int)
    people = wrong["reviewer_id"].to_numpy()
    prompt = str(marks["prompt_id"].iloc[0])
    rows = []
    for start, end in sentence_bounds(text):
        touched = (starts < end) & (ends > start)
        share = len(set(people[touched])) / n_reviewers
        rows.append((name, prompt, start, end, share, _strongest(spans, start, end)))
    return rows


def _strongest(spans: pd.DataFrame | None, start: int, end: int) -> float:
    if spans is None:
        return 0.0
    touched = (spans["start"] < end) & (spans["end"] > start)
    return float(spans.loc[touched, "score"].max()) if touched.any() else 0.0

"""Asks lab.analysis how often texts are hallucinated, and how far a check can be believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from apps.dashboard import data, words
from apps.dashboard.filters import Filters
from apps.dashboard.results.marks import marks
from apps.dashboard.results.rows import frame, once, row
from lab.analysis.checks.accuracy import Accuracy, Curve, accuracy, auroc, precision_recall
from lab.analysis.checks.calibration import Reliability, reliability
from lab.analysis.checks.labels import HALLUCINATIONS, Rule, own_marks, sentence_labels, text_labels
from lab.analysis.checks.rates import CorrectedRate, corrected_rates
from lab.analysis.checks.ratios import Measured
from lab.analysis.checks.recalibration import cross_fitted
from lab.analysis.checks.spans import MarkAgreement, SpanOverlap, mark_agreement, span_overlap
from lab.analysis.checks.threshold import Threshold, choose_threshold
from storage import checked

HARM = tuple(category.value for category in HALLUCINATIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the reader of the page asks."""

    checker: str
    """Name of the check."""
    rule: Rule = "half"
    """How many of a text's reviewers make it count as hallucinated."""
    most_missed: float = 0.1
    """Share of the hallucinated texts that the threshold may miss."""
    confidence: float = 0.9
    """How sure that must be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How far a check can be believed, by the texts that people looked through."""

    n: int
    """Labelled texts that the check could say something about."""
    n_hallucinated: int
    """Of these, the ones that people call hallucinated."""
    n_prompts: int
    """Their prompts."""
    n_reviewers: int
    """People who looked through them."""
    accuracy: Accuracy
    """Of whole texts, flagged as in `storage.checked.checks`."""
    auroc: Measured
    """How often a hallucinated text has the higher score."""
    curve: Curve | None
    """Precision against recall."""
    sentences: Accuracy
    """The same of sentences."""
    overlap: SpanOverlap
    """The same of marked pieces and code points."""
    raw: Reliability
    """The score read as a probability."""
    recalibrated: dict[str, Reliability]
    """The same after a calibration learnt on other prompts, by the method's name."""


@once
def checkers(at: str) -> list[str]:
    """Return the names of the checks that have seen texts, the source check first."""
    return sorted(checked.checkers(data.store()), key=lambda name: (name != "source", name))


def rates(filters: Filters, asked: Question) -> pd.DataFrame:
    """Return each checkpoint's rate by the check, and corrected by what people say."""
    return frame(map(rate_row, _rates(data.version(), filters, asked.checker, asked.rule)))


def rate_row(one: CorrectedRate) -> dict[str, Any]:
    """Return a checkpoint's rate as a row, both by the check and corrected."""
    return {
        **row(one.checkpoint, one.value, one.interval, one.reason, share=True),
        "by_check": one.by_check,
        "shown_by_check": words.percent(one.by_check),
        "by_people": one.by_people,
        "n_checked": one.n_checked,
        "n_labelled": one.n_labelled,
        "weight": one.weight,
    }


@once
def judged(at: str, filters: Filters, checker: str, rule: Rule) -> Judged | None:
    """Return how far the check can be believed; None where no checked text is labelled."""
    labels = labelled(at, filters, checker, rule)
    if labels.empty:
        return None
    ids = list(labels["generation_id"])
    spans = checked.spans_of(data.store(), checker, ids)
    return judged_by(labels, marks(filters), spans, checked.texts_of(data.store(), ids), rule)


def judged_by(
    labels: pd.DataFrame,
    marked: pd.DataFrame,
    spans: pd.DataFrame,
    texts: dict[str, str],
    rule: Rule,
) -> Judged:
    """Hold a check against what people marked.

    Args:
        labels: the texts that both looked at; see `join_labels`.
        marked: reviewers' marks; see `storage.frames.reviewer_spans`.
        spans: the check's pieces of these texts; see `storage.checked.spans_of`.
        texts: the texts themselves, by their ids.
        rule: how many of a text's reviewers make it count as hallucinated.
    """
    scores, said, prompts = arrays(labels)
    given = marked[marked["generation_id"].isin(labels["generation_id"])]
    sentences = sentence_labels(given, spans, texts, rule)
    places = pd.factorize(sentences["prompt_id"])[0]
    flagged = sentences["score"].to_numpy() > 0
    return Judged(
        n=len(labels),
        n_hallucinated=int(said.sum()),
        n_prompts=len(np.unique(prompts)),
        n_reviewers=own_marks(given)["reviewer_id"].nunique(),
        accuracy=accuracy(labels["flagged"].to_numpy(), said, prompts),
        auroc=auroc(scores, said, prompts),
        curve=precision_recall(scores, said, prompts),
        sentences=accuracy(flagged, sentences["hallucinated"].to_numpy(), places),
        overlap=span_overlap(given, spans),
        raw=reliability(scores, said, prompts),
        recalibrated=_recalibrated(scores, said, prompts),
    )


@once
def threshold(at: str, filters: Filters, asked: Question) -> Threshold:
    """Return the threshold that keeps the promise asked for, or why there is none."""
    scores, said, prompts = arrays(labelled(at, filters, asked.checker, asked.rule))
    return choose_threshold(scores, said, prompts, asked.most_missed, asked.confidence)


@once
def labelled(at: str, filters: Filters, checker: str, rule: Rule) -> pd.DataFrame:
    """Return one row per text that the check scored and people looked through."""
    return join_labels(scored(at, filters, checker), marks(filters), rule)


def join_labels(texts: pd.DataFrame, marked: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    """Return one row per text that has both a score of the check and people's marks, or none."""
    known = texts[["generation_id", "score", "n_spans", "flagged"]]
    labels = text_labels(marked, rule)
    return labels.merge(known, on="generation_id").sort_values("generation_id")


@once
def scored(at: str, filters: Filters, checker: str) -> pd.DataFrame:
    """Return the texts within the filters that the check could say something about."""
    return with_word(filters.generations(_checks(at, checker)))


def with_word(texts: pd.DataFrame) -> pd.DataFrame:
    """Narrow the frame of a check to the texts that it could say something about."""
    return texts[(texts["status"] == "ok").to_numpy() & texts["score"].notna().to_numpy()]


@once
def n_unchecked(at: str, filters: Filters, checker: str) -> int:
    """Return how many texts within the filters the check could say nothing about."""
    return len(filters.generations(_checks(at, checker))) - len(scored(at, filters, checker))


@once
def agreement(at: str, filters: Filters) -> MarkAgreement:
    """Return how far reviewers mark the same hallucinations."""
    return mark_agreement(marks(filters))


@once
def kinds(at: str, filters: Filters, checker: str) -> pd.DataFrame:
    """Return how many texts of each checkpoint have a piece of each kind, by whom it was marked.

    Returns:
        Columns by ("check" or "people"), name (the checkpoint), kind, n (texts), of and share.
    """
    texts = scored(at, filters, checker)
    marked = checked.span_types(data.store(), checker)
    of_check = marked.merge(texts[["generation_id", "checkpoint"]], on="generation_id")
    given = own_marks(marks(filters))
    of_people = given.dropna(subset="category").rename(columns={"category": "kind"})
    of_check = of_check.rename(columns={"type": "kind"})
    return pd.concat(
        [_counted(of_check, texts, "check"), _counted(of_people, given, "people")],
        ignore_index=True,
    )


def texts_to_read(filters: Filters, asked: Question, limit: float | None) -> pd.DataFrame:
    """List the labelled texts, those on which check and people differ first.

    Args:
        filters: what to look at.
        asked: the check and the rule.
        limit: score from which on a text is flagged; None for "where the check flags it".
    """
    labels = labelled(data.version(), filters, asked.checker, asked.rule)
    flagged = labels["flagged"] if limit is None else labels["score"] >= limit
    verdict = np.select(
        [flagged & ~labels["hallucinated"], ~flagged & labels["hallucinated"], flagged],
        ["false alarm", "missed", "found"],
        "rightly passed",
    )
    order = pd.Categorical(verdict, ["missed", "false alarm", "found", "rightly passed"])
    found = pd.DataFrame(
        {
            "open": "texts?text=" + labels["generation_id"].astype(str),
            "checkpoint": labels["checkpoint"].astype(str),
            "outcome": order,
            "score": labels["score"],
            "marks of the check": labels["n_spans"].astype(int),
            "reviewers": labels["n_reviewers"],
            "of these marking": labels["n_marking"],
            "text": labels["generation_id"].astype(str),
        }
    )
    return found.sort_values(["outcome", "score"], ascending=[True, False], kind="stable")


@once
def _rates(at: str, filters: Filters, checker: str, rule: Rule) -> tuple[CorrectedRate, ...]:
    return corrected(scored(at, filters, checker), labelled(at, filters, checker, rule))


def corrected(texts: pd.DataFrame, labels: pd.DataFrame) -> tuple[CorrectedRate, ...]:
    """Correct each checkpoint's rate by the check by what people say of some of the texts."""
    said = labels.set_index("generation_id")["hallucinated"]
    joined = texts.assign(
        hallucinated=texts["generation_id"].map(said).astype("Float64"),
    )
    return corrected_rates(joined)


@once
def _checks(at: str, checker: str) -> pd.DataFrame:
    return checked.checks(data.store(), checker)


def arrays(labels: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return scores, what people say (1 for hallucinated) and the prompts' numbers."""
    return (
        labels["score"].to_numpy(dtype=float),
        labels["hallucinated"].to_numpy(dtype=float),
        pd.factorize(labels["prompt_id"])[0],
    )


def _recalibrated(
    scores: np.ndarray, labels: np.ndarray, prompts: np.ndarray
) -> dict[str, Reliability]:
    found = {}
    for name, method in (("isotonic regression", "isotonic"), ("Platt's curve", "platt")):
        probabilities = cross_fitted(scores, labels, prompts, method)  # type: ignore[arg-type]
        if probabilities is not None:
            found[name] = reliability(probabilities, labels, prompts)
    return found


def _counted(marked: pd.DataFrame, looked_at: pd.DataFrame, by: str) -> pd.DataFrame:
    keys = ["checkpoint", "kind"]
    texts = marked.groupby(keys, observed=True)["generation_id"].nunique().reset_index(name="n")
    of = looked_at.groupby("checkpoint", observed=True)["generation_id"].nunique()
    texts = texts.astype({"checkpoint": str, "kind": str}).rename(columns={"checkpoint": "name"})
    # As numbers even where nobody marked anything: of no names at all, pandas gives texts.
    total = texts["name"].map({str(name): n for name, n in of.items()}).astype(float)
    kind = texts["kind"].str.replace("_", " ")
    return texts.assign(by=by, of=total, share=texts["n"] / total, kind=kind)


def figures(found: Judged) -> pd.DataFrame:
    """Return every figure about the check with its interval, as a table."""
    parts: list[tuple[str, str, Measured]] = [
        ("whole texts", "precision", found.accuracy.precision),
        ("whole texts", "recall", found.accuracy.recall),
        ("whole texts", "F1", found.accuracy.f1),
        ("whole texts", "clean texts passed", found.accuracy.specificity),
        ("whole texts, by score", "AUROC", found.auroc),
        ("sentences", "precision", found.sentences.precision),
        ("sentences", "recall", found.sentences.recall),
        ("sentences", "F1", found.sentences.f1),
        ("marked pieces", "precision", found.overlap.pieces_right),
        ("marked pieces", "recall", found.overlap.pieces_found),
        ("code points", "precision", found.overlap.characters_right),
        ("code points", "recall", found.overlap.characters_found),
    ]
    if found.curve is not None:
        average = ("whole texts, by score", "average precision", found.curve.average_precision)
        parts.insert(5, average)
    return pd.DataFrame([_line(of, figure, one) for of, figure, one in parts])


def _line(of: str, figure: str, one: Measured) -> dict[str, Any]:
    return {
        "of": of,
        "figure": figure,
        "value": one.value,
        "low": one.interval.low if one.interval else None,
        "high": one.interval.high if one.interval else None,
        "prompts": one.n_prompts,
        "why not": one.reason or "",
    }

"""Turns the store and the filters into the frames and records that a report is made of.

It reads by itself, without a session of Streamlit: a download and the command line have none.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version

import pandas as pd

from apps.dashboard.filters import Filters
from apps.dashboard.results import marks as marked
from apps.dashboard.results.hallucination import Question, join_labels, with_word
from lab import __version__
from lab.records import Study, StudyStatus
from storage import checked, checkpoints, exclusions, frames, scores, studies
from storage.client import Store
from storage.exclusions import Decision

_LIBRARIES = ("numpy", "scipy", "pandas", "duckdb")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What one check said of the texts within the filters, and what people said of them."""

    checker: str
    """Name of the check."""
    texts: pd.DataFrame
    """One row per text that it could say something about."""
    n_unchecked: int
    """Texts that it could say nothing about."""
    labels: pd.DataFrame
    """One row per text of these that people looked through for hallucinations."""
    spans: pd.DataFrame
    """One row per piece that it marks in the labelled texts."""
    words: dict[str, str]
    """The labelled texts themselves, by their ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a report is made of, already narrowed to the filters."""

    filters: Filters
    """What was looked at."""
    studies: tuple[tuple[str, Study, StudyStatus], ...]
    """Label, record and status of the studies, the newest first."""
    checkpoints: tuple[str, ...]
    """Names of all checkpoints, oldest first: their colours hang on the order."""
    ratings: pd.DataFrame
    """One row per rating."""
    votes: pd.DataFrame
    """One row per vote."""
    texts: pd.DataFrame
    """One row per generation, with scores and checks."""
    marks: pd.DataFrame
    """One row per piece that a reviewer marked, and per text in which one found nothing."""
    checks: tuple[Checked, ...]
    """What the checks say, the source check first; without those that say nothing."""
    controls: pd.DataFrame
    """One row per answer to a control item and criterion."""
    decisions: tuple[Decision, ...]
    """By which reviewers are left out now."""
    metrics: tuple[str, ...]
    """Names of the metrics that texts have."""
    made_at: datetime
    """When the records were read, in UTC."""
    versions: dict[str, str]
    """Versions of the lab, of Python and of the libraries that compute."""

    @property
    def title(self) -> str:
        """What the report is about."""
        if len(self.studies) == 1:
            label, study, _ = self.studies[0]
            return str(study.protocol.get("title") or label)
        return "all studies"


def gather(store: Store, filters: Filters) -> Material:
    """Read what a report needs.

    Args:
        store: the lab's records.
        filters: what to look at.
    """
    # The sidebar's frames know the words on prompts by the session; here they come from the store.
    tag, untagged = filters.tag, replace(filters, tag=None)
    allowed = _tagged(store, tag) if tag is not None else None
    found = [
        (studies.label(study), study, status)
        for study, status in studies.every(store)
        if filters.study in (None, studies.label(study))
    ]
    controls = frames.controls(store)
    if filters.study is not None:
        controls = controls[controls["study"] == filters.study]
    labels = {label for label, _, _ in found}
    # Marks are given on no criterion; a chosen one leaves them all.
    marks = replace(untagged, criterion=None).ratings(marked.read(store))
    marks = _of_prompts(marks, allowed)
    return Material(
        filters=filters,
        studies=tuple(found[::-1]),
        checkpoints=tuple(dict.fromkeys(one.name for one in checkpoints.systems(store))),
        ratings=_of_prompts(untagged.ratings(frames.ratings(store)), allowed),
        votes=_of_prompts(untagged.votes(frames.votes(store)), allowed),
        texts=_of_prompts(untagged.generations(frames.generations(store)), allowed),
        marks=marks,
        checks=tuple(_checks(store, untagged, allowed, marks)),
        controls=controls,
        decisions=tuple(one for one in exclusions.current(store) if one.study in labels),
        metrics=tuple(scores.metrics(store)),
        made_at=datetime.now(UTC).replace(microsecond=0),
        versions={
            "review-lab": __version__,
            "Python": platform.python_version(),
            **{name: version(name) for name in _LIBRARIES},
        },
    )


def _checks(
    store: Store, filters: Filters, allowed: Iterable[str] | None, marks: pd.DataFrame
) -> Iterator[Checked]:
    for checker in sorted(checked.checkers(store), key=lambda name: (name != "source", name)):
        every = _of_prompts(filters.generations(checked.checks(store, checker)), allowed)
        texts = with_word(every)
        if texts.empty:
            continue
        labels = join_labels(texts, marks, Question(checker=checker).rule)
        ids = list(labels["generation_id"])
        yield Checked(
            checker=checker,
            texts=texts,
            n_unchecked=len(every) - len(texts),
            labels=labels,
            spans=checked.spans_of(store, checker, ids),
            words=checked.texts_of(store, ids),
        )


def chosen(filters: Filters) -> list[tuple[str, str]]:
    """Say what the filters are: a word and a value for each that is set."""
    days = [str(day) if day else "…" for day in (filters.since, filters.until)]
    said = {
        "Study": filters.study,
        "Data set": filters.dataset,
        "Checkpoints": ", ".join(filters.checkpoints),
        "Criterion": filters.criterion,
        "Reviewer": filters.reviewer,
        "Tag of the prompts": filters.tag,
        "Answers given": f"{days[0]} to {days[1]} (UTC)" if days != ["…", "…"] else None,
        "Excluded reviewers": "counted all the same" if filters.with_excluded else None,
    }
    return [(word, value) for word, value in said.items() if value]


def _tagged(store: Store, tag: str) -> set[str]:
    found = frames.prompt_tags(store)
    return set(found.loc[found["tag"] == tag, "prompt_id"])


def _of_prompts(frame: pd.DataFrame, allowed: Iterable[str] | None) -> pd.DataFrame:
    return frame if allowed is None else frame[frame["prompt_id"].isin(set(allowed))]

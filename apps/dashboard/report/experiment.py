"""What a datasheet's answers are made of: one study, its protocol, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from lab.analysis.agreement.estimates import Agreements
from lab.analysis.reviewers.controls import ControlResults
from lab.records import Study
from storage.exclusions import Decision

OUTSIDE = "Asked outside this lab"
"""How the question of an imported study begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One question of a datasheet, as far as the records answer it."""

    number: str
    """The question's number in HEDS 3.0."""
    question: str
    """The question, in short words."""
    known: str = ""
    """What the records say; empty where they say nothing."""
    open: str = ""
    """What the authors still have to add, if the records answer only a part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """One study and what came of it."""

    label: str
    """The study's label."""
    study: Study
    """The record with the frozen protocol."""
    ratings: pd.DataFrame
    """The study's ratings within the report's filters."""
    votes: pd.DataFrame
    """The study's votes within the filters."""
    marks: pd.DataFrame
    """What reviewers marked in texts of the study, one row also where one found nothing."""
    agreements: tuple[Agreements, ...]
    """How far its reviewers agree."""
    controls: ControlResults
    """What its control items tell."""
    decisions: tuple[Decision, ...]
    """Who is left out of it, and why."""

    @property
    def protocol(self) -> Mapping[str, Any]:
        """The frozen protocol as it is stored."""
        return self.study.protocol

    @property
    def is_outside(self) -> bool:
        """Whether the answers were given elsewhere and imported."""
        return str(self.protocol.get("question", "")).startswith(OUTSIDE)

    @property
    def kinds(self) -> tuple[str, ...]:
        """What reviewers were asked: some of "rate", "ab" and "spans"."""
        design = self.protocol.get("design", "mixed")
        if design == "mixed":
            return tuple(self.protocol.get("mixed_of", ("rate", "ab")))
        return (str(design),)

    @property
    def people(self) -> set[str]:
        """Account ids of those whose answers count."""
        given = (self.ratings, self.votes, self.marks)
        return {str(who) for frame in given for who in frame["reviewer_id"].unique()}

    @property
    def texts(self) -> dict[str, str]:
        """Each judged text's checkpoint, by generation id."""
        found = dict(zip(self.ratings["generation_id"], self.ratings["checkpoint"], strict=True))
        found |= dict(zip(self.marks["generation_id"], self.marks["checkpoint"], strict=True))
        for side in ("a", "b"):
            ids, names = self.votes[f"generation_{side}_id"], self.votes[f"checkpoint_{side}"]
            found |= dict(zip(ids, names, strict=True))
        return found

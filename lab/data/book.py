"""Turns what raters said into the items, assignments, answers and ratings of a closed study."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from lab.data.judgements import Judgement
from lab.data.rows import Row
from lab.records import (
    Account,
    Answer,
    AnswerKind,
    Assignment,
    Generation,
    Item,
    ItemKind,
    Rating,
    Role,
    Study,
)


@dataclass(slots=True)
class Book:
    """The records of a study, gathered row by row."""

    study: Study
    items: dict[str, Item] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    places: dict[tuple[str, str], str] = field(default_factory=dict)
    n_raters: Counter[str] = field(default_factory=Counter)
    assignments: list[Assignment] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)

    def add(
        self,
        row: Row,
        generation: Generation,
        judgement: Judgement,
        *,
        comment: str,
        seconds: float | None,
    ) -> None:
        """Add what one rater said about one text.

        Args:
            row: where it was said, for the message.
            generation: the text.
            judgement: the rater and the values; without values only the rater's place is taken.
            comment: free words.
            seconds: the time that it took; None where it is not known.

        Raises:
            InputError: the rater rated the text before.
        """
        item, account = self._item(generation), self._account(judgement.reviewer)
        before = self.places.setdefault((item.id, account.id), row.place)
        self.n_raters[generation.id] += 1
        if before != row.place:
            raise row.error(
                None, f"{judgement.reviewer!r} rated this text at {before} already; keep one"
            )
        if judgement.values:
            assignment = Assignment(item_id=item.id, reviewer_id=account.id, swapped=False)
            self.assignments.append(assignment)
            self._answer(assignment, generation, judgement.values, comment, seconds)

    def _item(self, generation: Generation) -> Item:
        if generation.id not in self.items:
            self.items[generation.id] = Item(
                study_id=self.study.id,
                kind=ItemKind.RATE,
                position=len(self.items),
                prompt_id=generation.prompt_id,
                generation_a_id=generation.id,
            )
        return self.items[generation.id]

    def _account(self, reviewer: str) -> Account:
        """Find or make a rater; the study's name keeps its raters apart from those of others."""
        name = f"{self.study.name}/{reviewer}".casefold()
        if name not in self.accounts:
            pseudonym = f"{self.study.name} rater {len(self.accounts) + 1}"
            self.accounts[name] = Account(name=name, role=Role.REVIEWER, pseudonym=pseudonym)
        return self.accounts[name]

    def _answer(
        self,
        assignment: Assignment,
        generation: Generation,
        values: dict[str, int],
        comment: str,
        seconds: float | None,
    ) -> None:
        """Add an answer, a microsecond after the one before, and its ratings."""
        answer = Answer(
            assignment_id=assignment.id,
            kind=AnswerKind.RATE,
            comment=comment,
            seconds=seconds,
            created_at=self.study.created_at + timedelta(microseconds=len(self.answers) + 1),
        )
        self.answers.append(answer)
        for criterion, value in values.items():
            rating = Rating(
                answer_id=answer.id, generation_id=generation.id, criterion=criterion, value=value
            )
            self.ratings.append(rating)

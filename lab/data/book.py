"""Turns what raters said into the items, assignments and answers of a closed study."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from lab.data.judgements import Judgement
from lab.data.rows import Row
from lab.data.said import Mark
from lab.records import (
    Account,
    Answer,
    AnswerKind,
    Assignment,
    Generation,
    Item,
    ItemKind,
    Rating,
    ReviewerSpan,
    Role,
    Severity,
    SpanCategory,
    Study,
    Vote,
    Winner,
)

SEVERITY = Severity.MAJOR
"""How much an imported mark harms: other programs do not ask, and minor would be a guess too."""


@dataclass(slots=True)
class Book:
    """The records of a study, gathered row by row."""

    study: Study
    items: dict[tuple[str, ...], Item] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    places: dict[tuple[str, str], str] = field(default_factory=dict)
    n_raters: Counter[str] = field(default_factory=Counter)
    assignments: list[Assignment] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)
    votes: list[Vote] = field(default_factory=list)
    spans: list[ReviewerSpan] = field(default_factory=list)

    def add(
        self,
        row: Row,
        generation: Generation,
        judgement: Judgement,
        *,
        comment: str,
        seconds: float | None,
    ) -> None:
        """Add how one rater rated one text.

        Args:
            row: where it was said, for the message.
            generation: the text.
            judgement: the rater and the values; without values only the rater's place is taken.
            comment: free words.
            seconds: the time that it took; None where it is not known.

        Raises:
            InputError: the rater rated the text before.
        """
        item = self._item(ItemKind.RATE, generation)
        self.n_raters[generation.id] += 1
        account = self._take(row, item, judgement.reviewer)
        if judgement.values:
            answer = self._answer(item, account, AnswerKind.RATE, comment, seconds)
            self.ratings += [
                Rating(
                    answer_id=answer.id,
                    generation_id=generation.id,
                    criterion=criterion,
                    value=value,
                )
                for criterion, value in judgement.values.items()
            ]

    def vote(
        self,
        row: Row,
        pair: tuple[Generation, Generation],
        reviewer: str,
        winners: Mapping[str, Winner],
        *,
        comment: str,
        seconds: float | None,
        swapped: bool,
    ) -> None:
        """Add how one rater compared two texts.

        Args:
            row: where it was said, for the message.
            pair: the texts, in item order.
            reviewer: the rater.
            winners: winner in item order by criterion.
            comment: free words.
            seconds: the time that it took; None where it is not known.
            swapped: whether the second text stood on the left.

        Raises:
            InputError: the rater compared them before.
        """
        item = self._item(ItemKind.AB, *pair)
        account = self._take(row, item, reviewer)
        answer = self._answer(item, account, AnswerKind.VOTE, comment, seconds, swapped)
        self.votes += [
            Vote(answer_id=answer.id, criterion=criterion, winner=winner)
            for criterion, winner in winners.items()
        ]

    def mark(
        self,
        row: Row,
        generation: Generation,
        reviewer: str,
        marks: Sequence[tuple[Mark, SpanCategory]],
        *,
        comment: str,
        seconds: float | None,
    ) -> None:
        """Add what one rater marked in one text; no mark says that nothing is faulty.

        Args:
            row: where it was said, for the message.
            generation: the text.
            reviewer: the rater.
            marks: the pieces with their categories; the label is kept as the note.
            comment: free words.
            seconds: the time that it took; None where it is not known.

        Raises:
            InputError: the rater marked the text before.
        """
        item = self._item(ItemKind.SPANS, generation)
        account = self._take(row, item, reviewer)
        answer = self._answer(item, account, AnswerKind.SPANS, comment, seconds)
        self.spans += [
            ReviewerSpan(
                answer_id=answer.id,
                generation_id=generation.id,
                start=mark.start,
                end=mark.end,
                category=category,
                severity=SEVERITY,
                note=mark.label,
            )
            for mark, category in marks
        ]

    def _item(self, kind: ItemKind, *generations: Generation) -> Item:
        key = (kind.value, *(generation.id for generation in generations))
        if key not in self.items:
            self.items[key] = Item(
                study_id=self.study.id,
                kind=kind,
                position=len(self.items),
                prompt_id=generations[0].prompt_id,
                generation_a_id=generations[0].id,
                generation_b_id=generations[1].id if len(generations) == 2 else None,
            )
        return self.items[key]

    def _take(self, row: Row, item: Item, reviewer: str) -> Account:
        """Take the rater's only place at an item."""
        account = self._account(reviewer)
        before = self.places.setdefault((item.id, account.id), row.place)
        if before != row.place:
            raise row.error(None, f"{reviewer!r} rated this text at {before} already; keep one")
        return account

    def _account(self, reviewer: str) -> Account:
        """Find or make a rater; the study's name keeps its raters apart from those of others."""
        name = f"{self.study.name}/{reviewer}".casefold()
        if name not in self.accounts:
            pseudonym = f"{self.study.name} rater {len(self.accounts) + 1}"
            self.accounts[name] = Account(name=name, role=Role.REVIEWER, pseudonym=pseudonym)
        return self.accounts[name]

    def _answer(
        self,
        item: Item,
        account: Account,
        kind: AnswerKind,
        comment: str,
        seconds: float | None,
        swapped: bool = False,
    ) -> Answer:
        """Add an answer, a microsecond after the one before, with its assignment."""
        assignment = Assignment(item_id=item.id, reviewer_id=account.id, swapped=swapped)
        self.assignments.append(assignment)
        answer = Answer(
            assignment_id=assignment.id,
            kind=kind,
            comment=comment,
            seconds=seconds,
            created_at=self.study.created_at + timedelta(microseconds=len(self.answers) + 1),
        )
        self.answers.append(answer)
        return answer

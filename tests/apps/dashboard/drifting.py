"""Fills a store with a study over thirty days, in which all reviewers become milder at the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from lab import records as r
from tests.apps.dashboard.filled import CRITERIA, Lab

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
SEVERITY = {"R1": -0.8, "R2": 0.0, "R3": 0.3, "R4": 0.6}


class Drifting(Lab):
    """The made-up lab, rated once more over a month; from the 21st day on half as strictly."""

    def __init__(self, shift: float = 1.5) -> None:
        super().__init__()
        self.shift = shift

    def judged(self) -> Iterator[Any]:
        """Give one rating item per text, rated by all four reviewers, a few texts a day."""
        for position, text in enumerate(self._mixed()):
            item = r.Item(
                study_id=self.study.id,
                kind=r.ItemKind.RATE,
                position=position,
                prompt_id=text.prompt_id,
                generation_a_id=text.id,
            )
            yield item
            share = position / len(self.generations)
            for minute, reviewer in enumerate(self.reviewers):
                when = START + timedelta(days=int(30 * share), minutes=10 * minute + position)
                yield from self._rating(item, text, reviewer, when, late=share >= 0.7)

    def _mixed(self) -> list[r.Generation]:
        return self.random.sample(self.generations, len(self.generations))

    def _rating(
        self, item: r.Item, text: r.Generation, who: r.Account, when: datetime, *, late: bool
    ) -> Iterator[Any]:
        assignment = r.Assignment(
            item_id=item.id, reviewer_id=who.id, swapped=False, created_at=when
        )
        answer = r.Answer(
            assignment_id=assignment.id,
            kind=r.AnswerKind.RATE,
            seconds=self.random.uniform(20, 40),
            created_at=when,
        )
        yield assignment
        yield answer
        mean = 2.6 + SEVERITY[who.pseudonym] + (self.shift if late else 0.0)
        for criterion in CRITERIA:
            value = min(5, max(1, round(self.random.gauss(mean, 0.6))))
            yield r.Rating(
                answer_id=answer.id, generation_id=text.id, criterion=criterion, value=value
            )

"""Fills a store with a study at work: active, mixed, three systems, answers of nine days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

from lab import records as r
from lab.study.protocol import Protocol, sha256, to_dict
from tests.apps.dashboard.filled import Lab

UNDERWAY, FRESH = "underway", "fresh"
PACE = (18, 0, 12, 22, 0, 15, 9, 19, 6)
"""Answers on each of the last nine days, today's last."""
NOT_BY = 3
"""Minutes between two answers."""


class Underway(Lab):
    """The made-up lab with one study at work, and one that nobody has begun."""

    def judged(self) -> Iterator[Any]:
        """Give the two studies with the answers of the first one's reviewers."""
        people = [
            r.Account(name=f"worker{i}", role=r.Role.REVIEWER, pseudonym=f"W{i}") for i in range(4)
        ]
        yield from people
        study = self._study(UNDERWAY, order="active", seek="winner", reviewers_per_item=2)
        items = list(self._items(study))
        yield from (study, r.StudyEvent(study_id=study.id, status=r.StudyStatus.OPEN), *items)
        yield r.Control(
            item_id=items[0].id, kind=r.ControlKind.GOLD, expected={"ratings": {"fluency": 4}}
        )
        yield from self._answers(items, people)
        fresh = self._study(FRESH)
        yield from (fresh, *self._items(fresh))

    def _study(self, name: str, **plan: Any) -> r.Study:
        checkpoints = tuple(one.name for one in self.checkpoints)
        protocol = Protocol(name=name, checkpoints=checkpoints, dataset="world", **plan)
        return r.Study(name=name, protocol=to_dict(protocol), protocol_sha256=sha256(protocol))

    def _items(self, study: r.Study) -> Iterator[r.Item]:
        position = 0
        for prompt in self.prompts:
            texts = [one for one in self.generations if one.prompt_id == prompt.id]
            for a, b in [*((one, None) for one in texts), *combinations(texts, 2)]:
                yield r.Item(
                    study_id=study.id,
                    kind=r.ItemKind.AB if b else r.ItemKind.RATE,
                    position=position,
                    prompt_id=prompt.id,
                    generation_a_id=a.id,
                    generation_b_id=b.id if b else None,
                )
                position += 1

    def _answers(self, items: list[r.Item], people: list[r.Account]) -> Iterator[Any]:
        begun = datetime.now(UTC) - timedelta(minutes=40)
        moments = [
            begun - timedelta(days=len(PACE) - 1 - day, minutes=NOT_BY * (n - i))
            for day, n in enumerate(PACE)
            for i in range(n)
        ]
        places = [(item, people[(n + k) % 4]) for n, item in enumerate(items) for k in range(2)]
        self.random.shuffle(places)
        for at, (item, person) in zip(sorted(moments), places, strict=False):
            yield from self._answer(at, item, person)

    def _answer(self, at: datetime, item: r.Item, person: r.Account) -> Iterator[Any]:
        assignment = r.Assignment(item_id=item.id, reviewer_id=person.id, swapped=False)
        rates = item.kind is r.ItemKind.RATE
        answer = r.Answer(
            assignment_id=assignment.id,
            kind=r.AnswerKind.RATE if rates else r.AnswerKind.VOTE,
            seconds=self.random.lognormvariate(3.2 if rates else 3.7, 0.5),
            created_at=at,
        )
        yield from (assignment, answer)
        if not rates:
            winner = self.random.choices(["a", "b", "tie"], [2, 5, 1])[0]
            yield r.Vote(answer_id=answer.id, criterion="overall", winner=r.Winner(winner))
            return
        for criterion in ("coherence", "fluency"):
            yield r.Rating(
                answer_id=answer.id,
                generation_id=item.generation_a_id,
                criterion=criterion,
                value=self.random.randint(1, 5),
            )

"""Fills a store with comparisons: a clear verdict, A/A pairs, two criteria, a one-sided study."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lab import records as r
from tests.apps.dashboard.filled import Lab
from tests.storage.answers import Answers

CLEAR, ONE_SIDED = "compared", "one-sided"


class Compared(Lab):
    """The made-up lab with twelve reviewers, whose votes prefer the candidate to the baseline."""

    def judged(self) -> Iterator[Any]:
        """Give two studies of pairs with the votes of the reviewers."""
        people = [
            r.Account(name=f"voter{i}", role=r.Role.REVIEWER, pseudonym=f"V{i}") for i in range(12)
        ]
        yield from people
        answers = Answers()
        yield from self._clear(people, answers)
        yield from self._one_sided(people[:3], answers)
        yield from answers.records

    def _clear(self, people: list[r.Account], answers: Answers) -> Iterator[Any]:
        study = r.Study(name=CLEAR, protocol=self.study.protocol, protocol_sha256="2" * 64)
        yield study
        for position, (text, other) in enumerate(self._pairs("candidate", "baseline")):
            item = self._item(study, position, text, other)
            yield item
            for person in people:
                winners = {"overall": self._winner(75, 10), "fluency": self._winner(40, 40)}
                answers.add(item, person, "vote", winners=winners, swapped=self._coin())
        for position, (text, _) in enumerate(self._pairs("candidate", "baseline")[:4]):
            item = self._item(study, 100 + position, text, text)
            yield item
            yield r.Control(item_id=item.id, kind=r.ControlKind.AA)
            for person in people:
                winners = {"overall": self._winner(20, 20), "fluency": self._winner(46, 46)}
                answers.add(item, person, "vote", winners=winners, swapped=self._coin())

    def _one_sided(self, people: list[r.Account], answers: Answers) -> Iterator[Any]:
        study = r.Study(name=ONE_SIDED, protocol=self.study.protocol, protocol_sha256="3" * 64)
        yield study
        for position, (text, other) in enumerate(self._pairs("baseline", "lstm")[:4]):
            item = self._item(study, position, text, other)
            yield item
            for person in people:
                answers.add(item, person, "vote", winners={"overall": "a"}, swapped=self._coin())

    def _pairs(self, first: str, second: str) -> list[tuple[r.Generation, r.Generation]]:
        texts = {
            name: [one for one in self.generations if self.name_of(one) == name]
            for name in (first, second)
        }
        return list(zip(texts[first], texts[second], strict=True))

    def _item(
        self, study: r.Study, position: int, text: r.Generation, other: r.Generation
    ) -> r.Item:
        return r.Item(
            study_id=study.id,
            kind=r.ItemKind.AB,
            position=position,
            prompt_id=text.prompt_id,
            generation_a_id=text.id,
            generation_b_id=other.id,
        )

    def _winner(self, a: int, b: int) -> str:
        return self.random.choices(["a", "b", "tie", "both_bad"], [a, b, 96 - a - b, 4])[0]

    def _coin(self) -> bool:
        return self.random.random() < 0.5

"""Makes answers one second after another, as a queue would have left them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from lab import records as r

START = datetime(2030, 1, 1, tzinfo=UTC)


class Answers:
    """The answers to a study's items, gathered one by one."""

    def __init__(self) -> None:
        self.records: list[Any] = []
        self._places: dict[tuple[str, str], str] = {}

    def add(
        self,
        item: r.Item,
        reviewer: r.Account,
        kind: str,
        *,
        ratings: dict[str, int] | None = None,
        winners: dict[str, str] | None = None,
        spans: tuple[tuple[int, int], ...] = (),
        judged: dict[str, bool] | None = None,
        swapped: bool = False,
        adjudicates: bool = False,
        late: bool = False,
    ) -> r.Answer:
        key = (item.id, reviewer.id)
        if key not in self._places:
            assignment = r.Assignment(
                item_id=item.id, reviewer_id=reviewer.id, swapped=swapped, adjudicates=adjudicates
            )
            self._places[key] = assignment.id
            self.records.append(assignment)
        answer = r.Answer(
            assignment_id=self._places[key], kind=r.AnswerKind(kind), seconds=2.0, late=late,
            created_at=START + timedelta(seconds=len(self.records)),
        )  # fmt: skip
        shared = {"answer_id": answer.id, "generation_id": item.generation_a_id}
        self.records += [
            answer,
            *(r.Rating(**shared, criterion=c, value=v) for c, v in (ratings or {}).items()),
            *(
                r.Vote(answer_id=answer.id, criterion=c, winner=r.Winner(w))
                for c, w in (winners or {}).items()
            ),
            *(
                r.ReviewerSpan(
                    **shared, start=start, end=end, category=r.SpanCategory.OTHER,
                    severity=r.Severity.MINOR,
                )
                for start, end in spans
            ),
            *(
                r.SuggestionJudgement(answer_id=answer.id, span_id=id, confirmed=yes)
                for id, yes in (judged or {}).items()
            ),
        ]  # fmt: skip
        return answer

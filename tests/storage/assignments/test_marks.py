from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from lab import records as r
from lab.errors import ReviewError
from storage import queue
from storage.client import Store
from tests.storage.desks import TEXT, Study, design


def mark(start: int, end: int, **given: Any) -> dict[str, Any]:
    kind = {"category": "nonsense", "severity": "minor", "note": ""}
    return {"start": start, "end": end} | kind | given


def check_of(
    study: Study, item: r.Item, *pieces: tuple[int, int], type: r.SpanType = r.SpanType.NAME
) -> list[Any]:
    """Make a check's result for an item's text, with its spans."""
    result = r.CheckResult(
        generation_id=item.generation_a_id,
        checker="source",
        version=r.new_id(),
        status=r.CheckStatus.OK,
        score=1.0,
    )
    spans = [
        r.HallucinationSpan(
            check_result_id=result.id, generation_id=item.generation_a_id, checker="source",
            start=start, end=end, type=type, score=0.5, evidence="no such name",
        )
        for start, end in pieces
    ]  # fmt: skip
    return [result, *spans]


@dataclass
class Desk:
    """One reviewer in the study of a store."""

    store: Store
    study: Study
    reviewer: r.Account

    def next(self, count: int = 1) -> list[queue.Task]:
        return queue.next_tasks(self.store, self.study.id, self.reviewer.id, count)

    def submit(self, task: queue.Task, kind: str, **given: Any) -> queue.Submitted:
        given = {"answer_id": r.new_id(), "seconds": 1.0} | given
        if kind == "rate":
            given["ratings"] = {"coherence": 2, "fluency": 4}
        return queue.submit(
            self.store, assignment_id=task.assignment_id, reviewer_id=self.reviewer.id, kind=kind,
            **given,
        )  # fmt: skip

    def undo(self) -> queue.Task | None:
        return queue.undo(self.store, r.new_id(), self.study.id, self.reviewer.id)


def at(store: Store, study: Study) -> Desk:
    store.add(study.records)
    return Desk(store, study, study.reviewers[0])


def suggesting(store: Store) -> tuple[Desk, list[str]]:
    """Make a study of one rating and one text with suggestions, checked twice.

    Returns:
        The reviewer at work, and the ids of the newest check's two spans in the text's order.
    """
    study = design(("rate", "spans"), 1, suggests=True)
    found = at(store, study)
    item = study.items[1]
    store.add(check_of(study, item, (0, 1)))
    newest = check_of(study, item, (9, 12), (0, 3))
    # The sentence around both pieces says no more than they do.
    sentence = replace(
        newest[1], id=r.new_id(), start=0, end=12, type=r.SpanType.LOW_SUPPORT, evidence="little"
    )
    store.add([*newest, sentence])
    return found, [newest[2].id, newest[1].id]


def test_marks_are_kept_in_code_points(shared_store: Store) -> None:
    desk = at(shared_store, design(("spans",), 1, seed=1))
    task = desk.next()[0]
    assert (task.step, task.waits, task.suggestions) == ("own", False, ())
    emoji = TEXT.index("😀")
    spans = [mark(emoji, emoji + 1, severity="major", note="why?"), mark(0, len(TEXT))]
    reply = desk.submit(task, "spans", spans=spans)
    assert (reply.late, reply.follow_up, reply.feedback, reply.others) == (False, None, None, None)
    rows = shared_store.select(r.ReviewerSpan, "WHERE answer_id = $1::UUID", [reply.answer_id])
    assert [TEXT[one.start : one.end] for one in rows] == ["😀", TEXT]
    opened = desk.undo()
    assert opened is not None
    assert opened.answer == {
        "kind": "spans", "ratings": {}, "winners": {}, "spans": [spans[1], spans[0]],
        "judgements": {}, "comment": "", "reason": "", "flag": "",
    }  # fmt: skip
    assert not desk.submit(opened, "spans", spans=[]).late


@pytest.mark.parametrize(
    ("span", "message"),
    [
        (mark(3, 3), "not be empty"),
        (mark(-1, 2), "within the text's 20 code points"),
        (mark(0, 21), "within the text's 20 code points"),
        (mark(0, True), "goes from 0 to True"),
        (mark(0.0, 2), "goes from 0.0 to 2"),
        (mark(0, 2, category="typo"), "category of a mark must be one of unsupported"),
        (mark(0, 2, severity="huge"), "severity of a mark must be one of minor, major"),
        (mark(0, 2, note=3), "note of a mark must be text"),
        (mark(0, 2, more=1), "a mark has start, end"),
        ({"start": 0, "end": 1}, "a mark has start, end"),
    ],
)
def test_marks_that_do_not_fit(store: Store, span: dict[str, Any], message: str) -> None:
    assert len(TEXT) == 20
    desk = at(store, design(("spans",), 1))
    task = desk.next()[0]
    with pytest.raises(ReviewError, match=message):
        desk.submit(task, "spans", spans=[mark(0, 1), span])
    assert store.select(r.Answer) == []
    with pytest.raises(ReviewError, match="takes 'spans' or 'skip', not 'judge'"):
        desk.submit(task, "judge", spans=[])


def test_a_sentence_without_pieces_is_suggested_itself(store: Store) -> None:
    study = design(("spans",), 1, suggests=True)
    found = at(store, study)
    store.add(check_of(study, study.items[0], (0, 12), type=r.SpanType.LOW_SUPPORT))
    task = found.submit(found.next()[0], "spans", spans=[]).follow_up
    assert task is not None
    assert [(one["start"], one["end"], one["type"]) for one in task.suggestions] == [
        (0, 12, "low_support")
    ]


def test_suggestions_come_after_the_own_marks_and_first_of_all(store: Store) -> None:
    desk, ids = suggesting(store)
    rating, own = desk.next(2)
    assert (own.step, own.waits, own.suggestions) == ("own", True, ())
    id = r.new_id()
    reply = desk.submit(own, "spans", answer_id=id, spans=[mark(4, 5)], comment="hm")
    task = reply.follow_up
    assert task is not None
    assert (task.assignment_id, task.step, task.waits) == (own.assignment_id, "suggestions", False)
    assert task.suggestions == tuple(
        {"id": id, "start": start, "end": end, "type": "name", "evidence": "no such name"}
        for id, (start, end) in zip(ids, [(0, 3), (9, 12)], strict=True)
    )
    assert task.answer is not None
    assert (task.answer["spans"], task.answer["comment"]) == ([mark(4, 5)], "hm")
    assert [one.assignment_id for one in desk.next(2)] == [own.assignment_id, rating.assignment_id]
    assert desk.next(1) == [task]
    again = desk.submit(own, "spans", answer_id=id, spans=[mark(4, 5)], comment="hm")
    assert (again.repeated, again.follow_up) == (True, task)
    found = queue.progress(store, desk.study.id, desk.reviewer.id)
    assert (found.n_answered, found.n_total_for_me) == (0, 2)
    spans = [mark(4, 5), mark(0, 3)]
    done = desk.submit(task, "judge", spans=spans, judgements={ids[0]: True, ids[1]: False})
    assert done.follow_up is None
    kept = store.select(r.SuggestionJudgement)
    assert {one.span_id: one.confirmed for one in kept} == {ids[0]: True, ids[1]: False}
    marks = store.select(r.ReviewerSpan, "WHERE answer_id = $1::UUID", [done.answer_id])
    assert [(one.start, one.end) for one in marks] == [(4, 5), (0, 3)]
    found = queue.progress(store, desk.study.id, desk.reviewer.id)
    assert (found.n_answered, found.n_total_for_me) == (1, 2)


def test_every_suggestion_is_judged_and_the_own_marks_are_in_for_good(store: Store) -> None:
    desk, ids = suggesting(store)
    own = desk.next(2)[1]
    with pytest.raises(ReviewError, match="takes 'spans' or 'skip'"):
        desk.submit(own, "judge", spans=[], judgements=dict.fromkeys(ids, True))
    desk.submit(own, "spans", spans=[])
    with pytest.raises(ReviewError, match="own marks are in"):
        desk.submit(own, "spans", spans=[])
    for given in ({}, {ids[0]: True}, {ids[0]: True, ids[1]: True, r.new_id(): True}):
        with pytest.raises(ReviewError, match="each suggestion once"):
            desk.submit(own, "judge", spans=[], judgements=given)
    with pytest.raises(ReviewError, match="confirmed"):
        desk.submit(own, "judge", spans=[], judgements=dict.fromkeys(ids, 1))


def test_undo_opens_the_suggestions_again_and_never_the_own_marks(store: Store) -> None:
    desk, ids = suggesting(store)
    rating, own = desk.next(2)
    desk.submit(rating, "rate")
    task = desk.submit(own, "spans", spans=[mark(4, 5)]).follow_up
    assert task is not None
    judgements = dict.fromkeys(ids, True)
    desk.submit(task, "judge", spans=[mark(0, 3)], judgements=judgements)
    opened = desk.undo()
    assert opened is not None
    assert (opened.assignment_id, opened.step) == (own.assignment_id, "suggestions")
    assert opened.suggestions == task.suggestions
    assert opened.answer is not None
    assert (opened.answer["kind"], opened.answer["judgements"]) == ("judge", judgements)
    assert opened.answer["spans"] == [mark(0, 3)]
    before = desk.undo()
    assert before is not None
    assert before.assignment_id == rating.assignment_id
    assert desk.undo() is None
    assert [one.assignment_id for one in desk.next(2)] == [own.assignment_id, rating.assignment_id]
    assert not desk.submit(opened, "judge", spans=[], judgements=judgements).late


def test_undo_goes_past_own_marks_whose_suggestions_wait(store: Store) -> None:
    desk, _ = suggesting(store)
    rating, own = desk.next(2)
    desk.submit(rating, "rate")
    desk.submit(own, "spans", spans=[])
    opened = desk.undo()
    assert opened is not None
    assert opened.assignment_id == rating.assignment_id
    assert desk.next(1)[0].step == "suggestions"
    assert len(store.rows("SELECT * FROM counted_answers")) == 1


def test_skipping_the_suggestions_gives_the_item_back(store: Store) -> None:
    desk, _ = suggesting(store)
    rating, own = desk.next(2)
    desk.submit(own, "spans", spans=[mark(4, 5)], comment="hm")
    desk.submit(own, "skip", reason="too long")
    assert desk.next(2) == [rating]
    opened = desk.undo()
    assert opened is not None
    assert (opened.step, opened.answer and opened.answer["spans"]) == ("suggestions", [mark(4, 5)])


def test_a_text_without_suggestions_is_judged_by_nothing(store: Store) -> None:
    study = design(("spans",), 1, suggests=True)
    desk = at(store, study)
    task = desk.submit(desk.next()[0], "spans", spans=[]).follow_up
    assert task is not None
    assert task.suggestions == ()
    assert not desk.submit(task, "judge", spans=[]).late
    assert queue.study_progress(store, study.id).is_complete


def test_drafts_of_the_second_step_are_its_own(store: Store) -> None:
    desk, _ = suggesting(store)
    own = desk.next(2)[1]
    for content in ({"step": "first"}, {"step": "second"}):
        draft = r.Draft(assignment_id=own.assignment_id, content=content)
        queue.save_draft(store, draft, desk.reviewer.id)
        if content == {"step": "first"}:
            task = desk.submit(own, "spans", spans=[]).follow_up
            assert task is not None
            assert task.draft is None
    assert desk.next(1)[0].draft == {"step": "second"}

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from lab import records as r
from lab.analysis.reviewers.controls import control_results
from lab.errors import UnknownNameError
from lab.home import find_home
from storage import checkpoints, checks, frames, scores
from storage.client import Store, open_store, stop_owner
from tests.storage.answers import Answers


def control(item: r.Item, kind: str, **known: Any) -> r.Control:
    return r.Control(item_id=item.id, kind=r.ControlKind(kind), **known)


@pytest.fixture(scope="module")
def answered(
    tmp_path_factory: pytest.TempPathFactory, made: ModuleType
) -> Iterator[SimpleNamespace]:
    """Open a store whose study has every kind of control, answered by two reviewers."""
    folder = tmp_path_factory.mktemp("controlled")
    home = find_home(folder, str(folder / "lab.duckdb"))
    study = made.small_study(n_rate=5, n_ab=3)
    worse = r.Checkpoint(name="control", kind=r.CheckpointKind.CONTROL)
    texts = [
        r.Generation(prompt_id=study.prompts[0].id, checkpoint_id=worse.id, text="bad", decoding={})
    ]
    spans = [
        r.Item(
            study_id=study.study.id, kind=r.ItemKind.SPANS, position=10 + n,
            prompt_id=study.prompts[0].id, generation_a_id=study.generations[0][0].id,
            suggests=n == 2,
        )
        for n in range(3)
    ]  # fmt: skip
    degraded = r.Item(
        study_id=study.study.id, kind=r.ItemKind.RATE, position=20,
        prompt_id=study.prompts[0].id, generation_a_id=texts[0].id,
    )  # fmt: skip
    rate, pairs = study.items[:5], study.items[5:]
    result = r.CheckResult(
        generation_id=study.generations[0][0].id, checker="source", version="1",
        status=r.CheckStatus.OK, score=1.0,
    )  # fmt: skip
    suggested = r.HallucinationSpan(
        check_result_id=result.id, generation_id=result.generation_id, checker="source", start=0,
        end=4, type=r.SpanType.NAME, score=1.0, evidence="no base",
    )  # fmt: skip
    controls = [
        control(rate[1], "gold", expected={"ratings": {"fluency": 4}, "tolerance": 1}),
        control(rate[2], "repeat", of_item_id=rate[0].id),
        control(pairs[0], "gold", expected={"winners": {"overall": ["a"]}}),
        control(pairs[1], "aa"),
        control(spans[1], "repeat", of_item_id=spans[0].id),
        control(degraded, "degraded", criterion="fluency", of_item_id=rate[0].id),
    ]
    one, two = study.reviewers
    answers = Answers()
    answers.add(rate[0], one, "rate", ratings={"fluency": 4, "coherence": 3})
    answers.add(rate[1], one, "rate", ratings={"fluency": 5, "coherence": 1})
    answers.add(rate[1], two, "rate", ratings={"fluency": 1, "coherence": 1})
    answers.add(rate[1], two, "rate", ratings={"fluency": 2, "coherence": 1})
    answers.add(rate[2], one, "rate", ratings={"fluency": 4, "coherence": 2})
    answers.add(rate[2], two, "rate", ratings={"fluency": 4, "coherence": 2})
    answers.add(degraded, one, "rate", ratings={"fluency": 3, "coherence": 5})
    answers.add(degraded, two, "rate", ratings={"fluency": 3, "coherence": 5})
    answers.add(pairs[0], one, "vote", winners={"overall": "a"})
    answers.add(pairs[0], two, "vote", winners={"overall": "tie"}, adjudicates=True)
    answers.add(pairs[1], one, "vote", winners={"overall": "a"}, swapped=True)
    answers.add(spans[0], one, "spans", spans=((0, 2),))
    answers.add(spans[1], one, "spans", spans=((1, 4),))
    answers.add(spans[2], one, "spans", spans=((0, 2), (0, 1)))
    answers.add(spans[2], one, "judge", spans=((0, 4),), judged={suggested.id: True})
    answers.add(spans[2], two, "spans")
    answers.add(rate[3], two, "rate", ratings={"fluency": 1, "coherence": 1}, adjudicates=True)
    with open_store(home) as store:
        store.add(
            [*study.records, worse, *texts, *spans, degraded, result, suggested, *controls]
        )  # fmt: skip
        store.add(answers.records)
        yield SimpleNamespace(
            store=store, study=study, rate=rate, pairs=pairs, spans=spans, degraded=degraded,
            controls=controls, suggested=suggested, one=one, two=two,
        )  # fmt: skip
    stop_owner(home)


def rows(frame: pd.DataFrame, item: r.Item) -> list[dict[str, Any]]:
    return frame[frame["item_id"] == item.id].astype(object).to_dict("records")


def test_controls_tell_right_from_wrong_by_the_newest_answer(answered: SimpleNamespace) -> None:
    frame = frames.controls(answered.store)
    gold = {
        (x["reviewer"], x["criterion"]): (x["value"], x["is_right"])
        for x in rows(frame, answered.rate[1])
    }
    assert gold == {
        ("R0", "fluency"): (5, True), ("R0", "coherence"): (1, True),
        ("R1", "fluency"): (2, False), ("R1", "coherence"): (1, False),
    }  # fmt: skip
    pair = rows(frame, answered.pairs[0])
    assert [(x["reviewer"], x["winner"], x["is_right"]) for x in pair] == [("R0", "a", True)]
    assert pair[0]["expected"] == {"winners": {"overall": ["a"]}}
    assert set(frame["study"]) == {"study"}
    assert set(frame["study_id"]) == {answered.study.study.id}


def test_a_degraded_text_is_right_where_it_is_rated_below_its_original(
    answered: SimpleNamespace,
) -> None:
    found = rows(frames.controls(answered.store), answered.degraded)
    first = next(x for x in found if x["reviewer"] == "R0" and x["criterion"] == "fluency")
    assert (first["value"], first["original_value"], first["is_right"]) == (3, 4, True)
    assert first["control_criterion"] == "fluency"
    others = [x for x in found if x["reviewer"] == "R1"]
    assert len(others) == 2
    assert all(pd.isna(x["is_right"]) and pd.isna(x["original_value"]) for x in others)


def test_repeats_stand_beside_the_first_answer(answered: SimpleNamespace) -> None:
    frame = frames.controls(answered.store)
    again = [x for x in rows(frame, answered.rate[2]) if x["reviewer"] == "R0"]
    assert {x["criterion"]: (x["original_value"], x["value"]) for x in again} == {
        "coherence": (3, 2), "fluency": (4, 4),
    }  # fmt: skip
    assert all(pd.isna(x["is_right"]) for x in again)
    marks = rows(frame, answered.spans[1])
    assert [(x["spans"], x["original_spans"]) for x in marks] == [([(1, 4)], [(0, 2)])]


def test_controls_of_one_study_and_of_none(answered: SimpleNamespace) -> None:
    every = frames.controls(answered.store)
    same = frames.controls(answered.store, answered.study.study.id)
    pd.testing.assert_frame_equal(every, same)
    none = frames.controls(answered.store, r.new_id())
    assert len(none) == 0
    assert (none.dtypes == every.dtypes).all()
    assert control_results(none).known == ()


def test_what_controls_say_of_the_reviewers(answered: SimpleNamespace) -> None:
    found = control_results(frames.controls(answered.store))
    known = {(x.reviewer, x.kind.value, x.criterion): (x.n_right, x.n) for x in found.known}
    assert known == {
        (None, "gold", None): (2, 3), ("R0", "gold", None): (2, 2), ("R1", "gold", None): (0, 1),
        (None, "degraded", None): (1, 1), (None, "degraded", "fluency"): (1, 1),
        ("R0", "degraded", None): (1, 1), ("R0", "degraded", "fluency"): (1, 1),
    }  # fmt: skip
    same = {(x.reviewer, x.criterion): (x.n_same, x.n) for x in found.repeats}
    assert same["R0", None] == (1, 3)
    assert same["R0", "spans"] == (0, 1)
    assert [x.left_share for x in found.noise] == [0.0, 0.0]


def test_no_result_holds_a_control(answered: SimpleNamespace) -> None:
    store, tested = answered.store, {x.item_id for x in answered.controls}
    for frame in (frames.ratings, frames.votes, frames.joined, frames.reviewer_spans):
        assert not tested & set(frame(store)["item_id"])
    assert set(frames.ratings(store)["item_id"]) == {answered.rate[0].id}
    for frame in (frames.generations, frames.scores):
        assert "control" not in set(frame(store)["checkpoint"])


def test_reviewers_marks_of_both_steps(answered: SimpleNamespace) -> None:
    frame = frames.reviewer_spans(answered.store)
    found = [
        (x.item_id, x.reviewer, x.step, x.quote if isinstance(x.quote, str) else None)
        for x in frame.itertuples()
    ]
    plain, shown = answered.spans[0].id, answered.spans[2].id
    assert found == [
        (plain, "R0", "own", "ba"),
        (shown, "R0", "own", "b"),
        (shown, "R0", "own", "ba"),
        (shown, "R0", "suggestions", "base"),
        (shown, "R1", "own", None),
    ]
    assert set(frame["suggests"][frame["item_id"] == shown]) == {True}
    one = frames.reviewer_spans(answered.store, answered.study.generations[0][0].id)
    assert len(one) == len(found)
    assert len(frames.reviewer_spans(answered.store, answered.study.generations[1][0].id)) == 0


def test_judgements_of_suggestions(answered: SimpleNamespace) -> None:
    found = frames.suggestion_judgements(answered.store)
    assert found[["reviewer", "quote", "confirmed", "checker"]].values.tolist() == [
        ["R0", "base", True, "source"]
    ]


def test_a_later_version_of_a_study_is_told_apart(store: Store, made: ModuleType) -> None:
    import dataclasses

    study = made.small_study()
    second = dataclasses.replace(study.study, version=2)
    answers = Answers()
    answers.add(study.items[0], study.reviewers[0], "rate", ratings={"fluency": 3})
    answers.add(study.items[3], study.reviewers[0], "vote", winners={"overall": "a"})
    store.add([second if x is study.study else x for x in study.records] + answers.records)
    assert set(frames.ratings(store)["study"]) == {"study v2"}
    assert set(frames.votes(store)["study"]) == {"study v2"}


def test_a_controls_texts_are_no_systems(answered: SimpleNamespace) -> None:
    store = answered.store
    assert [one.name for one in checkpoints.systems(store)] == ["base", "cand"]
    assert {one.name for one in checkpoints.every(store)} == {"base", "cand", "control"}
    with pytest.raises(UnknownNameError, match="there is: base, cand;"):
        checkpoints.named(store, "control")
    for waiting in (scores.missing(store, "bleu", "1"), checks.missing(store, "world", "1")):
        assert len(waiting) == len(frames.generations(store)) == 10
        assert answered.degraded.generation_a_id not in waiting

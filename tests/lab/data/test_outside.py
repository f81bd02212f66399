"""The exports here are made up, in the forms that Label Studio and Argilla 1 and 2 write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import datasets
import pytest

from lab.data.outside import import_outside
from lab.data.outside_config import OutsideConfig
from lab.data.ratings import RatingsImport
from lab.errors import ConfigError, InputError

TEXT = "Zoë 😀 has ten apples, no: six."


def config(format: str = "label-studio", **settings: Any) -> OutsideConfig:
    if "checkpoint_column" not in settings:
        settings.setdefault("checkpoint", "gpt-x")
    return OutsideConfig(study="outside", format=format, **settings)


def result(field: str, type: str, value: dict[str, Any], to: str = "text") -> dict[str, Any]:
    return {"id": "x", "from_name": field, "to_name": to, "type": type, "value": value}


def annotation(*results: dict[str, Any], by: Any = 1, **rest: Any) -> dict[str, Any]:
    return {"id": 9, "completed_by": by, "result": list(results), "lead_time": 4.25, **rest}


def task(id: int, *annotations: dict[str, Any], **data: Any) -> dict[str, Any]:
    return {
        "id": id,
        "data": {"prompt": f"p{id}", "text": TEXT, **data},
        "annotations": list(annotations),
        "predictions": [{"result": [result("quality", "rating", {"rating": 1})]}],
        "drafts": [],
    }


def mark(start: int, end: int, label: str, quote: str | None = None) -> dict[str, Any]:
    value: dict[str, Any] = {"start": start, "end": end, "labels": [label]}
    return result("faults", "labels", value | ({"text": quote} if quote is not None else {}))


def write(folder: Path, tasks: list[Any], name: str = "export.json") -> Path:
    path = folder / name
    if name.endswith(".jsonl"):
        path.write_text("".join(json.dumps(task) + "\n" for task in tasks))
    else:
        path.write_text(json.dumps(tasks))
    return path


def said(found: RatingsImport) -> list[tuple[Any, ...]]:
    """List who said what of which text, in the order of the answers."""
    texts = {text.id: text for text in found.generations}
    people = {account.id: account.name.split("/")[1] for account in found.accounts}
    items = {item.id: item for item in found.items}
    places = {one.id: one for one in found.assignments}
    rows: list[tuple[Any, ...]] = []
    for answer in found.answers:
        place = places[answer.assignment_id]
        item, who = items[place.item_id], people[place.reviewer_id]
        parts = [
            *((x.criterion, x.value) for x in found.ratings if x.answer_id == answer.id),
            *((x.criterion, x.winner.value) for x in found.votes if x.answer_id == answer.id),
            *(
                (x.category.value, texts[x.generation_id].text[x.start : x.end])
                for x in found.spans
                if x.answer_id == answer.id
            ),
        ]
        rows.append((item.kind.value, who, *parts))
    return rows


def test_label_studio_numbers_marks_and_words(tmp_path: Path) -> None:
    start = TEXT.encode("utf-16-le").index("ten".encode("utf-16-le")) // 2
    assert start == TEXT.index("ten") + 1
    path = write(
        tmp_path,
        [
            task(
                7,
                annotation(
                    result("quality", "rating", {"rating": 4}),
                    result("tone", "choices", {"choices": ["5"]}),
                    result("why", "textarea", {"text": ["too", "long"]}),
                    mark(start, start + 3, "Contradicts itself", "ten"),
                    mark(0, 3, "nonsense", "Zoë"),
                    by={"id": 3, "email": "Eve@example.org"},
                ),
                annotation(result("quality", "rating", {"rating": 2}), by=2),
                annotation(result("quality", "rating", {"rating": 9}), was_cancelled=True),
            )
        ],
    )
    found, fields = import_outside(path, config())
    assert said(found) == [
        ("rate", "eve@example.org", ("quality", 4), ("tone", 5)),
        ("spans", "eve@example.org", ("contradicts_itself", "ten"), ("nonsense", "Zoë")),
        ("rate", "2", ("quality", 2)),
        ("spans", "2"),
    ]
    assert fields.criteria == {"quality": "quality", "tone": "tone"}
    assert {answer.seconds for answer in found.answers} == {4.25}
    assert found.answers[0].comment == "too\nlong"
    assert [span.note for span in found.spans] == ["Contradicts itself", "nonsense"]
    assert [prompt.text for prompt in found.prompts] == ["p7"]
    assert [item.kind.value for item in found.items] == ["rate", "spans"]


def test_label_studio_places_in_code_points_are_told_by_the_quote(tmp_path: Path) -> None:
    place = TEXT.index("ten")
    path = write(tmp_path, [task(1, annotation(mark(place, place + 3, "other", "ten")))])
    found, _ = import_outside(path, config())
    assert said(found) == [("spans", "1", ("other", "ten"))]


def pair(selected: str, to: str = "text,other") -> dict[str, Any]:
    return result("pw", "pairwise", {"selected": selected}, to)


PAIR = {"text_b_column": "other", "checkpoint_b": "gpt-y"}


def test_label_studio_pairs(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        [
            task(1, annotation(pair("left"), by=1), annotation(pair("right"), by=2), other="Zoë."),
            task(2, annotation(pair("left", "other,text")), other="Zoë?"),
        ],
    )
    found, fields = import_outside(path, config(**PAIR))
    assert fields.compare == {"overall": "pw"}
    assert said(found) == [
        ("ab", "1", ("overall", "a")),
        ("ab", "2", ("overall", "b")),
        ("ab", "1", ("overall", "b")),
    ]
    assert [one.swapped for one in found.assignments] == [False, False, True]
    names = {one.id: one.name for one in found.checkpoints}
    texts = {one.id: one for one in found.generations}
    for item in found.items:
        assert names[texts[item.generation_a_id].checkpoint_id] == "gpt-x"
        assert names[texts[item.generation_b_id].checkpoint_id] == "gpt-y"


def test_choices_stand_for_points_and_winners(tmp_path: Path) -> None:
    choice = result("which", "choices", {"choices": ["Both are poor"]})
    path = write(tmp_path, [task(1, annotation(choice), other="Zoë.")])
    outcomes = {"Both are poor": "both_bad"}
    found, _ = import_outside(path, config(**PAIR, outcomes=outcomes))
    assert said(found) == [("ab", "1", ("overall", "both_bad"))]
    named = config(**PAIR, outcomes=outcomes, compare={"style": "which"})
    assert said(import_outside(path, named)[0]) == [("ab", "1", ("style", "both_bad"))]
    path = write(tmp_path, [task(1, annotation(result("q", "choices", {"choices": ["Poor"]})))])
    found, _ = import_outside(path, config(points={"Poor": "1"}, criteria={"fluency": "q"}))
    assert said(found) == [("rate", "1", ("fluency", 1))]


def test_named_fields_leave_the_others_out(tmp_path: Path) -> None:
    box = result("box", "rectanglelabels", {"x": 1, "rectanglelabels": ["Car"]})
    path = write(tmp_path, [task(1, annotation(box, result("q", "rating", {"rating": 3})))])
    found, _ = import_outside(path, config(criteria={"fluency": "q"}))
    assert said(found) == [("rate", "1", ("fluency", 3))]
    with pytest.raises(InputError, match=r"export.json, task 1, field 'box': .*Car.* has no place"):
        import_outside(path, config())


NO_MAPPING: list[tuple[list[Any], dict[str, Any], str]] = [
    ([{"id": 4, "text": "x", "quality": 3}], {}, "row 1|task 4: has no 'data' with 'annotations'"),
    ([task(1, annotation(result("q", "rating", {"rating": 9})))], {},
     "task 1, field 'q': 9 is not a whole number from 1 to 5"),
    ([task(1, annotation(result("q", "rating", {"rating": None})))], {}, "None is not a whole"),
    ([task(1, annotation(result("q", "choices", {"choices": ["Good"]})))], {},
     "field 'q': 'Good' has no place in a lab: map words with --point"),
    ([task(1, annotation(result("q", "choices", {"choices": ["A", "B"]})))], {}, r"\['A', 'B'\]"),
    ([task(1, annotation(mark(0, 3, "Wrong")))], {},
     "field 'faults': the label 'Wrong' is none of unsupported"),
    ([task(1, annotation(mark(0, 3, "other", "ten")))], {}, "from 0 to 3 does not fit the text"),
    ([task(1, annotation(mark(2, 99, "other")))], {}, "from 2 to 99 does not fit"),
    ([task(1, annotation(mark(4, 5, "other")))], {}, "from 4 to 5 does not fit"),
    ([task(1, annotation(mark(5, 2, "other", "")))], {}, "from 5 to 2 lies outside"),
    ([task(1, annotation(pair("left")))], {}, "name the second --text-b-column"),
    ([task(1, annotation(pair("middle"), by=2), other="x")], PAIR, "'middle' names no winner"),
    ([task(1, annotation(result("q", "rating", {"rating": 3})), other="x")], PAIR,
     "has two texts"),
    ([task(1, annotation(by=None))], {}, "'completed_by': None"),
    ([task(1, annotation(lead_time="long"))], {}, "'lead_time': 'long'"),
    ([task(1, annotation({"from_name": "q"}))], {}, "is no result of a control"),
    ([task(1, annotation(*[result("q", "rating", {"rating": 3})] * 2))], {}, "two values"),
    ([task(1, *[annotation(result("q", "rating", {"rating": 3}))] * 2)], {},
     "'1' has two finished annotations"),
    ([task(1, annotation(result("q", "rating", {"rating": 3})))], {"criteria": {"a": "b"}},
     "field 'b': no annotation of the export has this field; it has: q"),
    ([task(1, annotation(result("q", "rating", {"rating": 3})))], {"text_column": "output"},
     "'output'"),
    ([task(1)], {}, "holds no finished annotation"),
    ([task(1, annotation())], {}, "says anything under any field"),
]  # fmt: skip


@pytest.mark.parametrize(("tasks", "settings", "words"), NO_MAPPING)
def test_label_studio_says_what_it_cannot_map(
    tmp_path: Path, tasks: list[Any], settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        import_outside(write(tmp_path, tasks), config(**settings))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"text_b_column": "other"}, "--checkpoint-b"),
        ({"checkpoint_b": "y"}, "no --text-b-column"),
        ({"compare": {"overall": "pw"}}, "--compare needs"),
        ({"outcomes": {"A": "first"}}, "'first' is none of a, b"),
        ({"labels": {"A": "first"}}, "'first' is none of unsupported"),
        ({"points": {"A": "6"}}, "'6' is none of 1, 2"),
        ({"lowest": 0}, "start at 1"),
    ],
)
def test_settings_that_cannot_be(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        config(**settings)


FIELDS = {"prompt": "p1", "text": TEXT}
MARKS = [{"label": "Wrong fact", "start": TEXT.index("ten"), "end": TEXT.index("ten") + 3}]


def nested() -> dict[str, Any]:
    return {
        "id": "r1",
        "fields": FIELDS,
        "metadata": {"checkpoint": "gpt-z"},
        "suggestions": {"quality": {"value": 1}},
        "responses": {
            "quality": [{"value": 4, "user_id": "u1"}, {"value": 2, "user_id": "u2"}],
            "faults": [{"value": MARKS, "user_id": "u1"}, {"value": [], "user_id": "u2"}],
        },
        "vectors": {},
    }


def flat() -> dict[str, Any]:
    return {
        "id": "r1", **FIELDS, "checkpoint": "gpt-z", "_server_id": "s", "quality.suggestion": 1,
        "quality.responses": [4, 2, 5], "quality.responses.users": ["u1", "u2", "u3"],
        "quality.responses.status": ["submitted", "submitted", "discarded"],
        "faults.responses": [MARKS, []], "faults.responses.users": ["u1", "u2"],
        "faults.responses.status": ["submitted", "submitted"],
    }  # fmt: skip


def first_version() -> dict[str, Any]:
    done = ["submitted", "submitted", "draft"]
    return {
        "external_id": "r1", **FIELDS, "checkpoint": "gpt-z",
        "quality": {"user_id": ["u1", "u2", "u3"], "value": [4, 2, 5], "status": done},
        "faults": [
            {"user_id": user, "value": value, "status": "submitted"}
            for user, value in (("u1", MARKS), ("u2", []))
        ],
    }  # fmt: skip


ARGILLA = {"checkpoint_column": "checkpoint", "labels": {"Wrong fact": "contradicts_source"}}
EXPECTED = [
    ("rate", "u1", ("quality", 4)),
    ("spans", "u1", ("contradicts_source", "ten")),
    ("rate", "u2", ("quality", 2)),
    ("spans", "u2"),
]


@pytest.mark.parametrize("record", [nested, flat, first_version])
@pytest.mark.parametrize("name", ["export.jsonl", "export.json"])
def test_argilla_files(tmp_path: Path, record: Any, name: str) -> None:
    path = write(tmp_path, [record()], name)
    found, _ = import_outside(path, config("argilla", **ARGILLA))
    assert said(found) == EXPECTED
    assert [one.name for one in found.checkpoints] == ["gpt-z"]


def test_argilla_folders(tmp_path: Path) -> None:
    datasets.Dataset.from_list([flat()]).save_to_disk(tmp_path / "flat")
    found, _ = import_outside(tmp_path / "flat", config("argilla", **ARGILLA))
    assert said(found) == EXPECTED
    datasets.DatasetDict({"train": datasets.Dataset.from_list([flat()])}).save_to_disk(
        tmp_path / "split"
    )
    found, _ = import_outside(tmp_path / "split", config("argilla", **ARGILLA))
    assert said(found) == EXPECTED
    (tmp_path / "records").mkdir()
    write(tmp_path / "records", [nested()], "records.json")
    found, _ = import_outside(tmp_path / "records", config("argilla", **ARGILLA))
    assert said(found) == EXPECTED
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="neither a folder of `datasets`"):
        import_outside(tmp_path / "empty", config("argilla", **ARGILLA))


def response(value: Any, user: str | None = "u1") -> dict[str, Any]:
    responses = {"q": [{"value": value, "user_id": user}]}
    return {"id": "r9", "fields": FIELDS | {"other": "Zoë."}, "responses": responses}


@pytest.mark.parametrize(
    ("value", "winner"),
    [
        ([{"rank": 2, "value": "text"}, {"rank": 1, "value": "other"}], "b"),
        ([{"rank": 1, "value": "text"}, {"rank": 1, "value": "other"}], "tie"),
        (["other", "text"], "b"),
        ("text", "a"),
        ("Both bad", "both_bad"),
        ("B", "b"),
        ("neither of them", "tie"),
    ],
)
def test_argilla_comparisons(tmp_path: Path, value: Any, winner: str) -> None:
    settings = {"compare": {"overall": "q"}, "outcomes": {"neither of them": "tie"}}
    path = write(tmp_path, [response(value)], "export.jsonl")
    found, _ = import_outside(path, config("argilla", **PAIR, **settings))
    assert said(found) == [("ab", "u1", ("overall", winner))]


@pytest.mark.parametrize(
    ("value", "settings", "words"),
    [
        ("nice", {}, "record r9, field 'q': 'nice' has no place in a lab"),
        (["a", "b", "c"], {}, r"\['a', 'b', 'c'\] has no place"),
        (True, {}, "True has no place"),
        ([{"start": 0, "end": 3}], {}, "no mark with start, end and label"),
        ([{"start": 0, "end": 99, "label": "other"}], {}, "outside the text of 30 characters"),
        ("nice", {"criteria": {"fluency": "q"}}, "'nice' is not a whole number"),
        (3, {"spans": ("q",)}, "3 is no list of marks"),
        (4.5, {}, "4.5 is not a whole number"),
    ],
)
def test_argilla_says_what_it_cannot_map(
    tmp_path: Path, value: Any, settings: dict[str, Any], words: str
) -> None:
    path = write(tmp_path, [response(value)], "export.jsonl")
    with pytest.raises(InputError, match=words):
        import_outside(path, config("argilla", **settings))


def test_a_nameless_annotator_of_argilla_is_numbered(tmp_path: Path) -> None:
    path = write(tmp_path, [response(3, None)], "export.jsonl")
    found, _ = import_outside(path, config("argilla"))
    assert said(found) == [("rate", "annotator-1", ("q", 3))]

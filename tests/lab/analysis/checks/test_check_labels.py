"""Checks by hand what makes a text, and a sentence, count as hallucinated."""

from __future__ import annotations

import pandas as pd
import pytest

from lab.analysis.checks.labels import sentence_bounds, sentence_labels, text_labels
from lab.analysis.checks.spans import mark_agreement, merged, overlap, span_overlap

COLUMNS = [
    "generation_id", "prompt_id", "checkpoint", "reviewer_id", "step", "category", "start", "end",
]  # fmt: skip


def marks(rows: list[tuple]) -> pd.DataFrame:
    frame = pd.DataFrame(
        [(text, f"prompt of {text}", "new", *row) for text, *row in rows], columns=COLUMNS
    )
    return frame.astype({"start": "Int64", "end": "Int64"})


NONE = (None, None, None)
SAID = marks(
    [
        ("t1", "anna", "own", "unsupported", 0, 5),
        ("t1", "anna", "own", "nonsense", 20, 25),
        ("t1", "ben", "own", *NONE),
        ("t2", "anna", "own", "contradicts_itself", 0, 5),
        ("t2", "anna", "suggestions", "unsupported", 0, 5),
        ("t3", "anna", "own", "contradicts_source", 3, 9),
        ("t3", "ben", "own", "unsupported", 5, 12),
        ("t3", "cara", "own", *NONE),
    ]
)


@pytest.mark.parametrize("as_category", [False, True])
@pytest.mark.parametrize(
    ("rule", "expected"),
    [("half", [True, False, True]), ("any", [True, False, True]), ("all", [False, False, False])],
)
def test_only_own_marks_of_the_right_kinds_count(rule, expected, as_category) -> None:
    frame = SAID.astype({"reviewer_id": "category", "generation_id": "category"})
    found = text_labels(frame if as_category else SAID, rule)
    assert found["generation_id"].tolist() == ["t1", "t2", "t3"]
    assert found["hallucinated"].tolist() == expected
    assert found["n_reviewers"].tolist() == [2, 1, 3]
    assert found["n_marking"].tolist() == [1, 0, 2]


def test_an_unknown_rule_or_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match="'most'"):
        text_labels(SAID, "most")
    with pytest.raises(ValueError, match="'category'"):
        text_labels(SAID.drop(columns="category"))


def test_sentences_are_split_at_ends_and_lines() -> None:
    text = "It is 3.5 m. “Really?” she asked!\nYes – no end"
    pieces = [text[start:end] for start, end in sentence_bounds(text)]
    assert pieces == ["It is 3.5 m.", "“Really?”", "she asked!", "Yes – no end"]
    assert sentence_bounds(" \n ") == []


def test_a_mark_counts_for_every_sentence_it_touches() -> None:
    spans = pd.DataFrame(
        [("t3", 0, 2, 0.4), ("t3", 1, 3, 0.9)], columns=["generation_id", "start", "end", "score"]
    )
    found = sentence_labels(SAID, spans, {"t3": "One. Two here. Tri."}, "half")
    assert found[["start", "end"]].to_numpy().tolist() == [[0, 4], [5, 14], [15, 19]]
    assert found["share"].tolist() == pytest.approx([1 / 3, 2 / 3, 0])
    assert found["hallucinated"].tolist() == [False, True, False]
    assert found["score"].tolist() == [0.9, 0, 0]


def test_overlap_by_hand_and_by_sets() -> None:
    spans = pd.DataFrame(
        [("t3", 0, 6), ("t3", 4, 8), ("t3", 20, 22), ("t1", 90, 95)],
        columns=["generation_id", "start", "end"],
    )
    found = span_overlap(SAID[SAID["generation_id"] == "t3"], spans)
    # The check marks 0–8 and 20–22; anna 3–9 (5 in common), ben 5–12 (3 in common), cara nothing.
    assert found.characters_right.value == pytest.approx(8 / 30)
    assert found.characters_found.value == pytest.approx(8 / 13)
    assert found.pieces_right.value == pytest.approx(2 / 6)
    assert found.pieces_found.value == pytest.approx(2 / 2)
    assert "one prompt" in found.pieces_found.reason
    first, other = merged([(3, 9), (8, 12), (20, 30)]), merged([(0, 4), (11, 25)])
    covered = [{i for start, end in ranges for i in range(start, end)} for ranges in (first, other)]
    assert overlap(first, other) == len(covered[0] & covered[1])


def test_reviewers_agree_on_texts_and_on_pieces() -> None:
    found = mark_agreement(SAID)
    # anna and ben share 4 of 6 + 7 code points of t3, nothing of the 5 of t1; cara marks none.
    assert found.characters.value == pytest.approx(2 * 4 / (13 + 6 + 7 + 5))
    assert found.texts.value is not None
    assert "looked" not in str(found.texts.reason)


def test_nothing_marked_is_said_in_words() -> None:
    empty = SAID.head(0)
    spans = pd.DataFrame(columns=["generation_id", "start", "end"])
    assert len(text_labels(empty)) == 0
    found = span_overlap(empty, spans)
    assert found.pieces_right.value is None
    assert "marks nothing" in found.pieces_right.reason
    assert mark_agreement(empty).characters.value is None
    assert mark_agreement(empty).texts.value is None

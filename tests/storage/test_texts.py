"""Checks the search through texts: each condition, each order, and what a page of them holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from lab.records import Exclusion, MetricScore, PromptTag
from storage import checked, origin, texts
from storage.client import Store
from storage.texts import SORTS, Wanted
from tests.apps.dashboard.conftest import accounts, make_home, opened
from tests.apps.dashboard.filled import CRITERIA, Lab

LAB = Lab()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with opened(make_home(tmp_path_factory.mktemp("texts"))) as found:
        found.add([*accounts(), *LAB.records()])
        found.add([PromptTag(prompt_id=LAB.prompts[0].id, tag="short")])
        yield found


def ids(store: Store, **wanted: object) -> list[str]:
    return [name.decode() for name in texts.find(store, Wanted(**wanted))]


def test_all_texts_come_in_the_order_of_writing(store: Store) -> None:
    assert ids(store) == [one.id for one in LAB.generations]
    assert ids(store, falling=True) == [one.id for one in LAB.generations][::-1]


def test_words_must_all_be_there_and_a_phrase_as_it_is(store: Store) -> None:
    wrong = [one.id for one in LAB.generations if "seven" in one.text]
    assert ids(store, words="SEVEN apples") == wrong
    assert ids(store, words='"apples seven"') == []
    assert ids(store, words='"had seven apples" rosa') == wrong
    assert ids(store, words="100%_") == []
    assert len(ids(store, words="{{window.hacked=3}}")) == 1


def test_each_filter_narrows(store: Store) -> None:
    by_name = [one.id for one in LAB.generations if LAB.name_of(one) == "lstm"]
    assert ids(store, checkpoints=("lstm",)) == by_name
    first = [one.id for one in LAB.generations if one.prompt_id == LAB.prompts[0].id]
    assert ids(store, tag="short") == first
    assert ids(store, prompt="STORY-00") == first
    assert ids(store, dataset="nothing") == []
    assert ids(store, study="first-look") == [one.id for one in LAB.generations]
    assert ids(store, study="another") == []
    assert len(ids(store, reviewer="R1")) == len(LAB.generations)
    today = datetime.now(UTC).date()
    assert ids(store, since=today + timedelta(days=2)) == []
    assert len(ids(store, since=date(2020, 1, 1), until=today + timedelta(days=1))) == 36


def test_what_to_keep(store: Store) -> None:
    wrong = [one.id for one in LAB.generations if "seven" in one.text]
    assert ids(store, kept="marked") == wrong
    assert set(ids(store, kept="unmarked")) == {one.id for one in LAB.generations} - set(wrong)
    assert len(ids(store, kept="rated")) == len(ids(store, kept="compared")) == 36
    assert ids(store, kept="people") == ids(store, kept="commented") == []
    with pytest.raises(ValueError, match="'some'"):
        ids(store, kept="some")


def test_every_order_keeps_every_text(store: Store) -> None:
    every = {one.id for one in LAB.generations}
    for sort in [*SORTS, "metric:bleu", "metric:unknown"]:
        for falling in (False, True):
            assert set(ids(store, sort=sort, falling=falling)) == every
    with pytest.raises(ValueError, match="'size'"):
        ids(store, sort="size")


def test_a_metric_orders_by_its_newest_score_and_texts_without_one_come_last(store: Store) -> None:
    last, first = LAB.generations[3].id, LAB.generations[4].id
    store.add([
        MetricScore(generation_id=first, metric="chrf", version="1", value=0.1),
        MetricScore(generation_id=last, metric="chrf", version="1", value=0.5),
        MetricScore(generation_id=first, metric="chrf", version="2", value=0.9),
    ])  # fmt: skip
    assert ids(store, sort="metric:chrf", falling=True)[:2] == [first, last]
    assert ids(store, sort="metric:chrf")[:2] == [last, first]


def test_a_page_holds_what_is_known_of_its_texts(store: Store) -> None:
    wanted = Wanted(sort="rating", falling=True)
    best = [name.decode() for name in texts.find(store, wanted)[:5]]
    table = texts.table(store, best, wanted)
    assert table["generation_id"].tolist() == best
    assert set(CRITERIA) <= set(table.columns)
    means = table[list(CRITERIA)].mean(axis=1)
    assert means.is_monotonic_decreasing
    assert table["n_reviewers"].tolist() == [4] * 5
    assert table["beginning"].str.len().max() <= texts.BEGINNING
    assert "bleu" in table.columns
    one = texts.table(store, best, Wanted(criterion="fluency", reviewer="R2"))
    assert set(CRITERIA) & set(one.columns) == {"fluency"}
    assert one["n_reviewers"].tolist() == [1] * 5


def test_answers_of_the_excluded_do_not_count(store: Store) -> None:
    (account,) = [one for one in LAB.reviewers if one.pseudonym == "R4"]
    (lead,) = store.rows("SELECT id FROM accounts WHERE role = 'lead'")
    assert len(ids(store, reviewer="R4")) == 36
    store.add([
        Exclusion(study_id=LAB.study.id, reviewer_id=account.id, excluded=True, reason="speed",
                  decided_by_id=lead["id"])
    ])  # fmt: skip
    assert ids(store, reviewer="R4") == []
    assert len(ids(store, reviewer="R4", with_excluded=True)) == 36


def test_the_origin_goes_back_to_the_data(store: Store) -> None:
    found = origin.origin(store, LAB.generations[0].id)
    assert found["dataset"]["content_sha256"] == "0" * 64
    assert found["tags"] == ["short"]
    (step,) = found["checkpoints"]
    assert (step["run"], step["seed"], step["dataset"]) == (LAB.runs[0].name, 3, "world")
    others = origin.beside(store, LAB.generations[0].id)
    assert [one["checkpoint"] for one in others] == ["candidate", "lstm"]
    assert others[0]["decoding"]["temperature"] == 0.8


def test_checks_and_their_pieces(store: Store) -> None:
    wrong = [one for one in LAB.generations if "seven" in one.text]
    assert checked.checkers(store) == ["source"]
    frame = checked.checks(store, "source")
    assert frame["n_spans"].sum() == len(wrong)
    assert checked.checks(store, "other")["status"].isna().all()
    types = checked.span_types(store, "source")
    assert types["type"].unique().tolist() == ["number"]
    spans = checked.spans_of(store, "source", [wrong[0].id])
    (start,) = spans["start"]
    assert checked.texts_of(store, [wrong[0].id])[wrong[0].id][start : start + 5] == "seven"

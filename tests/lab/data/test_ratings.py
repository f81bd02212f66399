from collections import Counter

import krippendorff
import numpy as np
import pytest

from lab.data.generations import GenerationsConfig, import_generations
from lab.data.ratings import RatingsConfig, import_ratings
from lab.errors import InputError
from lab.records import AnswerKind, CheckpointKind, Generation, ItemKind, Role, StudyStatus

CONFIG = RatingsConfig(study="mine", criteria={"fluency": "grammar", "coherence": "sense"})
BY_NAME = RatingsConfig(study="mine", criteria={"fluency": "grammar"}, reviewer_column="who")
ROW = {"prompt": "p", "text": "t", "system": "a", "grammar": [5, 3, None], "sense": [4, None, None]}


def imported(path, config=CONFIG):
    return import_ratings(path, config, {"name": "a protocol"}, "f" * 64)


def told(got):
    """List what was rated: (text, rater, criterion, value)."""
    texts = {g.id: g.text for g in got.generations}
    raters = {account.id: account.name for account in got.accounts}
    assigned = {assignment.id: assignment for assignment in got.assignments}
    by = {a.id: raters[assigned[a.assignment_id].reviewer_id] for a in got.answers}
    return [(texts[r.generation_id], by[r.answer_id], r.criterion, r.value) for r in got.ratings]


def test_lists_hold_one_value_per_rater(write):
    assert told(imported(write("a.jsonl", [ROW]))) == [
        ("t", "mine/rater-1", "fluency", 5),
        ("t", "mine/rater-1", "coherence", 4),
        ("t", "mine/rater-2", "fluency", 3),
    ]


def test_a_closed_study_is_made(write):
    got = imported(write("a.jsonl", [ROW, {**ROW, "text": "u", "system": "b"}]))
    assert (got.study.name, got.study.protocol_sha256) == ("mine", "f" * 64)
    assert got.study.protocol == {"name": "a protocol"}
    assert [event.status for event in got.events] == [StudyStatus.CLOSED]
    assert [(i.kind, i.position, i.generation_b_id) for i in got.items] == [
        (ItemKind.RATE, 0, None),
        (ItemKind.RATE, 1, None),
    ]
    assert {c.kind for c in got.checkpoints} == {CheckpointKind.EXTERNAL}
    assert len(got.prompts) == 1
    assert len(got.assignments) == len(got.answers) == 4
    assert {a.kind for a in got.answers} == {AnswerKind.RATE}
    times = [answer.created_at for answer in got.answers]
    assert times == sorted(set(times))


def test_raters_are_reviewers_who_cannot_sign_in(write):
    got = imported(write("a.jsonl", [ROW]))
    assert {(a.role, a.password_hash) for a in got.accounts} == {(Role.REVIEWER, None)}
    assert [a.pseudonym for a in got.accounts] == ["mine rater 1", "mine rater 2", "mine rater 3"]


def test_a_pseudonym_does_not_tell_the_name(write):
    path = write("a.csv", "prompt,text,system,who,grammar\np,t,a,Ann@example.org,4\n")
    (account,) = imported(path, BY_NAME).accounts
    assert account.name == "mine/ann@example.org"
    assert "ann" not in account.pseudonym.lower()


def test_long_rows_are_told_apart_by_the_column_of_raters(write):
    path = write(
        "a.csv",
        "prompt,text,system,who,grammar,note,took\n"
        "p,t,a,Ann,4,good,2.5\np,t,a,Ben,2,,\np,u,b,ANN,,,\np,u,b,Ben,1.0,bad,7\n",
    )
    config = RatingsConfig(
        study="mine", criteria={"fluency": "grammar"}, reviewer_column="who",
        comment_column="note", seconds_column="took",
    )  # fmt: skip
    got = imported(path, config)
    assert told(got) == [
        ("t", "mine/ann", "fluency", 4),
        ("t", "mine/ben", "fluency", 2),
        ("u", "mine/ben", "fluency", 1),
    ]
    assert [(a.comment, a.seconds) for a in got.answers] == [
        ("good", 2.5),
        ("", None),
        ("bad", 7),
    ]
    assert len(got.generations) == len(got.items) == 2


def test_long_rows_without_raters_are_numbered_by_text(write):
    rows = [
        {**ROW, "text": text, "grammar": value, "sense": value}
        for text, value in (("t", 1), ("u", 2), ("t", 3))
    ]
    got = imported(write("a.jsonl", rows))
    raters = [(text, rater, value) for text, rater, name, value in told(got) if name == "fluency"]
    assert raters == [
        ("t", "mine/rater-1", 1),
        ("u", "mine/rater-1", 2),
        ("t", "mine/rater-2", 3),
    ]


@pytest.mark.parametrize("empty", [None, "", " ", float("nan")])
def test_an_empty_cell_is_not_rated(write, empty):
    row = {**ROW, "grammar": 2, "sense": empty}
    assert told(imported(write("a.jsonl", [row]))) == [("t", "mine/rater-1", "fluency", 2)]


def test_lists_may_stand_in_csv_and_parquet(write):
    path = write("a.csv", 'prompt,text,system,grammar,sense\np,t,a,"[4, 2]","[1, null]"\n')
    expected = [("fluency", 4), ("coherence", 1), ("fluency", 2)]
    assert [one[2:] for one in told(imported(path))] == expected
    table = {"prompt": ["p"], "text": ["t"], "system": ["a"]}
    table |= {"grammar": [[4, 2]], "sense": [[1, None]]}
    assert [one[2:] for one in told(imported(write("a.parquet", table)))] == expected


def test_another_scale_is_kept(write):
    config = RatingsConfig(study="m", criteria={"fluency": "grammar"}, lowest=0, highest=100)
    got = imported(write("a.jsonl", [{**ROW, "grammar": [0, 100]}]), config)
    assert [rating.value for rating in got.ratings] == [0, 100]


def test_records_come_after_those_that_they_refer_to(write):
    got = imported(write("a.jsonl", [ROW]))
    seen = set()
    for record in got.records():
        names = [f for f in type(record).__dataclass_fields__ if f.endswith("_id")]
        assert {getattr(record, name) for name in names} - {None} <= seen
        seen.add(record.id)
    assert len(seen) == len(got.records()) == 1 + 1 + 1 + 1 + 3 + 1 + 1 + 1 + 2 + 2 + 3


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"grammar": 6}, r"line 2, column 'grammar': 6 is not a whole number from 1 to 5"),
        ({"grammar": 0}, r"column 'grammar': 0 is not"),
        ({"grammar": 3.5}, r"column 'grammar': 3\.5 is not a whole number"),
        ({"grammar": "good"}, r"column 'grammar': 'good' is not a whole number"),
        ({"grammar": True}, r"column 'grammar': True is not"),
        ({"grammar": {"a": 1}}, r"column 'grammar': {'a': 1} is not"),
        ({"grammar": float("inf")}, r"column 'grammar': inf is not"),
        ({"grammar": [5, "x", 3]}, r"column 'grammar': 'x' is not a whole number"),
        ({"grammar": "[5, 3"}, r"column 'grammar': '\[5, 3' is not a list of numbers"),
        ({"grammar": [1, 2]}, r"column 'sense': has a list of 3, but column 'grammar' has a list"),
        ({"grammar": 3}, r"column 'sense': has a list of 3, but column 'grammar' has one number"),
        ({"text": None}, r"line 2, column 'text': is empty"),
        ({"system": []}, r"line 2, column 'system': \[\] is not a text"),
    ],
)
def test_each_wrong_cell_is_named(write, changes, said):
    with pytest.raises(InputError, match=said):
        imported(write("a.jsonl", [{**ROW, "prompt": "q"}, {**ROW, **changes}]))


def test_a_rater_cannot_rate_a_text_twice(write):
    path = write("a.csv", "prompt,text,system,who,grammar\np,t,a,Ann,4\np,t,a,ann,5\n")
    with pytest.raises(InputError, match=r"line 3: 'ann' rated this text at line 2 already"):
        imported(path, BY_NAME)


def test_a_list_beside_a_named_rater_is_refused(write):
    with pytest.raises(InputError, match=r"'grammar': holds a list, but column 'who' names one"):
        imported(write("a.jsonl", [{**ROW, "who": "Ann"}]), BY_NAME)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"criteria": {"fluency": "gramar"}}, r"no column 'gramar'; there is: .*'grammar'"),
        ({"reviewer_column": "who"}, r"no column 'who'"),
        ({"comment_column": "note"}, r"no column 'note'"),
        ({"seconds_column": "took"}, r"no column 'took'"),
    ],
)
def test_a_wrong_column_is_named_with_those_that_exist(write, settings, said):
    config = RatingsConfig(**({"study": "m", "criteria": {"fluency": "grammar"}} | settings))
    with pytest.raises(InputError, match=said):
        imported(write("a.jsonl", [ROW]), config)


@pytest.mark.parametrize("took", [-1, "long", float("inf"), []])
def test_a_wrong_time_is_refused(write, took):
    config = RatingsConfig(study="m", criteria={"fluency": "grammar"}, seconds_column="took")
    with pytest.raises(InputError, match=r"line 1, column 'took': .* is not a time in seconds"):
        imported(write("a.jsonl", [{**ROW, "took": took}]), config)


def test_a_file_without_any_rating_is_refused(write):
    row = {**ROW, "grammar": None, "sense": [None, None]}
    with pytest.raises(InputError, match=r"no row has a rating; fill the columns 'grammar'"):
        imported(write("a.jsonl", [row]))


def test_the_published_story_ratings_give_their_known_agreement(published):
    config = RatingsConfig(
        study="wp_a",
        text_column="story",
        checkpoint_column="human_written",
        rename={"1": "human", "0": "gpt2"},
        criteria={
            "fluency": "grammar", "coherence": "cohesive",
            "creativity": "enjoy", "relevance": "relevant",
        },
    )  # fmt: skip
    got = imported(published("wp_a/wp_a.json"), config)
    names = {c.id: c.name for c in got.checkpoints}
    assert Counter(names[g.checkpoint_id] for g in got.generations) == {"human": 200, "gpt2": 200}
    assert (len(got.accounts), len(got.answers), len(got.ratings)) == (3, 1200, 4800)
    alphas = {name: round(_alpha(got, name), 2) for name in config.criteria}
    assert alphas == {"fluency": 0.36, "coherence": 0.44, "creativity": 0.30, "relevance": 0.52}


def _alpha(got, criterion):
    """Ordinal alpha by the krippendorff package; its matrix is (raters, units)."""
    raters = {account.id: i for i, account in enumerate(got.accounts)}
    units = {generation.id: i for i, generation in enumerate(got.generations)}
    reviewer = {a.id: a.reviewer_id for a in got.assignments}
    rater_of = {a.id: raters[reviewer[a.assignment_id]] for a in got.answers}
    values = np.full((len(raters), len(units)), np.nan)
    for rating in got.ratings:
        if rating.criterion == criterion:
            values[rater_of[rating.answer_id], units[rating.generation_id]] = rating.value
    return krippendorff.alpha(values, level_of_measurement="ordinal")


def test_a_text_that_exists_is_rated_and_not_made_again(write):
    rows = [{"prompt": "p", "text": text, "model": "a", "clear": 4} for text in ("one", "two")]
    texts = GenerationsConfig(name="mine", checkpoint_column="model")
    stored = import_generations(write("texts.jsonl", rows[:1]), texts)
    config = RatingsConfig(study="s", criteria={"clear": "clear"}, checkpoint_column="model")
    known = (stored.prompts, stored.checkpoints, stored.generations)
    got = import_ratings(write("rated.jsonl", rows), config, {}, "", *known)
    first, second = got.generations
    assert first == stored.generations[0]
    assert got.stored == {first.id}
    assert [item.generation_a_id for item in got.items] == [first.id, second.id]
    assert (got.datasets, got.prompts, got.checkpoints) == ((), (), ())
    # A further text of the same system for the same prompt is its next sample.
    assert (second.checkpoint_id, second.sample_index) == (first.checkpoint_id, 1)
    assert [one for one in got.records() if isinstance(one, Generation)] == [second]
    again = import_generations(write("texts.jsonl", rows), texts, *known)
    assert [text.text for text in again.generations] == ["two"]
    assert (again.generations[0].sample_index, again.n_stored) == (1, 1)

from __future__ import annotations

import pytest

from lab.data.config import ImportConfig
from lab.data.prompts import import_prompts
from lab.data.tags import check_tag, tag_prompts
from lab.errors import InputError
from lab.records import Prompt, Split


def prompts() -> list[Prompt]:
    texts = {"a": "The Dragon sleeps.", "b": "A ship sails.", "c": "Two dragons fly."}
    return [
        Prompt(dataset_id="d", key=key, split=Split.TEST, text=text) for key, text in texts.items()
    ]


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("sea, long ,sea,", ["sea", "long"]),
        ('["a b", "c"]', ["a b", "c"]),
        (["x"], ["x"]),
        ("", []),
        (None, []),
    ],
)
def test_words_come_from_texts_and_lists(write, cell, wanted) -> None:
    path = write("a.jsonl", [{"prompt": "p", "about": cell}])
    _, (prompt,), tags = import_prompts(path, ImportConfig(name="m", tags_column="about"))
    assert [tag.tag for tag in tags] == wanted
    assert {tag.prompt_id for tag in tags} <= {prompt.id}


def test_the_usual_column_is_found(write) -> None:
    path = write("a.csv", 'prompt,tags\np,"sea,long"\nq,\n')
    _, (first, _), tags = import_prompts(path, ImportConfig(name="m"))
    assert [(tag.prompt_id, tag.tag) for tag in tags] == [(first.id, "sea"), (first.id, "long")]


@pytest.mark.parametrize(
    "cell",
    [5, '["a"', "[1]", {"a": 1}, ["a,b"], "x" * 61, "[" * 100_000, {"a" * 999: 1}, [["b" * 999]]],
)
def test_a_cell_that_is_no_words_is_named_with_its_place(write, cell) -> None:
    path = write("a.jsonl", [{"prompt": "p", "tags": cell}])
    with pytest.raises(InputError, match="line 1, column 'tags'") as error:
        import_prompts(path, ImportConfig(name="m"))
    assert len(str(error.value)) < 300


def test_a_pattern_finds_texts_whatever_their_case() -> None:
    found = prompts()
    tags = tag_prompts(found, " beast ", pattern="dragon")
    assert [tag.prompt_id for tag in tags] == [found[0].id, found[2].id]
    assert {tag.tag for tag in tags} == {"beast"}


def test_keys_name_prompts() -> None:
    found = prompts()
    assert [tag.prompt_id for tag in tag_prompts(found, "sea", keys=["b"])] == [found[1].id]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"pattern": "("}, "no regular expression"),
        ({"pattern": "whale"}, "matches 'whale'"),
        ({"keys": ["b", "z"]}, "'z'"),
        ({}, "--pattern or --keys"),
    ],
)
def test_what_means_no_prompt_is_refused(settings, message) -> None:
    with pytest.raises(InputError, match=message):
        tag_prompts(prompts(), "sea", **settings)


@pytest.mark.parametrize("word", ["", "  ", "a,b", "a\nb", "x" * 61])
def test_what_is_no_word_is_refused(word) -> None:
    with pytest.raises(ValueError, match="cannot be a tag"):
        check_tag(word)

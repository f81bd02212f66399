import json

import pytest

from lab.data.config import ImportConfig
from lab.data.prompts import import_prompts
from lab.errors import InputError
from lab.records import Split

CONFIG = ImportConfig(name="mine")


def test_columns_of_the_usual_names_are_used(write):
    row = {"key": 7, "prompt": "p", "source": "s", "reference": "r", "split": "dev", "extra": 1}
    dataset, (prompt,), _ = import_prompts(write("a.jsonl", [row]), CONFIG)
    assert (prompt.key, prompt.text, prompt.source, prompt.reference) == ("7", "p", "s", "r")
    assert prompt.split is Split.VALIDATION
    assert prompt.dataset_id == dataset.id
    assert dataset.name == "mine"
    assert dataset.n_prompts == 1
    assert dataset.origin.endswith("a.jsonl")
    assert dataset.config["seed"] == 0
    assert dataset.config["columns"]["split"] == "split"


def test_columns_are_mapped(write):
    path = write("a.csv", "id,question,context,answer,part\nx,q,c,a,test\n")
    config = ImportConfig(
        name="m", key_column="id", prompt_column="question", source_column="context",
        reference_column="answer", split_column="part", licence="MIT",
    )  # fmt: skip
    dataset, (prompt,), _ = import_prompts(path, config)
    assert (prompt.key, prompt.text, prompt.source, prompt.reference) == ("x", "q", "c", "a")
    assert prompt.split is Split.TEST
    assert dataset.licence == "MIT"


@pytest.mark.parametrize("settings", [{}, {"text_column": "text"}])
def test_plain_texts_become_references_of_empty_prompts(write, settings):
    path = write("a.txt", "\n\n".join(f"text {n}" for n in range(10)))
    _, prompts, _ = import_prompts(path, ImportConfig(name="m", **settings))
    assert {prompt.text for prompt in prompts} == {""}
    assert [prompt.reference for prompt in prompts] == [f"text {n}" for n in range(10)]
    assert [prompt.key for prompt in prompts] == [str(n) for n in range(1, 11)]
    assert {prompt.split for prompt in prompts} == set(Split)


def test_the_keys_of_an_object_of_objects_are_the_keys(write):
    _, prompts, _ = import_prompts(write("a.json", '{"x": {"prompt": "p"}}'), CONFIG)
    assert prompts[0].key == "x"


def test_equal_prompts_go_to_one_split(write):
    rows = [{"prompt": f"p{n % 40}", "reference": str(n)} for n in range(200)]
    _, prompts, _ = import_prompts(write("a.jsonl", rows), CONFIG)
    assert len({(prompt.text, prompt.split) for prompt in prompts}) == 40


def test_empty_sources_and_references_are_none(write):
    _, prompts, _ = import_prompts(write("a.csv", 'prompt,source,reference\np,,"  "\n'), CONFIG)
    assert (prompts[0].source, prompts[0].reference) == (None, None)


def test_the_hash_tells_equal_data_from_different_data(write):
    rows = [{"prompt": f"p{n}"} for n in range(5)]
    path = write("a.jsonl", rows)
    same = {import_prompts(path, CONFIG)[0].content_sha256 for _ in range(2)}
    copy = import_prompts(write("b.json", json.dumps(rows)), CONFIG)[0].content_sha256
    other = import_prompts(write("c.jsonl", [*rows[:4], {"prompt": "!"}]), CONFIG)[0].content_sha256
    assert same == {copy}
    assert other != copy


@pytest.mark.parametrize(
    ("rows", "settings", "said"),
    [
        ([{"question": "q"}], {}, r"no column 'prompt'; there is: 'question'; say which"),
        ([{"prompt": "p"}], {"source_column": "s"}, r"no column 's'; there is: 'prompt'"),
        ([{"prompt": "p"}], {"prompt_column": "P"}, r"no column 'P'; there is: 'prompt'"),
        ([{"text": "p"}], {"prompt_column": "P"}, r"no column 'P'; there is: 'text'"),
        ([{"prompt": "p"}, {"other": 1}], {}, r"line 2, column 'prompt': is empty"),
        ([{"prompt": "p"}, {"prompt": " "}], {}, r"line 2, column 'prompt': is empty"),
        ([{"prompt": None}], {}, r"line 1, column 'prompt': is empty"),
        ([{"prompt": 3}], {}, r"line 1, column 'prompt': 3 is not a text; put it in quotes"),
        ([{"prompt": ["p"]}], {}, r"column 'prompt': \['p'\] is not a text"),
        ([{"prompt": "p", "source": {}}], {}, r"column 'source': {} is not a text"),
        ([{"prompt": "p \ud800"}], {}, r"half a surrogate pair at character 2"),
        ([{"prompt": "p", "split": "tset"}], {}, r"line 1, column 'split': 'tset' is not a split"),
        ([{"prompt": "p", "key": 1}, {"prompt": "q", "key": "1"}], {},
         r"line 2, column 'key': the key is that of line 1 too"),
        ([{"prompt": "p", "key": []}], {}, r"column 'key': \[\] is not a text"),
        ([{"prompt": "p", "key": None}], {}, r"column 'key': is empty"),
    ],
)  # fmt: skip
def test_each_wrong_row_is_named(write, rows, settings, said):
    with pytest.raises(InputError, match=said):
        import_prompts(write("a.jsonl", rows), ImportConfig(name="m", **settings))


def test_a_wrong_type_in_parquet_is_named(write):
    with pytest.raises(InputError, match=r"row 1, column 'prompt': 1 is not a text"):
        import_prompts(write("a.parquet", {"prompt": [1, 2]}), CONFIG)


@pytest.mark.parametrize("column", ["key", "prompt", "source", "reference", "split"])
def test_the_hash_covers_every_column(write, column):
    row = {"key": "k", "prompt": "p", "source": "s", "reference": "r", "split": "test"}
    other = row | {column: "train"}
    hashes = {import_prompts(write("a.jsonl", [r]), CONFIG)[0].content_sha256 for r in (row, other)}
    assert len(hashes) == 2

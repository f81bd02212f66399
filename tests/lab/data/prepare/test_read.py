"""Reading: every kind of row from every kind of origin, and what does not fit is named."""

import json
from pathlib import Path

import pytest
from datasets import Dataset, DatasetDict

from lab.data.prepare import read as reading
from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.keys import Keys, hash_of
from lab.data.prepare.read import read
from lab.data.prepare.run import prepare
from lab.errors import ConfigError, InputError

ASKED = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello?"}]
CHAT = [*ASKED, {"role": "assistant", "content": "Hi."}]
OTHER = [*ASKED, {"role": "assistant", "content": "Go."}]


def rows(*origins, **options):
    return list(read([str(one) for one in origins], PrepareConfig(name="x", **options)))


def one(write, row, **options):
    (found,) = rows(write("one.jsonl", [row]), **options)
    return {name: value for name, value in found.items() if value not in (None, "")}


def test_plain_texts_are_targets_without_a_prompt(write):
    found = one(write, {"text": "a", "licence": "MIT", "tags": "x, y", "split": "dev", "key": 7})
    place = found.pop("place")
    assert place.endswith("one.jsonl, line 1")
    assert len(found.pop("group")) == 32
    told = {"reference": "a", "licence": "MIT", "tags": ["x", "y"], "split": "validation"}
    assert found == told | {"key": "7"}


def test_pairs_may_have_a_source(write):
    found = one(write, {"prompt": "p", "source": "s", "reference": "r", "text": "no"})
    assert (found["prompt"], found["source"], found["reference"]) == ("p", "s", "r")
    named = {"prompt_column": "instruction", "source_column": "input", "reference_column": "out"}
    found = one(write, {"instruction": "p", "input": "", "out": "r", "text": "no"}, **named)
    assert (found["prompt"], found["reference"], "source" in found) == ("p", "r", False)


def test_of_a_chat_the_last_answer_is_the_target(write):
    for messages in (CHAT, json.dumps(CHAT)):
        found = one(write, {"messages": messages, "prompt": "not looked at"})
        assert (found["messages"], found["reference"]) == (ASKED, "Hi.")
        assert "prompt" not in found


@pytest.mark.parametrize(
    ("row", "prompt", "turns"),
    [
        ({"prompt": "p", "chosen": "Hi.", "rejected": "Go."}, "p", None),
        ({"prompt": ASKED, "chosen": "Hi.", "rejected": "Go."}, None, ASKED),
        ({"chosen": CHAT, "rejected": OTHER}, None, ASKED),
        ({"prompt": "repeated", "chosen": CHAT, "rejected": OTHER}, None, ASKED),
        ({"prompt": ASKED, "chosen": CHAT[2:], "rejected": OTHER[2:]}, None, ASKED),
        ({"prompt": "p", "chosen": CHAT[2:], "rejected": OTHER[2:]}, None,
         [{"role": "user", "content": "p"}]),
    ],
)  # fmt: skip
def test_of_preferences_the_chosen_text_is_the_target(write, row, prompt, turns):
    found = one(write, row)
    assert (found["reference"], found["rejected"]) == ("Hi.", "Go.")
    assert (found.get("prompt"), found.get("messages")) == (prompt, turns)


def test_what_was_taken_is_told(write):
    told = []
    config = PrepareConfig(name="x", text_column="body")
    origin = write("a.jsonl", [{"body": "a", "prompt": "not asked for"}])
    assert [row["reference"] for row in read([origin], config, told.append)] == ["a"]
    assert (told[0].kind, told[0].of["text"]) == ("text", "body")


def test_the_account_begins_with_what_was_taken(write, tmp_path):
    origin = write("a.jsonl", [{"question": f"q {n}", "reference": "r"} for n in range(20)])
    config = PrepareConfig(name="x", prompt_column="question", exact=False, quality=False)
    prepared = prepare([origin], config, tmp_path / "data", lambda share, text: None)
    step = (prepared.dataset.steps or {})["steps"][0]
    told = {"kind": "pairs", "prompt": "question"}  # and the reference by its own name
    assert (step["name"], step["settings"], step["n_in"], step["n_out"]) == ("read", told, 20, 20)


def test_rows_of_one_prompt_or_group_belong_together(write):
    pairs = [{"prompt": "p", "source": s, "reference": r} for s in "ab" for r in "12"]
    first, second, third, fourth = (row["group"] for row in rows(write("a.jsonl", pairs)))
    assert first == second != third == fourth
    named = rows(write("a.jsonl", [row | {"by": 3} for row in pairs]), group_column="by")
    assert {row["group"] for row in named} == {"3"}
    chats = rows(write("b.jsonl", [{"messages": CHAT}, {"messages": OTHER}]))
    assert chats[0]["group"] == chats[1]["group"]
    openings = rows(write("c.jsonl", [{"messages": CHAT[2:]}, {"messages": OTHER[2:]}]))
    assert openings[0]["group"] != openings[1]["group"]
    strata = rows(write("a.jsonl", [row | {"by": 3.0} for row in pairs]), stratify_column="by")
    assert {row["stratum"] for row in strata} == {"3"}


def test_a_folder_is_read_in_the_order_of_its_names(write, tmp_path):
    folder = tmp_path / "all"
    (folder / "sub").mkdir(parents=True)
    write("all/b.txt", "one\n\ntwo\n")
    write("all/a.jsonl", [{"text": "first"}])
    write("all/sub/c.txt", "")
    write("all/.hidden", "no")
    found = rows(folder)
    assert [(row["key"], row["reference"]) for row in found] == [
        ("a.jsonl:1", "first"),
        ("b.txt", "one\n\ntwo\n"),
        ("sub/c.txt", ""),
    ]
    write("all/sub/c.txt", "three")
    lines = rows(folder, lines=True)
    assert [row["key"] for row in lines] == ["a.jsonl:1", "b.txt:1", "b.txt:2", "sub/c.txt:1"]
    assert [row["reference"] for row in rows(folder / "b.txt")] == ["one", "two"]
    assert len(rows(folder, limit=2)) == 2


def test_several_origins_follow_one_another(write):
    one, two = write("a.txt", "x"), write("b.txt", "y")
    assert [row["key"] for row in rows(one, two)] == [f"{one}:1", f"{two}:1"]
    with pytest.raises(InputError, match=r"is read with .* already"):
        rows(one, Path(one).parent)


def test_what_the_datasets_library_saved_is_read(tmp_path):
    table = Dataset.from_dict({"text": ["a", "b"]})
    table.save_to_disk(tmp_path / "table")
    assert [(row["key"], row["split"]) for row in rows(tmp_path / "table")] == [
        ("train-0", None),
        ("train-1", None),
    ]
    DatasetDict({"train": table, "test": table}).save_to_disk(tmp_path / "splits")
    assert [row["split"] for row in rows(tmp_path / "splits")] == ["train"] * 2 + ["test"] * 2
    (tmp_path / "table" / "state.json").write_text("{}")
    with pytest.raises(InputError, match="cannot be read"):
        rows(tmp_path / "table")


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (
            {"tex": "b"},
            "line 2, column 'text': is not there as in the rows before; there is: 'tex'",
        ),
        ({"text": 3}, "line 2, column 'text': 3 is not a text"),
        ({"text": ["x" * 90]}, r"column 'text': \['xxx.{52}… is not a text"),
        ({"text": "\ud800"}, "column 'text': half a surrogate pair"),
        ({"text": "b", "tags": 3}, "column 'tags'"),
        ({"text": "b", "split": "later"}, "column 'split': 'later' is not a split"),
        ({"text": "b", "licence": 3}, "column 'licence': 3 is not a text"),
        ([], "line 2: holds a list"),
    ],
)
def test_a_later_row_that_does_not_fit_is_named(write, second, said):
    origin = write("rows.jsonl", f'{{"text": "a"}}\n{json.dumps(second)}\n')
    with pytest.raises(InputError, match=said) as error:
        rows(origin)
    assert "rows.jsonl, line 2" in str(error.value)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"messages": []}, r"column 'messages': \[\] is not a list of {role, content}"),
        ({"messages": "hi"}, "'hi' is not a list of"),
        ({"messages": ["hi"]}, "turn 1: 'hi' is not an object with role and content"),
        ({"messages": [{"role": "bot", "content": "a"}]}, "turn 1: the role 'bot' is none of"),
        ({"messages": [{"role": "user", "content": None}]}, "turn 1: None is not a text"),
        ({"messages": ASKED}, "the last turn is by 'user'; it must be the assistant's"),
        ({"chosen": CHAT, "rejected": CHAT[1:]}, "'rejected': the turns before the last are not"),
        ({"chosen": CHAT, "rejected": "Go."}, "'rejected': 'Go.' is not a list of"),
        ({"chosen": "a", "rejected": "b"}, "has no prompt; name its column"),
        ({"chosen": CHAT[2:], "rejected": OTHER[2:]}, "there is no column of prompts"),
        ({"prompt": "p", "chosen": "", "rejected": "b"}, "column 'chosen': is empty"),
        ({"prompt": "", "reference": "r"}, "column 'prompt': is empty"),
        ({"body": "x"}, r"no known kind of row has these columns: 'body'; .*text: text\)"),
    ],
)
def test_a_row_that_is_none_of_its_kind_is_named(write, row, said):
    with pytest.raises(InputError, match=f"one.jsonl, line 1.*{said}"):
        one(write, row)


def test_columns_that_are_named_must_be_there_and_fit_the_kind(write):
    origin = write("a.jsonl", [{"text": "a", "prompt": "b"}])
    with pytest.raises(InputError, match="column 'body': is not there; there is: 'text', 'prompt'"):
        rows(origin, text_column="body")
    with pytest.raises(InputError, match="column 'messages': is not there"):
        rows(origin, kind="chat")
    with pytest.raises(ConfigError, match="text_column is 'text', but rows of the kind 'pairs'"):
        rows(origin, kind="pairs", text_column="text")
    with pytest.raises(ConfigError, match="prompt_column and text_column are set, but no kind"):
        rows(origin, prompt_column="prompt", text_column="text")
    assert rows(origin, kind="text")[0]["reference"] == "a"
    assert rows(origin)[0]["prompt"] == "b"
    later = write("b.jsonl", [{"text": "a", "who": "x"}, {"text": "b"}])
    with pytest.raises(InputError, match="line 2, column 'who': is not there"):
        rows(later, group_column="who")


def test_files_that_cannot_be_read_are_named_before_any_row_is_given(write, tmp_path):
    (tmp_path / "data").mkdir()
    write("data/a.txt", "good")
    write("data/b.pdf", "no")
    with pytest.raises(InputError, match=r"b\.pdf: files of the form '\.pdf' are not known; use"):
        next(read([str(tmp_path / "data")], PrepareConfig(name="x")))
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="empty: the folder holds no files"):
        rows(tmp_path / "empty")
    (tmp_path / "empty" / "link").symlink_to(tmp_path / "data")
    with pytest.raises(InputError, match="link: is a link to a folder"):
        rows(tmp_path / "empty")
    with pytest.raises(InputError, match="nowhere: there is no such file"):
        rows("nowhere")


def test_doubled_keys_are_named_wherever_they_stand(write, monkeypatch):
    many = [{"text": "a", "key": f"k{number}"} for number in range(5000)]
    assert len(rows(write("a.jsonl", many))) == 5000
    for place in (1, 1500, 4999):
        doubled = [*many]
        doubled[place] = doubled[0]
        said = rf"line {place + 1}, column 'key': the key is that of .*a\.jsonl, line 1 too"
        with pytest.raises(InputError, match=said) as error:
            rows(write("a.jsonl", doubled))
        assert "k0" not in str(error.value)  # it may be somebody's address
    # Two keys that only share their hash are no doubled key.
    monkeypatch.setattr("lab.data.prepare.keys.hash_of", lambda text: hash_of(text) % 7)
    monkeypatch.setattr(reading, "hash_of", lambda text: hash_of(text) % 7)
    assert len(rows(write("a.jsonl", many[:100]))) == 100


def test_ten_million_keys_would_take_eight_bytes_each():
    keys = Keys()
    for number in range(3000):
        keys.add(str(number))
    assert keys.hashes.itemsize == 8
    assert keys.doubled() == set()
    keys.add("17")
    assert keys.doubled() == {hash_of("17")}

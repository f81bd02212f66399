import json
import time
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.data.rows import read_rows
from lab.errors import InputError

TWO = [{"prompt": "a", "n": 1}, {"prompt": "b", "n": None}]


def values(path, **options):
    return [row.values for row in read_rows(path, **options)]


def places(path, **options):
    return [row.place for row in read_rows(path, **options)]


def test_every_form_gives_the_same_rows(write):
    assert values(write("a.jsonl", TWO)) == TWO
    assert values(write("a.ndjson", TWO)) == TWO
    assert values(write("a.json", json.dumps(TWO))) == TWO
    assert values(write("b.json", json.dumps({"x": TWO[0], "y": TWO[1]}))) == TWO
    assert values(write("a.parquet", {"prompt": ["a", "b"], "n": [1, None]})) == TWO
    assert values(write("a.csv", "prompt,n\na,1\nb,\n")) == [
        {"prompt": "a", "n": "1"},
        {"prompt": "b", "n": ""},
    ]
    assert values(write("a.tsv", "prompt\tn\na\t1\n")) == [{"prompt": "a", "n": "1"}]


def test_rows_know_where_they_stand(write):
    assert places(write("a.jsonl", '{"a":1}\n\n{"a":2}\n')) == ["line 1", "line 3"]
    assert places(write("a.csv", 'a,b\n"two\nlines",x\n\ny,z\n')) == ["line 2", "line 5"]
    assert places(write("a.json", '{"x": {}, "y": {}}')) == ["row 1", "row 2"]
    assert places(write("a.txt", "\none\n1\n\n\ntwo\n")) == ["line 2", "line 6"]
    assert [row.key for row in read_rows(write("b.json", '{"x": {}, "y": {}}'))] == ["x", "y"]
    assert [row.key for row in read_rows(write("b.jsonl", "{}\n\n{}"))] == ["1", "2"]


def test_a_text_files_rows_are_paragraphs_or_lines(write):
    path = write("a.txt", "one\nmore\n\ntwo\n   \n\nthree")
    assert [row["text"] for row in values(path)] == ["one\nmore", "two", "three"]
    assert [row["text"] for row in values(path, lines=True)] == ["one", "more", "two", "three"]


def test_line_ends_of_other_systems_are_line_ends(write):
    assert values(write("a.txt", b"one\r\nmore\r\n\r\ntwo\r\n")) == [
        {"text": "one\nmore"},
        {"text": "two"},
    ]
    assert places(write("a.csv", b"a\r\nx\r\ny\r\n")) == ["line 2", "line 3"]


def test_the_limit_takes_the_first_rows_and_reads_no_further(write):
    assert values(write("a.jsonl", '{"a": 1}\n{"a": 2}\nbroken'), limit=2) == [{"a": 1}, {"a": 2}]


def test_a_byte_order_mark_is_no_text(write):
    assert values(write("a.csv", b"\xef\xbb\xbfprompt\na\n")) == [{"prompt": "a"}]
    assert values(write("a.jsonl", b'\xef\xbb\xbf{"a": 1}\n')) == [{"a": 1}]


def test_fields_longer_than_csvs_default_are_taken(write):
    assert len(values(write("a.csv", "a\n" + "x" * 200_000 + "\n"))[0]["a"]) == 200_000


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.jsonl", '{"a": 1}\n{"a": \n', r"a\.jsonl, line 2, column 6: not JSON: .*; mend that"),
        ("a.jsonl", '{"a": 1}\n[1]\n', r"line 2: holds a list, which is no row; give objects"),
        ("a.jsonl", "null\n", r"line 1: holds null"),
        ("a.jsonl", "3\n", r"line 1: holds a number"),
        ("a.jsonl", '{"a": 1, "a": 2}\n', r"line 1: .*'a' stands twice"),
        ("a.jsonl", "[" * 100_000, r"line 1: cannot be taken in as JSON: values .* too deeply"),
        ("a.jsonl", '{"a": ' + "9" * 5000 + "}", r"line 1: .*: a number has thousands of digits"),
        ("a.jsonl", "\n\n", r"a\.jsonl: holds no rows"),
        ("a.jsonl", b'{"a": 1}\n{"a": "\xe9"}\n', r"not UTF-8 at byte 16 \(0xe9\).*save the file"),
        ("a.json", '[\n{"a": 1},\n{"a" 2}]', r"line 3, column 6: not JSON"),
        ("a.json", '{"x": 3}', r"row 1: holds a number"),
        ("a.json", '{"a": 1}\n{"a": 2}\n', r"row 1: holds a number, .* one per line"),
        ("a.json", '{"\\ud800": {}}', r"line 1, column 10: .*: the name of row 1 has half a"),
        ("a.json", '[{}, "b"]', r"row 2: holds a text"),
        ("a.json", "true", r"holds a truth value; give a list"),
        ("a.json", "[]", r"holds no rows"),
        ("a.json", "", r"holds no rows"),
        ("a.json", "{}", r"holds no rows"),
        ("a.csv", "", r"a\.csv: is empty; give a file with a header"),
        ("a.csv", "a,b\n", r"holds no rows"),
        ("a.csv", "a,b\n1,2\n1,2,3\n", r"line 3: has 3 fields, the header has 2"),
        ("a.csv", "a,b\n1\n", r"line 2: has 1 fields"),
        ("a.csv", "a,a\n1,2\n", r"line 1: column 'a' stands there twice"),
        ("a.csv", 'a\nx\n"never\nclosed', r"line 3: not CSV: .*check the quotes"),
        ("a.csv", b"a\nx\n\xff\n", r"byte 4 \(0xff\).*Latin-1"),
        ("a.csv", "prompt\na\n".encode("utf-16"), r"byte 0 \(0xff\); it may be UTF-16"),
        ("a.parquet", b"PAR1 and no more", r"a\.parquet: not Parquet"),
        ("a.parquet", b"", r"holds no rows"),
        ("a.parquet", {"a": pa.array([2**62], pa.timestamp("ms"))}, r"a value is larger than any"),
        ("a.txt", " \n\n", r"holds no rows"),
        ("a.xlsx", "x", r"'\.xlsx' are not known; use \.jsonl"),
    ],
)  # fmt: skip
def test_each_broken_file_is_named_with_the_place_and_what_to_do(write, name, content, said):
    with pytest.raises(InputError, match=said) as error:
        read_rows(write(name, content))
    assert name in str(error.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.csv: there is no such file"):
        read_rows(tmp_path / "nowhere.csv")
    with pytest.raises(InputError, match="is not a file"):
        read_rows(tmp_path)


def test_a_parquet_file_that_is_broken_inside_is_named(write):
    path = Path(write("a.parquet", {"a": ["a text"] * 5}))
    content = path.read_bytes()
    path.write_bytes(content[:20] + b"\xff" * 40 + content[60:])
    with pytest.raises(InputError, match=r"a\.parquet: not Parquet: .*; write the file anew"):
        read_rows(path)


def test_files_without_a_name_or_behind_a_link_to_nothing_are_refused(tmp_path):
    for target in ("nowhere.txt", "itself.txt"):
        (tmp_path / "itself.txt").unlink(missing_ok=True)
        (tmp_path / "itself.txt").symlink_to(tmp_path / target)
        with pytest.raises(InputError, match=r"itself\.txt: is a link to what is not there"):
            read_rows(tmp_path / "itself.txt")
    (tmp_path / "\udcff.txt").write_text("a")
    with pytest.raises(InputError, match=r"'.*udcff\.txt': the name is not UTF-8; rename"):
        read_rows(tmp_path / "\udcff.txt")


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_doubled_column_is_found_among_very_many(write, name):
    names = [*(f"c{number}" for number in range(50_000)), "c49999"]
    line = ",".join(names) + "\n"
    told = "{" + ", ".join(f'"{one}": 1' for one in names) + "}\n"
    path = write(name, line * 2 if name == "a.csv" else told)
    started = time.process_time()
    with pytest.raises(InputError, match=r"'c49999' stands .*twice"):
        read_rows(path)
    assert time.process_time() - started < 5  # each name held against each other takes 20


JSON_ROWS = st.lists(
    st.dictionaries(st.text(max_size=5), st.one_of(st.none(), st.integers(), st.text())),
    min_size=1,
    max_size=5,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=JSON_ROWS)
def test_jsonl_gives_back_what_was_written(write, rows):
    assert values(write("any.jsonl", rows)) == rows


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=60), suffix=st.sampled_from(["jsonl", "json", "csv", "txt"]))
def test_any_bytes_are_taken_in_or_refused_as_input(write, content, suffix):
    try:
        rows = read_rows(write(f"any.{suffix}", content))
    except InputError:
        return
    assert rows

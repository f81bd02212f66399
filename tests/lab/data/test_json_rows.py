"""JSON files that are read piece by piece give what the whole would give."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.data import json_rows
from lab.data.rows import iterate_rows
from lab.errors import InputError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(), VALUES, max_size=3)


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr("lab.data.json_rows._CHUNK", 1)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(OBJECTS, min_size=1, max_size=4), plain=st.booleans(), indent=st.booleans())
def test_cuts_anywhere_change_nothing(write, small_chunks, rows, plain, indent):
    text = json.dumps(rows, ensure_ascii=plain, indent=2 if indent else None)
    assert [row.values for row in iterate_rows(write("a.json", text))] == rows


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.dictionaries(st.text(), OBJECTS, min_size=1, max_size=4))
def test_an_object_names_its_rows(write, small_chunks, rows):
    path = write("a.json", json.dumps(rows))
    assert {row.key: row.values for row in iterate_rows(path)} == rows


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('[\n{"a": 1},\n{"a" 2}]', "line 3, column 6: not JSON: Expecting"),
        ('[{"a": 1},\n {"a": "b}]', "line 2, column 8: not JSON: Unterminated string"),
        ('[{"a": 1}\n {"a": 2}]', "line 2, column 2: not JSON: Expecting ','"),
        ('[{"a": 1},\n\n', "line 3, column 1: not JSON: Expecting value"),
        ('[{"a": 1}]\n]', "line 2, column 1: not JSON: something stands after the end"),
        ('{"a": {"b": 1}, "a": {}}', "not JSON: row 2 has the name of row 1; mend that line"),
        ('{"x": {"b": 1,\n "b": 2}}', "line 1: cannot be taken in as JSON: the field 'b' stands"),
        ('{"a" {}}', "column 6: not JSON: Expecting ':'"),
        ("{3: {}}", "a number stands where a name should"),
        ("nonsense", "line 1, column 1: not JSON"),
        ('[{"a": ' + "9" * 5000 + "}]", "in as JSON: a number has thousands of digits"),
        ("[" + "[" * 100_000, "line 1: cannot be taken in as JSON"),
    ],
)  # fmt: skip
def test_what_is_broken_is_named_with_its_place(write, small_chunks, content, said):
    with pytest.raises(InputError, match=said):
        list(iterate_rows(write("a.json", content)))


def test_an_error_early_in_a_long_file_does_not_read_it_all(write, monkeypatch):
    n_reads = 0
    read_on = json_rows._Source._read_on

    def counted(source):
        nonlocal n_reads
        n_reads += 1
        return read_on(source)

    monkeypatch.setattr(json_rows, "_CHUNK", 64)
    monkeypatch.setattr(json_rows._Source, "_read_on", counted)
    with pytest.raises(InputError, match="line 1, column 7"):
        list(iterate_rows(write("a.json", '[{"a" 1}, ' + '{"a": "long enough"}, ' * 10_000)))
    assert n_reads < 5

"""Encodings, packed files, and what is no text: each is read, or named with line and byte."""

import gzip
import itertools

import pytest

from lab.data.rows import iterate_rows
from lab.errors import ConfigError, InputError


def values(path, **options):
    return [row.values for row in iterate_rows(path, **options)]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "gb18030"]
)
@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.jsonl", "a.json"])
def test_every_form_is_read_in_its_encoding(write, name, encoding):
    content = {"a.txt": "é\n\n", "a.csv": "text\né\n", "a.jsonl": '{"text": "é"}\n'}
    path = write(name, content.get(name, '[{"text": "é"}]').encode(encoding))
    assert values(path, encoding=encoding) == [{"text": "é"}]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xc3\xa9\nb\ncaf\xe9 x", r"a\.txt, line 3: not UTF-8 at byte 8 \(0xe9\); the file is "
         r"UTF-8 up to there, so it mixes encodings: save"),
        (b"ok\ncaf\xe9 x", r"line 2: not UTF-8 at byte 6 \(0xe9\); it may be Latin-1 or Windows"),
        (b"\xff\xfea\x00", r"line 1: not UTF-8 at byte 0 \(0xff\); it may be UTF-16"),
        (b"\n" * 100_000 + b"\xc3", r"line 100001: not UTF-8 at byte 100000 \(0xc3\)"),
        (b"a\n\nb\0c", r"line 3: holds a NUL character: this is no text file"),
        (b"\x7fELF\x02\x01\x00\x00", r"line 1: holds a NUL character"),
        (b"\x89PNG\r\n\x1a\n\x00", r"line 1: not UTF-8 at byte 0 \(0x89\); this is no text"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("cut", ["lines", "paragraphs", "whole"])
def test_what_is_no_text_is_named_by_line_and_byte(write, content, said, cut):
    with pytest.raises(InputError, match=said):
        values(write("a.txt", content), cut=cut)


def test_a_wrong_encoding_says_the_byte(write):
    with pytest.raises(InputError, match=r"line 2: not CP1252 at byte 3 \(0x81\); name the enc"):
        values(write("a.txt", b"a\nb\x81"), encoding="cp1252")
    with pytest.raises(ConfigError, match="'klingon' is not known; give one such as utf-8"):
        values(write("a.txt", "a"), encoding="klingon")
    with pytest.raises(InputError, match="not UTF-16"):
        values(write("a.txt", "abcd"), encoding="utf-16")


@pytest.mark.parametrize("name", ["a.txt.gz", "a.csv.GZ", "a.jsonl.gz", "a.json.gz"])
def test_packed_files_are_unpacked(write, name):
    content = {"a.txt.gz": "b", "a.csv.GZ": "text\nb", "a.jsonl.gz": '{"text": "b"}'}
    packed = gzip.compress(content.get(name, '[{"text": "b"}]').encode())
    assert values(write(name, packed)) == [{"text": "b"}]


def test_a_broken_pack_is_named(write):
    packed = gzip.compress(b"text\n" * 1000)
    for content in (b"text\n", packed[:-20], packed[:20] + b"\0\0\0" + packed[23:]):
        with pytest.raises(InputError, match=r"a\.txt\.gz: cannot be unpacked"):
            values(write("a.txt.gz", content), cut="lines")
    with pytest.raises(InputError, match="not UTF-8 at byte 1"):
        values(write("a.txt.gz", gzip.compress(b"a\xff")))
    with pytest.raises(InputError, match="are not known"):
        values(write("a.parquet.gz", packed))


def test_rows_before_a_broken_one_are_given_first(write):
    rows = iterate_rows(write("a.jsonl", '{"a": 1}\n' * 5 + "broken"))
    assert [row.values for row in itertools.islice(rows, 5)] == [{"a": 1}] * 5
    with pytest.raises(InputError, match="line 6"):
        next(rows)


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.jsonl", "a.json"])
def test_a_line_of_50_megabytes_is_read(tmp_path, name):
    text = "word " * 10_000_000
    before, after = {"a.csv": ("text\n", "\n"), "a.jsonl": ('{"text": "', '"}')}.get(
        name, ("", "") if name == "a.txt" else ('[{"text": "', '"}]')
    )
    path = tmp_path / name
    path.write_text(before + text + after)
    assert [len(row["text"]) for row in values(path)] == [50_000_000]


def test_a_text_that_is_too_long_is_named(write, monkeypatch):
    for module in ("opening", "json_rows", "text_rows"):
        monkeypatch.setattr(f"lab.data.{module}.LONGEST", 1000)
    monkeypatch.setattr("lab.data.json_rows._CHUNK", 100)
    monkeypatch.setattr("lab.data.table_rows.LONGEST_CELL", 1000)
    long = "x" * 1200
    for cut in ("lines", "paragraphs", "whole"):
        with pytest.raises(InputError, match="line 1: longer than 1,000 characters"):
            values(write("a.txt", long), cut=cut)
    with pytest.raises(InputError, match="line 1: longer than 1,000"):
        values(write("a.txt", "some words\n" * 200))
    with pytest.raises(InputError, match="line 2: longer than 1,000"):
        values(write("a.jsonl", f'{{}}\n{{"a": "{long}"}}'))
    with pytest.raises(InputError, match="line 2: one value is longer than 1,000"):
        values(write("a.json", f'[{{}},\n{{"a": "{long}"}}]'))
    lines = "".join(f"row {n}\n" for n in range(300))
    with pytest.raises(InputError, match=r"line 3: not CSV: field larger .* check the quotes"):
        values(write("a.csv", f'a\nb\n"left open\n{lines}'))

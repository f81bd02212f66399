"""Words in any script, pieces of long texts, and hashes of runs."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.data.prepare import wording
from lab.data.prepare.wording import (
    characters_per_word,
    joint_hashes,
    pieces,
    run_hashes,
    word_hashes,
    words_of,
)
from lab.text import words


def test_words_are_folded_and_cut_in_any_script() -> None:
    assert words_of("Don’t STOP, twenty-one ﬁshes!") == [
        "don",
        "t",
        "stop",
        "twenty",
        "one",
        "fishes",
    ]
    assert words_of("我爱你。") == ["我", "爱", "你"]
    assert words_of("हिन्दी भाषा") == ["हिन्दी", "भाषा"]
    assert words_of("ไทย text") == ["ไ", "ท", "ย", "text"]
    assert words_of("… 🙂 --") == []


@given(st.text(alphabet="aZ1_'’‑- \n\x1cßﬁ½²é“…“Жก我\u0301", max_size=30))
def test_words_are_those_of_the_whole_language_without_joining_marks(text: str) -> None:
    folded = unicodedata.normalize("NFKC", text).casefold()
    found = words("".join(" " if mark in "'’‑-" else mark for mark in folded))
    expected = [part for word in found for part in (word if "ก" in word else [word])]
    assert words_of(text) == expected


def test_hashes_of_many_and_of_long_words_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording, "_KEPT", 5)
    monkeypatch.setattr(wording, "_hashes", wording._Hashes())
    found = [f"word{number}" for number in range(20)] + ["x" * 1000]
    assert np.array_equal(word_hashes(found), [word_hashes([word])[0] for word in found])
    assert len(wording._hashes) <= 5
    assert "x" * 1000 not in wording._hashes


def test_ideographs_count_as_half_a_word() -> None:
    assert characters_per_word("plain English") == 1
    assert characters_per_word("ça déjà vu") == 1
    assert characters_per_word("今天天气很好，我们去公园。") == 2
    assert characters_per_word("วันนี้อากาศดีมาก") == 4


@given(st.text(alphabet="ab \n", max_size=60), st.integers(1, 9))
def test_pieces_make_up_the_text(text: str, most: int) -> None:
    found = list(pieces(text, most))
    assert "".join(found) == text
    assert all(len(piece) <= most for piece in found)


def test_pieces_end_at_white_space_where_there_is_some() -> None:
    assert list(pieces("one two\nthree four", 9)) == ["one two\n", "three ", "four"]
    assert list(pieces("abcdefgh", 3)) == ["abc", "def", "gh"]


@given(st.lists(st.sampled_from("abc"), max_size=12), st.integers(1, 5))
def test_equal_runs_and_only_they_have_equal_hashes(found: list[str], n: int) -> None:
    hashes = run_hashes(word_hashes(found), n)
    runs = [tuple(found[start : start + n]) for start in range(max(len(found) - n + 1, 0))]
    assert len(hashes) == len(runs)
    for one, first in zip(hashes, runs, strict=True):
        assert [bool(one == other) for other in hashes] == [first == run for run in runs]


def test_hashes_are_the_same_on_every_machine_and_go_on_from_shorter_runs() -> None:
    hashes = word_hashes(["a", "b", "c"])
    assert int(hashes[0]) == 0xFCA7A5FA37E4F786  # the first bytes of the SHA-1 of "a"
    assert int(run_hashes(hashes, 2)[0]) == 0xC5ADD503CD801323
    longer = joint_hashes([hashes[2:]], begun=run_hashes(hashes, 2)[:1])
    assert np.array_equal(longer, run_hashes(hashes, 3))

"""Loops, MTLD, compression and reading grade, by hand and against plain versions."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.metrics.compression import compression_ratio
from lab.metrics.loops import longest_loop
from lab.metrics.mtld import mtld
from lab.metrics.readability import reading_grade, syllables


def plain_loop(tokens: list[str]) -> int:
    longest = 0
    for start in range(len(tokens)):
        for n in range(1, (len(tokens) - start) // 2 + 1):
            end = start + n
            while end < len(tokens) and tokens[end] == tokens[end - n]:
                end += 1
            if end - start >= 2 * n:
                longest = max(longest, end - start)
    return longest


@given(st.lists(st.sampled_from("ab"), max_size=14))
def test_the_longest_loop_is_that_of_a_plain_search(tokens):
    assert longest_loop(tokens) == plain_loop(tokens)


def test_a_loop_by_hand():
    three_rounds = ["and", "he", "ran"] * 3
    assert longest_loop(["then", *three_rounds, "home"]) == 9
    assert longest_loop([*three_rounds, "and", "he", "sat"]) == 11
    assert longest_loop(["no", "word", "comes", "twice"]) == 0
    assert longest_loop([]) == 0


def test_mtld_by_hand():
    # "a b c a b c …": after the fifth word 3 of 5 are new, .6; a factor is full every 5 words.
    tokens = ["a", "b", "c", "a", "b"] * 12
    assert mtld(tokens).value == pytest.approx(5.0)
    half = mtld([*(f"w{number}" for number in range(50)), "w0"])
    share = (1 - 50 / 51) / 0.28
    assert half.value == pytest.approx(51 / share)


def test_mtld_needs_words_and_a_word_that_comes_twice():
    assert mtld(["a"] * 49).reason == "the text has 49 words, and MTLD needs 50"
    different = [f"w{number}" for number in range(60)]
    assert mtld(different).reason == "no word of the text comes twice"


def test_a_loop_compresses_and_a_word_does_not():
    assert compression_ratio("ab" * 5_000).value > 100
    assert compression_ratio("hi").value < 1
    assert compression_ratio("").reason == "the text is empty"
    text = "كان يا ما كان 🙂"
    assert compression_ratio(text).value == len(text.encode()) / len(
        zlib.compress(text.encode(), 9)
    )


@pytest.mark.parametrize(
    ("word", "n"),
    [("the", 1), ("cake", 1), ("table", 2), ("walked", 1), ("wanted", 2), ("horses", 2),
     ("makes", 1), ("family", 3), ("a", 1), ("rhythm", 1), ("free", 1), ("played", 1)],
)  # fmt: skip
def test_syllables(word, n):
    assert syllables(word) == n


def test_the_grade_by_hand():
    found = reading_grade("The cat sat on the mat. Then the dog sat on the cat.")
    assert found.value == pytest.approx(0.39 * 13 / 2 + 11.8 * 13 / 13 - 15.59)


@pytest.mark.parametrize(
    "text",
    [
        "Es war einmal ein Mädchen, das wohnte mit seiner Mutter am Rand eines großen Waldes.",
        "Il était une fois une petite fille qui vivait au bord de la mer avec sa grand-mère.",
        "Había una vez una niña que vivía con su madre al borde de un bosque muy grande.",
        "从前有一个女孩,她住在海边,每天都去看大海。",
        "كان يا ما كان في قديم الزمان بنت صغيرة تعيش مع أمها في بيت قريب من البحر",
    ],
)
def test_other_languages_have_no_grade(text):
    assert "not in English" in reading_grade(text).reason


def test_few_words_have_no_language():
    assert "too few" in reading_grade("The cat.").reason

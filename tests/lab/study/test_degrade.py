"""Checks that a worse text is really another one, made from the old in the way it says."""

from __future__ import annotations

import itertools
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.study.degrade import DEGRADATIONS, WHAT_WAS_DONE, degrade
from lab.text import words

TEXT = (
    'Rosa was a kind baker. "Come in!" she said.\nThe day was cold… Ivy brought seven loaves.\n\n'
    "They shared the honey until evening. Nobody went home hungry."
)
OTHER = "A painter crossed the bridge."
ORDER = [
    "Rosa was a kind baker.", '"Come in!"', "she said.", "The day was cold…",
    "Ivy brought seven loaves.", "They shared the honey until evening.",
    "Nobody went home hungry.",
]  # fmt: skip


def worse(criterion: str, text: str = TEXT, seed: int = 0) -> str | None:
    return degrade(criterion, text, OTHER, random.Random(seed))


@pytest.mark.parametrize("criterion", DEGRADATIONS)
@pytest.mark.parametrize("seed", range(20))
def test_the_text_changes_and_the_seed_decides_how(criterion: str, seed: int) -> None:
    found = worse(criterion, seed=seed)
    assert found is not None
    assert found.split() != TEXT.split()
    assert found == worse(criterion, seed=seed)
    assert criterion in WHAT_WAS_DONE


@pytest.mark.parametrize("seed", range(20))
def test_coherence_loses_the_order_of_its_sentences_and_nothing_else(seed: int) -> None:
    found = worse("coherence", seed=seed) or ""
    assert Counter(found.split()) == Counter(TEXT.split())
    assert all(sentence in found for sentence in ORDER)
    order = sorted(ORDER, key=found.index)
    kept = sum(ORDER.index(b) == ORDER.index(a) + 1 for a, b in itertools.pairwise(order))
    assert kept < 3
    assert [gap for gap in found if gap == "\n"] == ["\n"] * 3


@pytest.mark.parametrize("seed", range(20))
def test_fluency_loses_the_words_and_keeps_their_letters(seed: int) -> None:
    found = worse("fluency", seed=seed) or ""
    before, after = words(TEXT), words(found)
    assert sum(a != b for a, b in zip(before, after, strict=False)) >= 0.2 * len(before)
    assert set("".join(before)) == set("".join(after))
    assert found.count(".") == TEXT.count(".")


def test_relevance_gets_the_answer_to_another_prompt() -> None:
    assert worse("relevance") == OTHER
    assert degrade("relevance", TEXT, TEXT, random.Random(0)) is None
    assert degrade("relevance", TEXT, " ", random.Random(0)) is None


@pytest.mark.parametrize("seed", range(20))
def test_creativity_runs_into_a_loop_of_the_old_length(seed: int) -> None:
    found = worse("creativity", seed=seed) or ""
    assert found.startswith("Rosa was a kind baker.")
    assert max(found.count(sentence) for sentence in ORDER) >= 4
    assert len(found) >= len(TEXT)


@pytest.mark.parametrize("text", ["", " \n", "Short.", "One. Two."])
@pytest.mark.parametrize("criterion", ["coherence", "fluency"])
def test_what_is_too_short_is_not_touched(criterion: str, text: str) -> None:
    assert worse(criterion, text) is None


def test_scripts_without_blanks_are_cut_at_their_own_full_stops() -> None:
    text = "今天很冷。她来了！他们吃了面包。天黑了。"
    found = worse("coherence", text) or ""
    assert sorted(found) == sorted(text)
    assert found != text
    assert worse("fluency", text) not in (None, text)


@given(text=st.text(max_size=80), criterion=st.sampled_from(list(DEGRADATIONS)))
def test_any_text_is_changed_or_refused(text: str, criterion: str) -> None:
    found = worse(criterion, text)
    assert found is None or found.split() != text.split()


def test_another_criterion_is_refused() -> None:
    with pytest.raises(ValueError, match="criterion 'wit' is none of coherence, fluency"):
        degrade("wit", TEXT, OTHER, random.Random(0))

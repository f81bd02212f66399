"""Self-BLEU against nltk's sentence BLEU over all other texts."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

from lab.metrics.run import METRICS, score
from lab.metrics.self_bleu import self_bleu

SMOOTHED = SmoothingFunction().method1


def plain(texts: list[list[str]]) -> list[float | None]:
    return [
        sentence_bleu(texts[:place] + texts[place + 1 :], text, smoothing_function=SMOOTHED)
        if text
        else None
        for place, text in enumerate(texts)
    ]


def drawn(n: int, mean_length: int) -> list[list[str]]:
    draw = random.Random(n)
    names = [f"w{number}" for number in range(2_000)]
    weights = [1 / (number + 1) for number in range(2_000)]
    return [
        draw.choices(names, weights, k=draw.randint(mean_length // 2, 3 * mean_length // 2))
        for _ in range(n)
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abc"), max_size=9), min_size=2, max_size=6))
def test_it_is_nltks(texts):
    for ours, theirs in zip(self_bleu(texts), plain(texts), strict=True):
        assert (ours is None) == (theirs is None)
        assert ours is None or ours == pytest.approx(theirs, abs=1e-9)


def test_it_is_nltks_at_120_texts_and_over_50_times_as_fast():
    texts = drawn(120, 60)
    started = time.process_time()
    theirs = plain(texts)
    theirs_seconds = time.process_time() - started
    started = time.process_time()
    ours = self_bleu(texts)
    assert (time.process_time() - started) * 50 < theirs_seconds
    assert ours == pytest.approx(theirs, abs=1e-9)


@pytest.mark.slow
def test_it_is_nltks_at_a_thousand_texts():
    texts = drawn(1_000, 12)
    assert self_bleu(texts) == pytest.approx(plain(texts), abs=1e-9)


@pytest.mark.slow
def test_ten_thousand_texts_take_seconds():
    texts = drawn(10_000, 200)
    started = time.process_time()
    self_bleu(texts)
    assert time.process_time() - started < 10


def test_no_value_without_words_or_without_another_text(pair):
    metric = METRICS["self_bleu"]
    [found] = score([pair("alone")], metric)
    assert found.reason == "there is no other text of this checkpoint on this data set"
    found = score([pair("🙂"), pair("the same"), pair("the same")], metric)
    assert [one.value for one in found] == [None, pytest.approx(0.1**0.5), pytest.approx(0.1**0.5)]
    assert found[0].reason == "the text has no words"

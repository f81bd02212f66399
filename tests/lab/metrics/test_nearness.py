"""The nearest training text by vectors, against a plain search, in blocks."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lab.metrics import nearness
from lab.metrics.aids import Aids
from lab.metrics.nearness import nearest_cosines
from lab.metrics.run import METRICS, score
from lab.metrics.training import training_index
from tests.lab.metrics.letters import Letters


def test_the_nearest_counts_whatever_the_words(pair):
    index = training_index("t", ["a b", "c", " ", ""])
    inputs = [pair("b, a"), pair("B"), pair("c c c"), pair(" "), pair("🙂")]
    found = score(inputs, METRICS["nearest_training"], Aids(encoder=Letters(), training=index))
    assert [one.value for one in found] == [
        pytest.approx(1), pytest.approx(0.5**0.5), pytest.approx(1), None, 0.0
    ]  # fmt: skip
    assert found[3].reason == "the text is empty"
    assert "|encoder:letters|fp32|training:t|4-texts-" in found[0].version


def test_blocks_change_nothing_and_vectors_that_are_not_finite_do_not_count(monkeypatch):
    draw = np.random.default_rng(0)
    texts, known = draw.normal(size=(5, 4)).astype("f4"), draw.normal(size=(23, 4)).astype("f4")
    known[7] = texts[1] = math.nan
    monkeypatch.setattr(nearness, "_AT_ONCE", 5 * 4)
    found = nearest_cosines(texts, known)
    plain = [max(float(one @ other) for n, other in enumerate(known) if n != 7) for one in texts]
    assert np.isnan(found[1])
    assert np.delete(found, 1) == pytest.approx(np.delete(plain, 1), abs=1e-6)


def test_training_texts_are_encoded_once_per_encoder(pair):
    class Counting(Letters):
        calls = 0

        def sentences(self, texts):
            self.calls += "c" in texts
            return super().sentences(texts)

    encoder, index = Counting(), training_index("t", ["a", "c"])
    aids = Aids(encoder=encoder, training=index)
    for _ in range(3):
        score([pair("b")], METRICS["nearest_training"], aids)
    assert encoder.calls == 1


def test_a_training_set_without_any_text_gives_a_reason(pair):
    aids = Aids(encoder=Letters(), training=training_index("t", [" "]))
    [found] = score([pair("b")], METRICS["nearest_training"], aids)
    assert found.value is None
    assert "all training texts are empty" in found.reason

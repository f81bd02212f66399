"""Coherence and relevance by an encoder of letters, and the order of sentences under a judge."""

from __future__ import annotations

import numpy as np
import pytest

from lab.metrics.aids import Aids
from lab.metrics.coherence import content_graph
from lab.metrics.judge import Judge
from lab.metrics.order import orders
from lab.metrics.run import METRICS, score
from tests.lab.metrics.letters import Letters

AIDS = Aids(encoder=Letters())


def value(name, given):
    return score([given], METRICS[name], AIDS)[0]


def test_sentence_cosines_by_hand(pair):
    text = pair("A a.\nB.\nB b.")
    assert value("coherence_adjacent", text).value == pytest.approx(0.5)
    assert value("coherence_pairwise", text).value == pytest.approx(1 / 3)
    assert value("coherence_pairwise", text).version == "cosine-1|sentences-1|encoder:letters|fp32"
    assert "1 sentence," in value("coherence_adjacent", pair("A a.")).reason
    assert "0 sentences" in value("coherence_adjacent", pair("🙂")).reason


def test_prompt_similarity_by_hand(pair):
    assert value("prompt_similarity", pair("a b", prompt="a")).value == pytest.approx(0.5**0.5)
    assert value("prompt_similarity", pair("a", prompt=" ")).reason == "the prompt is empty"
    assert value("prompt_similarity", pair("", prompt="a")).reason == "the text is empty"


def test_the_content_graph_by_hand():
    # "knight" goes from 1 to 2 (distance 1), from 1 to 3 and from 2 to 3; "dragon" from 1 to 3.
    text = "The knight saw a dragon. Then the knight ran. The knight and the dragon are friends."
    assert content_graph(text).value == pytest.approx((1 + 2 / 2 + 1) / 3)
    german = "Der Ritter sah den Drachen an. Er lief weg und kam nie in das alte Schloss zurück."
    assert "not in English" in content_graph(german).reason


def test_orders_are_of_the_same_sentences_and_seeded():
    sentences = ["One.", "Two.", "Three."]
    made = orders(sentences)
    assert made == orders(sentences)
    assert made[0] == "One. Two. Three."
    assert made[0] not in made[1:]
    assert {"".join(sorted(one)) for one in made} == {"".join(sorted(made[0]))}


def test_order_gain_asks_the_judge_for_each_order(pair, monkeypatch):
    from lab.metrics import order
    from lab.metrics.judge import Likelihood

    def ordered(inputs, judge):
        found = []
        for given in inputs:
            text = given.generation.text
            in_order = text.index("One") < text.index("Two")
            nats = len(text) * np.log(2) * (1 if in_order else 3)
            found.append(Likelihood(nats=nats, n_tokens=1, n_bytes=len(text)))
        return found

    monkeypatch.setattr(order, "likelihoods", ordered)
    judge = Judge(name="base", precision="fp32", loaded=None)
    found = score(
        [pair("One. Two."), pair("One."), pair("")], METRICS["order_gain"], Aids(judge=judge)
    )
    assert found[0].value == pytest.approx(2.0)
    assert all("no two different sentences" in one.reason for one in found[1:])
    assert found[0].version.endswith("|judge:base|fp32")

"""Metrics of whole sets: MAUVE by hand and by its authors' own figure, corpus BLEU by sacrebleu."""

from __future__ import annotations

import numpy as np
import pytest
from sacrebleu.metrics import BLEU, CHRF

from lab.metrics.aids import Aids
from lab.metrics.mauve import clusters, frontier_area, reduced
from lab.metrics.run import SET_METRICS
from lab.metrics.whole import score_set


class Drawn:
    """Encodes texts such as "n3 1" as seeded draws; those of the second group lie elsewhere."""

    name = "drawn"
    precision = "fp32"

    def sentences(self, texts):
        rows = []
        for text in texts:
            draw = np.random.default_rng(abs(hash_of(text)))
            rows.append(draw.normal(size=12) + (3.0 if text.endswith("far") else 0.0))
        return np.array(rows, dtype="f4")

    def tokens(self, texts):
        return [self.sentences([text]) for text in texts]


def hash_of(text: str) -> int:
    return int.from_bytes(text.encode()[:8].ljust(8, b"."), "big")


def test_the_frontier_of_equal_and_of_disjoint_histograms():
    assert frontier_area(np.array([0.3, 0.7]), np.array([0.3, 0.7])) == pytest.approx(1)
    # What the authors' package (mauve-text) returns for distributions without a common cluster.
    apart = frontier_area(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    assert apart == pytest.approx(0.0040720962619612555, abs=1e-15)


def test_clusters_find_clear_groups():
    centres = np.eye(4) * 20
    draw = np.random.default_rng(0)
    vectors = np.repeat(centres, 30, axis=0) + draw.normal(size=(120, 4))
    found = clusters(vectors, 4, 1).reshape(4, 30)
    assert all(len(set(row)) == 1 for row in found)
    assert len(set(found[:, 0])) == 4
    assert reduced(vectors).shape[1] <= 3


def test_clusters_of_equal_vectors_do_not_hang():
    assert set(clusters(np.ones((10, 3)), 4, 0)) == {0}


def made(pair, n, text):
    return [pair(f"{number}t {text}", reference=f"{number}r near") for number in range(n)]


def test_mauve_is_high_for_the_same_and_low_for_others(pair):
    aids = Aids(encoder=Drawn())
    near = score_set(made(pair, 200, "near"), SET_METRICS["mauve"], aids)
    far = score_set(made(pair, 200, "far"), SET_METRICS["mauve"], aids)
    assert near.low < near.value < near.high <= 1
    assert far.value < 0.1 < 0.7 < near.value
    assert near.version == "k-means-5|k:500|pca:.9|bs:500|encoder:drawn|fp32"
    again = score_set(made(pair, 200, "near"), SET_METRICS["mauve"], aids)
    assert (again.value, again.low, again.high) == (near.value, near.low, near.high)


def test_the_seed_spread_is_told(pair):
    aids = Aids(encoder=Drawn())
    found = score_set(made(pair, 120, "near"), SET_METRICS["mauve_seed_spread"], aids)
    assert 0 < found.value < 0.3


def test_mauve_of_few_texts_is_refused(pair):
    found = score_set(made(pair, 99, "near"), SET_METRICS["mauve"], Aids(encoder=Drawn()))
    assert found.value is None
    assert found.reason.startswith("99 texts have a reference")


def test_corpus_scores_are_sacrebleus(pair):
    draw = np.random.default_rng(1)
    names = np.array(["the", "a", "cat", "dog", "sat", "on", "mat", "and", "ran", "home"])
    texts = [" ".join(draw.choice(names, 12)) for _ in range(40)]
    references = [" ".join(draw.choice(names, 12)) for _ in range(40)]
    inputs = [pair(t, reference=r) for t, r in zip(texts, references, strict=True)]
    for name, metric in (("corpus_bleu", BLEU()), ("corpus_chrf", CHRF(word_order=2))):
        found = score_set([*inputs, pair("no reference")], SET_METRICS[name])
        assert found.value == metric.corpus_score(texts, [references]).score
        assert found.low < found.value < found.high
        assert found.n_texts == 41
        signature = str(metric.get_signature())
        assert found.version.replace("|bs:1000|seed:12345", "") == signature


def test_several_texts_of_a_prompt_widen_the_interval(pair):
    one = [pair(f"the cat {n} sat on it", reference=f"the cat {n} ran {n % 3}") for n in range(30)]
    five = [each for each in one for _ in range(5)]
    found, doubled = (score_set(rows, SET_METRICS["corpus_chrf"]) for rows in (one, five))
    assert doubled.value == pytest.approx(found.value)
    assert (doubled.low, doubled.high) == pytest.approx((found.low, found.high))


def test_distinct_over_the_set(pair):
    inputs = [pair("a b"), pair("a b c"), pair("")]
    assert score_set(inputs, SET_METRICS["corpus_distinct_1"]).value == pytest.approx(3 / 5)
    assert score_set(inputs, SET_METRICS["corpus_distinct_2"]).value == pytest.approx(2 / 3)
    empty = score_set([pair("🙂")], SET_METRICS["corpus_distinct_2"])
    assert empty.reason == "no text of the set has 2 words"
    assert score_set([pair("a")], SET_METRICS["corpus_bleu"]).reason.startswith("no prompt")


def test_a_set_is_of_one_checkpoint():
    with pytest.raises(ValueError, match="not of 0"):
        score_set([], SET_METRICS["corpus_bleu"])


@pytest.mark.parametrize("metric", SET_METRICS.values(), ids=lambda metric: metric.name)
def test_every_metric_of_sets_says_what_it_means(metric):
    assert "Range" in metric.docstring
    assert metric.docstring.endswith(".")

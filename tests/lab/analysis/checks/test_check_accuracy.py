"""Checks a check's figures against scikit-learn, by hand, and on published labels."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from sklearn import metrics

from lab.analysis.checks.accuracy import accuracy, auroc, precision_recall
from lab.checks.source import check_source
from lab.records import Generation, Prompt, Split


@pytest.fixture(params=[1, 2, 3])
def drawn(request) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(request.param)
    labels = rng.random(300) < 0.3
    scores = np.round(np.clip(rng.normal(0.4 + 0.2 * labels, 0.2), 0, 1), 2)  # with ties
    return scores, labels, np.repeat(np.arange(100), 3)


def test_as_scikit_learn(drawn) -> None:
    scores, labels, prompts = drawn
    flags = scores >= 0.5
    found = accuracy(flags, labels, prompts)
    assert found.precision.value == pytest.approx(metrics.precision_score(labels, flags))
    assert found.recall.value == pytest.approx(metrics.recall_score(labels, flags))
    assert found.f1.value == pytest.approx(metrics.f1_score(labels, flags))
    assert found.specificity.value == pytest.approx(metrics.recall_score(~labels, ~flags))
    assert found.flagged.value == pytest.approx(flags.mean())
    area = auroc(scores, labels, prompts)
    assert area.value == pytest.approx(metrics.roc_auc_score(labels, scores))
    curve = precision_recall(scores, labels, prompts)
    average = curve.average_precision
    assert average.value == pytest.approx(metrics.average_precision_score(labels, scores))
    precision, recall, thresholds = metrics.precision_recall_curve(labels, scores)
    shared = np.isin(thresholds[::-1], curve.thresholds)
    assert curve.thresholds == pytest.approx(thresholds[::-1][shared])
    assert curve.precision == pytest.approx(precision[:-1][::-1][shared])
    assert curve.recall == pytest.approx(recall[:-1][::-1][shared])
    for one in (found.precision, found.recall, found.f1, area, average):
        assert one.interval.low < one.value < one.interval.high


def test_one_text_per_prompt_gives_delongs_error() -> None:
    # Placements of 3 hallucinated (.8, .4, .6) against 4 clean ones (.1, .5, .4, .2):
    # 4/4, 2.5/4, 4/4 and 3/3, 2/3, 2.5/3, 3/3.
    scores = np.array([0.8, 0.4, 0.6, 0.1, 0.5, 0.4, 0.2])
    labels = np.array([1, 1, 1, 0, 0, 0, 0])
    found = auroc(scores, labels, np.arange(7))
    assert found.value == pytest.approx((1 + 0.625 + 1) / 3)
    assert found.interval.low < found.value < found.interval.high


def test_texts_on_one_prompt_widen_the_interval() -> None:
    rng = np.random.default_rng(5)
    labels = rng.random(60) < 0.4
    scores = rng.normal(labels, 1)
    alone = auroc(scores, labels, np.arange(60)).interval
    thrice = auroc(np.repeat(scores, 3), np.repeat(labels, 3), np.repeat(np.arange(60), 3)).interval
    assert thrice.low == pytest.approx(alone.low, abs=0.01)
    assert thrice.high == pytest.approx(alone.high, abs=0.01)


def test_what_cannot_be_known_is_said() -> None:
    clean = np.zeros(4)
    prompts = np.arange(4)
    found = accuracy(clean, clean, prompts)
    assert (found.precision.value, found.recall.value, found.f1.value) == (None, None, None)
    assert "flags none" in found.precision.reason
    assert "hallucinated" in found.recall.reason
    assert "one kind" in auroc(np.arange(4.0), clean, prompts).reason
    assert precision_recall(np.arange(4.0), clean, prompts) is None
    perfect = auroc(np.arange(4.0), np.array([0, 0, 1, 1]), prompts)
    assert perfect.value == 1
    assert perfect.interval.low < 0.6
    assert perfect.interval.high == 1
    with pytest.raises(ValueError, match="rows"):
        auroc(np.arange(3.0), clean, prompts)


def test_on_published_labels_of_dialogues(published) -> None:
    with published("q2/cross_annotation.csv").open() as file:
        rows = list(csv.DictReader(file))
    scores, labels, prompts = [], [], []
    for number, row in enumerate(rows):
        prompt = Prompt(
            dataset_id="d", key=str(number), split=Split.TEST, text="-", source=row["knowledge"]
        )
        for system in ("dodeca", "memnet"):
            text = row[f"{system}_response"]
            said = Generation(prompt_id=prompt.id, checkpoint_id="c", text=text, decoding={})
            scores.append(check_source(said, prompt).result.score)
            labels.append(int(row[f"{system}_label"]))
            prompts.append(number)
    found = auroc(np.array(scores), np.array(labels), np.array(prompts))
    assert (found.n, found.n_prompts) == (1088, 544)
    assert found.value == pytest.approx(metrics.roc_auc_score(labels, scores))
    assert found.interval.low > 0.6

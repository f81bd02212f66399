"""Class probabilities by a tiny classifier made here."""

from __future__ import annotations

import pytest
import torch

from lab.errors import CheckpointError
from lab.metrics import precision
from lab.metrics.aids import Aids
from lab.metrics.classifier import class_metrics, load_classifier, probabilities
from lab.metrics.run import score
from tests.lab.metrics.tiny import make_classifier


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_classifier(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def classifier(folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(precision, "_computes_bf16", lambda device: False)
        yield load_classifier(folder, "cpu")


def test_a_class_is_a_metric_named_after_the_classifier(classifier, pair):
    [metric] = class_metrics(classifier)
    texts = [pair("good story"), pair(""), pair("猫 🙂"), pair("bad " * 1000)]
    found = score(texts, metric, Aids(classifier=classifier))
    assert metric.name == "tiny:POSITIVE"
    assert found[0].version.endswith("|classifier:tiny|fp32")
    assert found[1].reason == "the text is empty"
    assert all(0 < one.value < 1 for one in (found[0], found[2], found[3]))
    assert "Range" in metric.docstring


def test_batches_and_padding_change_nothing(classifier):
    texts = ["good", "good story bad", "bad " * 40]
    together = probabilities(texts, classifier)
    for text, row in zip(texts, together, strict=True):
        assert probabilities([text], classifier)[0] == pytest.approx(row, abs=1e-6)
        assert sum(row) == pytest.approx(1)


def test_a_text_is_read_as_the_model_itself_would(classifier):
    encoded = classifier.tokenizer("good story", return_tensors="pt")
    with torch.inference_mode():
        plain = classifier.model(
            input_ids=encoded["input_ids"], attention_mask=encoded["attention_mask"]
        ).logits.softmax(dim=1)
    assert probabilities(["good story"], classifier)[0] == pytest.approx(
        plain[0].tolist(), abs=1e-6
    )


def test_a_folder_that_is_no_classifier_is_told(tmp_path):
    with pytest.raises(CheckpointError, match="cannot be loaded"):
        load_classifier(tmp_path)

"""The number format of each aid: detected, used, and stored with every score."""

from __future__ import annotations

import pytest
import torch

from lab.metrics.aids import Aids
from lab.metrics.classifier import class_metrics, load_classifier
from lab.metrics.encoder import load_encoder
from lab.metrics.judge import load_judge
from lab.metrics.precision import number_format
from lab.metrics.run import METRICS, score
from tests.lab.metrics.tiny import make_classifier, make_encoder, make_judge

PROCESSORS = [
    ({"amx_bf16": True, "avx512_bf16": True}, "bf16", torch.bfloat16),
    ({"amx_bf16": False, "avx512_bf16": True}, "bf16", torch.bfloat16),
    ({"amx_bf16": False, "avx512_bf16": False, "avx512": True}, "fp32", torch.float32),
    ({}, "fp32", torch.float32),
]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    place = tmp_path_factory.mktemp("models")
    return [
        make(place / name)
        for name, make in (("e", make_encoder), ("c", make_classifier), ("j", make_judge))
    ]


@pytest.mark.parametrize(("able", "name", "dtype"), PROCESSORS)
def test_bf16_where_the_processor_has_it(able, name, dtype, monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able)
    assert number_format(torch.device("cpu")) == (name, dtype)


def test_a_processor_that_torch_does_not_know_computes_in_fp32():
    assert number_format(torch.device("meta")) == ("fp32", torch.float32)


@pytest.mark.parametrize(("able", "name", "dtype"), PROCESSORS[1:3])
def test_each_aid_computes_in_it_and_every_score_names_it(
    able, name, dtype, folders, monkeypatch, pair
):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able)
    aids = Aids(
        encoder=load_encoder(folders[0], "cpu"),
        classifier=load_classifier(folders[1], "cpu"),
        judge=load_judge(folders[2], device="cpu"),
    )
    assert {aid.precision for aid in (aids.encoder, aids.classifier, aids.judge)} == {name}
    models = (aids.encoder.model, aids.classifier.model, aids.judge.loaded.model)
    assert {model.dtype for model in models} == {dtype}
    given = pair("the cat sat on a mat.", prompt="a dog", reference="the dog sat.")
    asked = [METRICS[one] for one in ("bits_per_byte", "prompt_similarity", "bertscore")]
    for metric in (*asked, *class_metrics(aids.classifier)):
        [found] = score([given], metric, aids)
        assert found.version.endswith(f"|{name}")
        assert found.value is not None


def test_a_judge_says_the_same_in_both(folders, monkeypatch, pair):
    values = []
    for able, *_ in PROCESSORS[1:3]:
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda able=able: able)
        aids = Aids(judge=load_judge(folders[2], device="cpu"))
        [found] = score([pair("the cat sat on the mat" * 20)], METRICS["bits_per_byte"], aids)
        values.append(found.value)
    assert values[0] == pytest.approx(values[1], rel=2e-3)

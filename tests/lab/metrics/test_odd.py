"""Odd texts and broken models, for every metric: a value in its range, or a reason in words."""

from __future__ import annotations

import math
import time

import pytest

from lab.metrics.aids import Aids
from lab.metrics.classifier import class_metrics, load_classifier
from lab.metrics.encoder import load_encoder
from lab.metrics.judge import load_judge
from lab.metrics.run import METRICS, SET_METRICS, score
from lab.metrics.training import training_index
from lab.metrics.whole import score_set
from tests.lab.metrics.tiny import make_classifier, make_encoder, make_judge

PROMPT = 'Write of a cat and a king. Use the words: "cat", "king".'
REFERENCE = "The cat sat with the king. The king fed the cat, and so the day ended."
PROSE = " ".join(f"Word{i * 7919 % 20_011} and the{chr(10) * (i % 20 == 0)}" for i in range(70_000))
MEGABYTES = {
    "prose": PROSE,
    "one word": "a" * 2**20,
    "one loop": "the cat sat . " * 75_000,
    "blank lines": "\n" * 2**20,
    "Chinese": "从前有一个女孩。" * 45_000,
    "marks": ". ! \" ' " * 130_000,
}
OF_EMPTY = dict.fromkeys(
    ("bleu", "chrf", "rouge_1", "rouge_2", "rouge_l", "rouge_lsum", "meteor", "length",
     "prompt_coverage", "constraint_coverage"), 0.0,
)  # fmt: skip
"""Metrics that an empty text has, since they count what of reference or prompt stands in it."""

ODD = {
    "empty": "",
    "blank": " \n\t ",
    "emoji": "🙂🙂👩‍👩‍👧 🏳️‍🌈",
    "right to left": "كان يا ما كان. في قديم الزمان ملك وقطة.",
    "Chinese": "从前有一个女孩。她住在海边。",
    "half a pair": "half \ud83d pair",
}
NAMES = [*METRICS, "classifier:POSITIVE"]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    place = tmp_path_factory.mktemp("models")
    return {
        name: make(place / name)
        for name, make in (
            ("encoder", make_encoder), ("classifier", make_classifier), ("judge", make_judge)
        )
    }  # fmt: skip


def load_aids(folders) -> Aids:
    return Aids(
        encoder=load_encoder(folders["encoder"], "cpu"),
        classifier=load_classifier(folders["classifier"], "cpu"),
        judge=load_judge(folders["judge"], device="cpu"),
        training=training_index("t", [REFERENCE, PROMPT, "the cat sat . " * 50]),
    )


@pytest.fixture(scope="module")
def aids(folders) -> Aids:
    return load_aids(folders)


@pytest.fixture(scope="module")
def broken(folders) -> Aids:
    """Aids of which each model answers with numbers that are not finite."""
    import torch

    made = load_aids(folders)
    with torch.no_grad():
        for model in (made.encoder.model, made.classifier.model, made.judge.loaded.model):
            for weights in model.parameters():
                weights.fill_(math.nan)
    return made


def metric_of(name: str, aids: Aids):
    return METRICS.get(name) or class_metrics(aids.classifier)[0]


def check(found, metric) -> None:
    if found.value is None:
        assert found.reason.strip()
    else:
        assert found.reason is None
        assert math.isfinite(found.value)
        assert metric.range[0] <= found.value <= metric.range[1] + 1e-9


@pytest.mark.parametrize("name", NAMES)
def test_an_odd_text_has_a_value_or_a_reason(name, aids, pair):
    metric = metric_of(name, aids)
    inputs = [pair(text, PROMPT, reference=REFERENCE) for text in ODD.values()]
    found = dict(zip(ODD, score(inputs, metric, aids), strict=True))
    for one in found.values():
        check(one, metric)
    assert found["empty"].value == OF_EMPTY.get(name)


@pytest.mark.parametrize("name", NAMES)
def test_without_a_reference_there_is_no_value_where_one_is_needed(name, aids, pair):
    metric = metric_of(name, aids)
    inputs = [pair(ODD["Chinese"], PROMPT), pair("The cat sat. A king ran.", PROMPT)]
    for found in score(inputs, metric, aids):
        check(found, metric)
        if "reference" in metric.needs:
            assert (found.value, found.reason) == (None, "the prompt has no reference")


@pytest.mark.parametrize("name", [name for name in NAMES if METRICS.get(name) is None
                                  or METRICS[name].needs - {"reference", "source"}])  # fmt: skip
def test_what_is_missing_is_named(name, aids, pair):
    with pytest.raises(ValueError, match=r"needs (a|an) \w+"):
        score([pair("a")], metric_of(name, aids), Aids())


@pytest.mark.parametrize("name", [name for name in NAMES if METRICS.get(name) is None
                                  or METRICS[name].needs & {"judge", "encoder"}])  # fmt: skip
def test_a_model_that_gives_no_finite_number_gives_no_value(name, broken, pair):
    given = pair("The cat sat. A king ran.", PROMPT, reference=REFERENCE)
    other = pair("A dog ran.", PROMPT, reference=PROMPT)
    [found, _] = score([given, other], metric_of(name, broken), broken)
    assert found.value is None
    assert "finite" in found.reason


def test_nor_does_one_of_a_whole_set(broken, pair):
    inputs = [pair(f"The cat {n}.", PROMPT, reference=REFERENCE) for n in range(100)]
    for name in ("mauve", "mauve_seed_spread"):
        whole = score_set(inputs, SET_METRICS[name], broken)
        assert whole.value is None
        assert "finite" in whole.reason


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "kind",
    [one if one == "prose" else pytest.param(one, marks=pytest.mark.slow) for one in MEGABYTES],
)
def test_a_megabyte_takes_seconds(name, kind, aids, pair):
    text = MEGABYTES[kind]
    assert len(text.encode()) > 1_000_000
    metric = metric_of(name, aids)
    given = pair(text, f"{PROMPT} {text}", reference=text[::-1])
    started = time.process_time()
    [found, _] = score([given, pair("another text")], metric, aids)
    assert time.process_time() - started < 20
    check(found, metric)

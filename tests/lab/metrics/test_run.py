import math

import pytest

from lab.errors import UnknownNameError
from lab.metrics.run import METRICS, find_metric, score

WITHOUT_JUDGE = [metric for metric in METRICS.values() if not metric.needs - {"reference"}]
TEXTS = {
    "empty": "",
    "one word": "Hello",
    "blank": " \n\t ",
    "emoji": "🙂🙂👩‍👩‍👧 🏳️‍🌈",
    "chinese": "从前有一个女孩,她住在海边。",
    "arabic": "كان يا ما كان في قديم الزمان",
    "hindi": "एक समय की बात है",
    "surrogate": "half \ud83d pair",
    "null": "a\x00b c d e",
}


@pytest.mark.parametrize("metric", WITHOUT_JUDGE, ids=lambda metric: metric.name)
@pytest.mark.parametrize("reference", [*TEXTS.values(), None])
def test_any_text_gives_a_value_in_range_or_a_reason(metric, reference, pair):
    inputs = [pair(text, prompt=reference or "", reference=reference) for text in TEXTS.values()]
    for found in score(inputs, metric):
        if found.value is None:
            assert found.reason
        else:
            assert found.reason is None
            assert metric.range[0] <= found.value <= metric.range[1] + 1e-9


def test_scores_keep_order_names_and_reasons(pair):
    with_reference = pair("a small cat sat", reference="a small cat sat")
    found = score([pair("a cat"), with_reference, pair("a dog")], METRICS["bleu"])
    assert [one.value for one in found] == [None, pytest.approx(100.0), None]
    assert [one.generation_id for one in found][1] == with_reference.generation.id
    assert found[0].reason == "the prompt has no reference"
    assert found[1].metric == "bleu"
    assert found[1].version == METRICS["bleu"].version


def test_no_texts_give_no_scores():
    assert score([], METRICS["rouge_l"]) == []


def test_a_metric_that_needs_a_judge_asks_for_one(pair):
    with pytest.raises(ValueError, match="needs a judge"):
        score([pair("a")], METRICS["perplexity"])


def test_an_unknown_name_lists_the_known_ones():
    assert find_metric("bleu") is METRICS["bleu"]
    with pytest.raises(UnknownNameError, match="perplexity"):
        find_metric("blue")


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.name)
def test_every_metric_says_what_it_means(metric):
    assert "ange" in metric.docstring
    assert metric.docstring.endswith(".")
    assert metric.version
    assert metric.range[0] < metric.range[1] or math.isinf(metric.range[1])

"""BLEU and ROUGE against the libraries themselves, and against examples by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.metrics.bleu import BLEU
from lab.metrics.rouge import (
    MAX_TOKENS,
    longest_common_subsequence,
    rouge_l,
    rouge_n,
    rouge_tokens,
)
from lab.metrics.run import METRICS, score

SENTENCES = st.lists(
    st.sampled_from(
        [
            "The",
            "cats",
            "cat",
            "running",
            "ran",
            "runs",
            "dogs'",
            "3",
            "ten-year,",
            "über",
            "–",
            "猫",
            "a",
        ]
    ),
    max_size=25,
).map(" ".join)


@given(SENTENCES, SENTENCES)
def test_rouge_equals_rouge_score(text, reference):
    from rouge_score.rouge_scorer import RougeScorer

    theirs = RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=True).score(reference, text)
    one, other = rouge_tokens(text), rouge_tokens(reference)
    assert rouge_n(one, other, 1) == pytest.approx(theirs["rouge1"].fmeasure)
    assert rouge_n(one, other, 2) == pytest.approx(theirs["rouge2"].fmeasure)
    assert rouge_l(one, other) == pytest.approx(theirs["rougeL"].fmeasure)


def test_the_longest_common_subsequence_by_hand():
    assert longest_common_subsequence("ABCBDAB", "BDCABA") == 4  # Cormen et al., section 15.4
    assert longest_common_subsequence("", "ABC") == 0


def test_rouge_l_reads_the_beginning_of_very_long_texts():
    tokens = [str(i) for i in range(MAX_TOKENS + 5)]
    assert rouge_l(tokens, tokens[:MAX_TOKENS]) == 1.0


def test_rouge_has_no_value_where_it_reads_nothing_of_the_reference(pair):
    [found] = score([pair("猫", reference="猫")], METRICS["rouge_1"])
    assert found.value is None
    assert "a–z" in found.reason


def test_bleu_is_sacrebleus_and_its_version_is_the_signature(pair):
    from sacrebleu.metrics import BLEU as Sacrebleu

    text, reference = "The cat sat on a mat.", "The cat is sitting on the mat."
    theirs = Sacrebleu(effective_order=True)
    expected = theirs.sentence_score(text, [reference]).score
    [found] = score([pair(text, reference=reference)], BLEU)
    assert found.value == pytest.approx(expected)
    signature = str(theirs.get_signature()).replace("version:", "sacrebleu:")
    assert found.version == signature


def test_nothing_in_common_is_0_and_the_same_is_the_maximum(pair):
    inputs = [pair("", reference="a cat"), pair("a cat", reference="a cat")]
    assert [one.value for one in score(inputs, METRICS["rouge_l"])] == [0.0, 1.0]
    assert [one.value for one in score(inputs, BLEU)] == [0.0, pytest.approx(100.0)]

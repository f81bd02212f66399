"""BLEU, chrF++ and ROUGE against the libraries themselves, and against examples by hand."""

import json
import math
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.metrics.bleu import BLEU, sentence_bleu
from lab.metrics.chrf import CHRF, sentence_chrf
from lab.metrics.rouge import MAX_TOKENS, longest_common_subsequence, rouge_l
from lab.metrics.rouge_metrics import rouge
from lab.metrics.run import METRICS, score
from lab.sentences import split_sentences

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
            ".",
            "end. The",
        ]
    ),
    max_size=25,
).map(" ".join)


KINDS = {"1": "rouge1", "2": "rouge2", "l": "rougeL", "lsum": "rougeLsum"}


def rouge_scores(kind, text, reference):
    """Ask rouge_score, which takes a line for a sentence."""
    from rouge_score.rouge_scorer import RougeScorer

    if kind == "lsum":
        text, reference = ("\n".join(split_sentences(each)) for each in (text, reference))
    scorer = RougeScorer([KINDS[kind]], use_stemmer=True)
    return scorer.score(reference, text)[KINDS[kind]].fmeasure


@pytest.mark.parametrize("kind", KINDS)
@given(SENTENCES, SENTENCES)
def test_rouge_equals_rouge_score(kind, text, reference):
    [found] = rouge([text], [[reference]], kind)
    assert (found or 0.0) == pytest.approx(rouge_scores(kind, text, reference), abs=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_rouge_equals_rouge_score_on_1000_summaries(kind, published):
    with published("summeval/summeval.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in islice(lines, 1000)]
    texts = [row["summary"] for row in rows]
    references = [row["references"][number % 11] for number, row in enumerate(rows)]
    found = rouge(texts, [[one] for one in references], kind)
    theirs = [rouge_scores(kind, *each) for each in zip(texts, references, strict=True)]
    assert max(abs(a - b) for a, b in zip(found, theirs, strict=True)) < 1e-9


def test_lsum_is_not_l():
    text, reference = "a b c. D e f.", "D e f. A b c."
    [[l_value], [lsum]] = (rouge([text], [[reference]], kind) for kind in ("l", "lsum"))
    assert (l_value, lsum) == (0.5, 1.0)
    assert "sentences-1" in METRICS["rouge_lsum"].version
    assert METRICS["rouge_lsum"].version != METRICS["rouge_l"].version


def test_of_several_references_the_nearest_counts():
    references = [["a dog", "a cat sat"], ["猫", "猫"]]
    assert rouge(["a cat sat", "a cat"], references, "1") == [1.0, None]
    assert sentence_chrf(["a cat sat"], references[:1])[0] == pytest.approx(100)
    both = sentence_bleu(["a cat sat"], [["a cat is", "the cat sat"]])[0]  # BLEU joins them
    assert both > max(sentence_bleu(["a cat sat"] * 2, [["a cat is"], ["the cat sat"]]))


def test_chrf_by_hand_and_its_version_is_the_signature(pair):
    from sacrebleu.metrics import CHRF as Sacrebleu

    # Characters ab|ac: of 1-grams 1 of 2 match, of 2-grams 0 of 1; words: none of 1.
    [found] = score([pair("ab", reference="ac")], CHRF)
    assert found.value == pytest.approx(100 * (0.5 + 0 + 0) / 3)
    signature = Sacrebleu(word_order=2)
    signature.sentence_score("a", ["a"])
    assert found.version == str(signature.get_signature()).replace("version:", "sacrebleu:")
    assert math.isclose(score([pair("猫と犬", reference="猫と犬")], CHRF)[0].value, 100)


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

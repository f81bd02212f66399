"""Every check on every odd input: what it says, and why."""

import time

import numpy as np
import pytest

from lab.checks.aids import Aids
from lab.checks.background import fit_background
from lab.checks.entailment import Classifier
from lab.checks.run import CHECKS
from lab.records import CheckStatus, Generation, Prompt, Split
from lab.world.corpus import write_corpus
from tests.lab.checks.aiding import Contains, Letters, sample, scores_of

OK, NOT_APPLICABLE, ERROR = CheckStatus.OK, CheckStatus.NOT_APPLICABLE, CheckStatus.ERROR
SOURCE = "The queen met Otto in nine castles. 女王は城に住む。 גשם ירד על הגג 🙂."
TEXTS = {
    "empty": "",
    "spaces": " \n\t ",
    "emoji": "👩‍👩‍👧🙂🙂",
    "right to left": "הפינגווינים אוהבים 7 אגמים קפואים.",
    "no spaces": "企鹅喜欢冰冻的湖泊。女王は城に住む。" * 3,
    "control characters": "\x00\u202e\ufeff",
    "one long word": "a" * 20_000,
    "a megabyte": "".join(f"Word{i % 997} met nine plums {i}. " for i in range(40_000)),
}
SECONDS = 60
"""Most CPU time for a text; a megabyte takes a fraction of it."""


@pytest.fixture(scope="module")
def world():
    return write_corpus(7, 60, 0, 1)[1]


def prompt_of(source, facts=None):
    return Prompt(
        dataset_id="d", key="1", split=Split.TEST, text="Tell me.", source=source, facts=facts
    )


def written(text, prompt):
    return Generation(prompt_id=prompt.id, checkpoint_id="c", text=text, decoding={})


def everything(made, other="Yesterday the queen met Otto in nine castles."):
    return {
        "samples": [made, sample(made, other)],
        "token_scores": scores_of(made.text),
        "encoder": Letters(),
        "entailment": Contains(),
    }


def check(name, text, prompt, **changes):
    made = written(text, prompt)
    outcome = CHECKS[name].run(made, prompt, Aids(**(everything(made) | changes)))
    result = outcome.result
    assert (result.score is None) == (result.status != OK)
    assert (result.reason is None) == (result.status == OK)
    assert result.score is None or 0.0 <= result.score <= 1.0
    assert all(0 <= span.start < span.end <= len(text) for span in outcome.spans)
    assert all(0.0 <= span.score <= 1.0 for span in outcome.spans)
    return result


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(
    ("name", "source"), [*((name, "prose") for name in CHECKS), ("source", "card")]
)
def test_any_text_is_judged_in_bounded_time(world, name, text, source):
    prompt = prompt_of(SOURCE, world[-1].facts) if source == "prose" else world[-1]
    began = time.process_time()
    result = check(name, TEXTS[text], prompt, background=fit_background(world[:60]))
    assert time.process_time() - began < SECONDS
    assert result.status == OK, result.reason


class NoNumbers(Letters):
    """An encoder whose numbers have run over."""

    def tokens(self, texts):
        return [np.full_like(one, np.nan) for one in super().tokens(texts)]


class Gone:
    """A model that is not there any more."""

    name = "gone"

    def tokens(self, texts):
        raise RuntimeError("out of memory")

    def judge(self, pairs):
        raise RuntimeError("out of memory")


def broken_classifier():
    """Make a real classifier whose weights are not numbers."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    labels = {0: "contradiction", 1: "entailment"}
    config = BertConfig(
        vocab_size=9, hidden_size=8, num_hidden_layers=1, num_attention_heads=1,
        intermediate_size=8, id2label=labels, label2id={v: k for k, v in labels.items()},
    )  # fmt: skip
    model = BertForSequenceClassification(config)
    torch.nn.init.constant_(model.classifier.weight, float("nan"))

    class Tokenizer:
        model_max_length = 16

        def __call__(self, premises, texts, **_):
            return {"input_ids": torch.ones(len(premises), 4, dtype=torch.long)}

    return Classifier("broken", model, Tokenizer())


LACKS = [
    # what is lacking, check, what is given, status, why
    ("no source", "source", {}, NOT_APPLICABLE, "no source to check against"),
    ("no source", "world", {}, NOT_APPLICABLE, "not of the embedded world"),
    ("no source", "selfcheck", {}, OK, None),
    ("no source", "entropy", {}, OK, None),
    ("no source", "doubt", {}, OK, None),
    ("no source", "align", {}, NOT_APPLICABLE, "no source to check against"),
    ("no source", "nli", {}, NOT_APPLICABLE, "no source to check against"),
    ("no samples", "selfcheck", {"samples": ()}, NOT_APPLICABLE, "no other text"),
    ("no samples", "entropy", {"samples": ()}, NOT_APPLICABLE, "no other text"),
    ("no scores", "doubt", {"token_scores": None}, NOT_APPLICABLE, "no token scores"),
    ("no encoder", "align", {"encoder": None}, NOT_APPLICABLE, "no encoder is given"),
    ("no model", "nli", {"entailment": None}, NOT_APPLICABLE, "no model of entailment"),
    ("no model", "entropy", {"entailment": None}, OK, None),
    ("not numbers", "doubt", {"token_scores": scores_of("A text.", float("nan"))}, ERROR,
     "1 of 1 log-probabilities are not numbers"),
    ("not numbers", "align", {"encoder": NoNumbers()}, ERROR, "vectors that are not numbers"),
    ("not numbers", "nli", {"entailment": broken_classifier}, ERROR, "logits that are not numbers"),
    ("not numbers", "entropy", {"entailment": broken_classifier}, ERROR,
     "logits that are not numbers"),
    ("gone", "align", {"encoder": Gone()}, ERROR, "out of memory"),
    ("gone", "nli", {"entailment": Gone()}, ERROR, "out of memory"),
    ("gone", "entropy", {"entailment": Gone()}, ERROR, "out of memory"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lacks", "name", "given", "status", "why"), LACKS, ids=[" ".join(one[:2]) for one in LACKS]
)
def test_what_is_lacking_is_said(lacks, name, given, status, why):
    for source in (None, "", " \n") if lacks == "no source" else (SOURCE,):
        made = {key: one() if one is broken_classifier else one for key, one in given.items()}
        result = check(name, "A text.", prompt_of(source), **made)
        assert (result.status, result.reason is None) == (status, why is None)
        assert why is None or why in result.reason


def test_the_table_has_every_check():
    assert {one[1] for one in LACKS} == set(CHECKS)

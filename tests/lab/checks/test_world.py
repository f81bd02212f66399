"""The source check against the world's truth, on references with errors planted in them."""

import random

import pytest

from benchmarks.check_sets import world
from benchmarks.checks import spans_of
from lab.checks.run import CHECKS, Aids, find_check, fit_background
from lab.checks.truth import compare
from lab.errors import UnknownNameError
from lab.records import CheckStatus, Generation, SpanType, Split
from lab.world.corpus import write_corpus


@pytest.fixture(scope="module")
def corpus():
    return write_corpus(7, 1_200, 0, 120)[1]


@pytest.fixture(scope="module")
def by_type():
    return spans_of(world(1_200, 160)).by_type


def written(prompt, text):
    return Generation(prompt_id=prompt.id, checkpoint_id="c", text=text, decoding={})


def with_another(prompt, others, rng):
    """Put another plan's value in the place of one of the facts."""
    keys = [key for key in prompt.facts if prompt.facts[key] in prompt.reference]
    key = rng.choice([key for key in keys if key not in {"event", "ending"}])
    values = [other.facts[key] for other in others if key in other.facts]
    value = rng.choice([value for value in values if value not in prompt.facts.values()])
    return prompt.reference.replace(prompt.facts[key], value)


def test_the_truth_is_only_for_the_world(pair):
    outcome = CHECKS["world"].run(*pair("A text.", "A source."))
    assert outcome.result.status == CheckStatus.NOT_APPLICABLE
    assert "world" in outcome.result.reason


def test_the_truth_names_what_is_wrong(corpus):
    prompt = corpus[0]
    text = prompt.reference + " Brunhilda had seventeen."
    outcome = CHECKS["world"].run(written(prompt, text), prompt)
    assert outcome.result.score == 1.0
    assert SpanType.NAME in [span.type for span in outcome.spans]
    assert CHECKS["world"].run(written(prompt, prompt.reference), prompt).spans == ()


def test_the_source_check_finds_what_the_truth_finds(corpus):
    rng = random.Random(3)
    train = [prompt for prompt in corpus if prompt.split == Split.TRAIN]
    held_out = [prompt for prompt in corpus if prompt.split == Split.TEST]
    background = fit_background(train)
    texts = [
        (written(p, with_another(p, train, rng) if i % 2 else p.reference), p)
        for i, p in enumerate(held_out)
    ]
    truth = [CHECKS["world"].run(text, prompt) for text, prompt in texts]
    found = [
        CHECKS["source"].run(text, prompt, Aids(background=background)) for text, prompt in texts
    ]
    comparison = compare(truth, found)
    assert comparison.generations.n_truth >= 55
    assert comparison.generations.precision >= 0.97
    assert comparison.generations.recall >= 0.97
    assert comparison.spans.precision >= 0.95
    assert comparison.spans.recall >= 0.95


@pytest.mark.parametrize("kind", [SpanType.NAME, SpanType.NUMBER, SpanType.CONTRADICTION])
def test_names_and_numbers_are_found_by_their_type(by_type, kind):
    found = by_type[kind]
    assert found.n_truth >= 30
    assert found.precision >= 0.95
    assert found.recall >= 0.95


def test_an_unknown_check_is_refused():
    with pytest.raises(UnknownNameError, match="source, world"):
        find_check("facts")

import math

import numpy as np
import pytest

from lab.errors import CheckpointError
from lab.metrics.aids import Aids
from lab.metrics.bertscore import bertscore, greedy_f
from lab.metrics.encoder import OFFLINE_ENCODER, has_offline_encoder, load_encoder
from lab.metrics.run import METRICS, score
from lab.metrics.similarity import similarity
from tests.lab.metrics.tiny import make_encoder

TEXTS = ["the cat sat", "a dog ran on the mat . " * 9, "", "cats", "猫 🙂"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_encoder(tmp_path_factory.mktemp("encoder") / "tiny")


@pytest.fixture(scope="module")
def encoder(folder):
    return load_encoder(folder, "cpu")


def test_an_encoder_says_what_it_is(encoder):
    assert encoder.name == "tiny"
    assert encoder.precision in ("bf16", "fp32")
    assert encoder.context == 16


def test_vectors_have_length_1_and_do_not_depend_on_the_others(encoder):
    together = encoder.sentences([*TEXTS, *TEXTS])
    assert together.dtype == np.float32
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-5)
    assert (together[:5] == together[5:]).all()
    for text, row in zip(TEXTS, together, strict=False):
        assert encoder.sentences([text])[0] @ row == pytest.approx(1, abs=5e-3)


def test_a_text_is_the_mean_of_its_tokens_special_ones_too(encoder):
    import torch

    ids = torch.tensor([encoder.tokenizer("the cat sat")["input_ids"]])
    with torch.inference_mode():
        states = encoder.model(input_ids=ids).last_hidden_state[0].float().numpy()
    mean = states.mean(axis=0)
    [found] = encoder.sentences(["the cat sat"])
    assert found == pytest.approx(mean / np.linalg.norm(mean), abs=1e-2)
    [tokens] = encoder.tokens(["the cat sat"])
    words = states[1:-1]
    assert tokens == pytest.approx(words / np.linalg.norm(words, axis=1, keepdims=True), abs=1e-2)


def test_a_long_text_is_read_in_windows(encoder):
    [tokens] = encoder.tokens([TEXTS[1]])
    [ids] = encoder.token_ids([TEXTS[1]])
    assert len(tokens) == len(ids) == 9 * 7
    assert [encoder.tokenizer.convert_ids_to_tokens(one) for one in ids[:3]] == ["a", "dog", "ran"]
    first = encoder.tokens([encoder.tokenizer.decode(ids[:14])])[0]
    assert tokens[:14] == pytest.approx(first, abs=1e-2)
    assert len(encoder.tokens(["cat " * 400_000])[0]) == 16 * 14


def test_no_token_no_row(encoder):
    [nothing] = encoder.tokens([""])
    assert nothing.shape == (0, 16)
    assert encoder.sentences([]).shape == (0, 16)


def test_greedy_matching_by_hand():
    text = np.array([[1.0, 0.0], [0.0, 1.0]])
    reference = np.array([[1.0, 0.0], [0.6, 0.8], [0.6, 0.8]])
    # Precision (1 + .8) / 2, recall (1 + .8 + .8) / 3.
    precision, recall = 0.9, 2.6 / 3
    expected = 2 * precision * recall / (precision + recall)
    assert greedy_f(text, reference) == pytest.approx(expected)
    weighted = greedy_f(text, reference, np.array([0.0, 2.0]), np.array([1.0, 0.0, 1.0]))
    assert weighted == pytest.approx(2 * 0.8 * 0.9 / 1.7)
    assert greedy_f(text[:0], reference) is None
    assert greedy_f(text * math.nan, reference) is None
    assert greedy_f(-text, reference) == pytest.approx(-0.4)  # recall (0 − .6 − .6) / 3


def test_the_same_text_is_1_and_the_nearest_reference_counts(encoder):
    references = [["a dog ran", "the cat sat"], ["the cat sat"], ["the cat sat"]]
    texts = ["the cat sat", "a dog", ""]
    for compare in (bertscore, similarity):
        same, other, empty = compare(texts, references, encoder)
        assert same == pytest.approx(1, abs=5e-3)
        assert other < same
        assert empty is None


def test_words_that_every_reference_has_weigh_nothing(encoder):
    references = [["the cat"], ["the dog"], ["the mat"]]
    plain, weighted = (
        bertscore(["the cat", "the dog", "the"], references, encoder, idf) for idf in (False, True)
    )
    assert plain[2] is not None
    assert weighted[2] is None
    assert weighted[0] == pytest.approx(1, abs=5e-3)


@pytest.mark.parametrize("name", ["bertscore", "bertscore_idf", "reference_similarity"])
def test_every_text_has_a_value_or_a_reason_and_the_version_names_the_encoder(name, encoder, pair):
    aids = Aids(encoder=encoder)
    references = ["a cat sat", None, " ", "🙂", "the dog ran"]
    inputs = [pair(text, reference=one) for text, one in zip(TEXTS, references, strict=True)]
    found = score(inputs, METRICS[name], aids)
    assert [one.value is None for one in found] == [False, True, True, False, False]
    assert found[1].reason == "the prompt has no reference"
    assert all((one.value is None) == bool(one.reason) for one in found)
    assert found[0].version.endswith(f"|encoder:tiny|{encoder.precision}")


def test_numbers_that_are_not_finite_give_a_reason(folder, pair):
    import torch

    broken = load_encoder(folder, "cpu")
    with torch.no_grad():
        broken.model.embeddings.word_embeddings.weight.fill_(math.nan)
    for name in ("bertscore", "reference_similarity"):
        [found] = score([pair("a cat", reference="a cat")], METRICS[name], Aids(encoder=broken))
        assert found.value is None
        assert "not finite" in found.reason


def test_a_missing_encoder_says_what_to_do(tmp_path, monkeypatch):
    with pytest.raises(CheckpointError, match="whole"):
        load_encoder(tmp_path)
    if not has_offline_encoder():
        with pytest.raises(CheckpointError, match="pip install"):
            load_encoder(OFFLINE_ENCODER)

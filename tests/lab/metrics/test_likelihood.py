import math
from types import SimpleNamespace

import pytest

from lab.metrics.aids import Aids
from lab.metrics.judge import Judge
from lab.metrics.likelihood import MAX_CODE_POINTS, windows
from lab.metrics.run import METRICS, score


class Bytes:
    """A tokenizer whose tokens are the UTF-8 bytes, 256 its begin and end."""

    eos_token_id = bos_token_id = 256
    unk_token_id = None

    def __len__(self):
        return 257

    def __call__(self, text, add_special_tokens=True, verbose=False):
        if isinstance(text, str):
            return {"input_ids": list(text.encode())}
        return {"input_ids": [list(one.encode()) for one in text]}


def copying_model(input_ids, attention_mask):
    """Expect each token to be the one before it, with odds of e² to 1 for any other."""
    import torch

    logits = torch.nn.functional.one_hot(input_ids, 257).float() * 2
    return SimpleNamespace(logits=logits)


@pytest.fixture
def judge():
    loaded = SimpleNamespace(
        model=copying_model, tokenizer=Bytes(), template="{prompt}", context=16, device="cpu"
    )
    return Judge(name="copier", precision="fp32", loaded=loaded)


REST = math.log(math.exp(2) + 256)


def test_likelihood_by_hand(judge, pair):
    [found] = score([pair("xxy", prompt="x")], METRICS["perplexity"], Aids(judge=judge))
    assert found.value == pytest.approx(math.exp(REST - 4 / 3))
    assert found.version.endswith("|judge:copier|fp32")
    [found] = score([pair("xxy", prompt="x")], METRICS["bits_per_byte"], Aids(judge=judge))
    assert found.value == pytest.approx((REST - 4 / 3) / math.log(2))


def test_padding_batches_and_windows_change_nothing(judge, pair):
    texts = ["a", "b" * 100, "ccd", "猫"]
    together = score([pair(text) for text in texts], METRICS["bits_per_byte"], Aids(judge=judge))
    alone = [score([pair(text)], METRICS["bits_per_byte"], Aids(judge=judge))[0] for text in texts]
    assert [one.value for one in together] == [pytest.approx(one.value) for one in alone]
    assert together[1].value == pytest.approx((REST - 2 * 99 / 100) / math.log(2))


def test_every_token_after_the_prompt_is_scored_once():
    for n_prompt in (1, 5, 30):
        for length in range(n_prompt, 60):
            scored = [
                token
                for ids, first in windows(list(range(length)), n_prompt, 16)
                for token in ids[first:]
            ]
            assert scored == list(range(n_prompt, length))
            assert all(
                len(ids) <= 16 and first >= 1
                for ids, first in windows(list(range(length)), n_prompt, 16)
            )


def test_where_there_is_no_value_there_is_a_reason(judge, pair):
    [found] = score([pair("")], METRICS["perplexity"], Aids(judge=judge))
    assert (found.value, found.reason) == (None, "the text is empty")
    asking = SimpleNamespace(**{**vars(judge.loaded), "template": "{source}"})
    strict = Judge(name="copier", precision="fp32", loaded=asking)
    [found] = score([pair("a")], METRICS["perplexity"], Aids(judge=strict))
    assert "source" in found.reason


def test_only_the_beginning_of_a_megabyte_is_scored(judge, pair):
    long = pair("a" * MAX_CODE_POINTS + "b" * 1_000_000)
    cut = pair("a" * MAX_CODE_POINTS)
    [one], [other] = (
        score([text], METRICS["bits_per_byte"], Aids(judge=judge)) for text in (long, cut)
    )
    assert one.value == other.value

"""What is kept of each token: where it ends, how likely it was."""

from __future__ import annotations

import pytest
import torch

from lab.models.load import load_model
from lab.packing import pack, unpack
from lab.records import Checkpoint, Prompt
from lab.sample.config import SampleConfig
from lab.sample.run import sample
from lab.sample.tokens import Pieces


def test_numbers_come_back_from_their_text() -> None:
    assert unpack(pack([0, 7, 2**32 - 1], "uint32"), "uint32").tolist() == [0, 7, 2**32 - 1]
    assert unpack(pack([-0.5, -8.25], "float16"), "float16").tolist() == [-0.5, -8.25]
    assert pack([], "float16") == ""
    with pytest.raises(ValueError, match="padding"):
        unpack("abc", "uint32")


@torch.inference_mode()
def test_every_token_has_its_end_and_its_likelihood(gpt: Checkpoint, prompts: list[Prompt]) -> None:
    config = SampleConfig(max_new_tokens=30, temperature=1.0, threads=1, device="cpu")
    loaded = load_model(gpt.path, "cpu")
    for batch in sample(gpt, prompts, config):
        for one in batch:
            scores = unpack(one.tokens.log_probabilities, "float16").astype(float)
            entropies = unpack(one.tokens.entropies, "float16")
            ends = unpack(one.tokens.ends, "uint32").tolist()
            assert one.tokens.generation_id == one.generation.id
            assert len(scores) == len(entropies) == len(ends) == one.generation.n_tokens
            assert scores.mean() == pytest.approx(one.generation.mean_logprob, abs=0.01)
            assert (entropies >= 0).all()
            assert (entropies <= torch.tensor(len(loaded.tokenizer)).log().item() + 0.01).all()
            assert ends == sorted(ends)
            assert ends[-1] == len(one.generation.text)


def test_letters_of_several_tokens_end_with_their_last(gpt: Checkpoint) -> None:
    pieces = Pieces(load_model(gpt.path, "cpu").tokenizer)
    text = "Rosa é 😀 ."
    ids = pieces.tokenizer(text, add_special_tokens=False)["input_ids"]
    ends = pieces.ends(ids, pieces.text(ids))
    assert ends == sorted(ends)
    assert ends[-1] == len(pieces.text(ids))


def test_what_a_stop_string_cut_off_ends_with_the_text(gpt: Checkpoint) -> None:
    pieces = Pieces(load_model(gpt.path, "cpu").tokenizer)
    ids = pieces.tokenizer("Rosa had a kite", add_special_tokens=False)["input_ids"]
    ends = pieces.ends(ids, "Rosa")
    assert max(ends) == 4
    assert len(ends) == len(ids)

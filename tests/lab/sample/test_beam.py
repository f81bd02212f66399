"""Beam search, against transformers' own on one row at a time."""

import pytest
import torch

from lab.errors import CheckpointError
from lab.models.load import load_model
from lab.models.prompts import prompt_ids, render
from lab.packing import unpack
from lab.records import Checkpoint, Prompt
from lab.sample.config import SampleConfig
from lab.sample.run import Sampled, sample


def draw(checkpoint: Checkpoint, prompts: list[Prompt], **changes: object) -> list[Sampled]:
    values = {"strategy": "beam", "max_new_tokens": 30, "threads": 1, "device": "cpu"}
    config = SampleConfig(**{**values, **changes})
    return [each for batch in sample(checkpoint, prompts, config) for each in batch]


@torch.inference_mode()
def test_the_text_is_what_the_search_finds_for_its_row_alone(
    gpt: Checkpoint, prompts: list[Prompt]
) -> None:
    loaded = load_model(gpt.path, "cpu")
    found = {one.generation.prompt_id: one for one in draw(gpt, prompts, n_beams=3, batch_rows=12)}
    for prompt in prompts:
        ids = torch.tensor([prompt_ids(loaded.tokenizer, render(gpt.template, prompt))])
        whole = loaded.model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            do_sample=False,
            num_beams=3,
            max_new_tokens=30,
            early_stopping=True,
        )
        expected = loaded.tokenizer.decode(whole[0, ids.shape[1] :], skip_special_tokens=True)
        one = found[prompt.id]
        assert one.generation.text == expected
        assert one.generation.decoding["n_beams"] == 3
        scores = unpack(one.tokens.log_probabilities, "float16").astype(float)
        assert scores.mean() == pytest.approx(one.generation.mean_logprob, abs=0.01)


def test_a_stop_string_ends_the_text(gpt: Checkpoint, prompts: list[Prompt]) -> None:
    piece = draw(gpt, prompts[:1])[0].generation.text[6:11]
    stopped = draw(gpt, prompts[:1], stop=(piece,))[0].generation
    assert piece not in stopped.text
    assert stopped.finish_reason == "stop"


def test_an_lstm_is_refused(lstm: Checkpoint, prompts: list[Prompt]) -> None:
    with pytest.raises(CheckpointError, match="'beam' needs a transformer"):
        draw(lstm, prompts[:1])

"""Rules on repeats, early ends and stop strings, against transformers' generate and by hand."""

from __future__ import annotations

import pytest
import torch

from lab.errors import ConfigError
from lab.models.load import load_model
from lab.models.prompts import prompt_ids, render
from lab.records import Checkpoint, Generation, Prompt
from lab.sample.config import SampleConfig, decoding
from lab.sample.run import sample

GREEDY = {"strategy": "greedy", "max_new_tokens": 40, "threads": 1, "device": "cpu"}


def draw(checkpoint: Checkpoint, prompts: list[Prompt], **changes: object) -> list[Generation]:
    config = SampleConfig(**{**GREEDY, **changes})
    return [each.generation for batch in sample(checkpoint, prompts, config) for each in batch]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"repetition_penalty": 1.7}, {"repetition_penalty": 1.7}),
        ({"no_repeat_ngram": 2}, {"no_repeat_ngram_size": 2}),
        ({"no_repeat_ngram": 1}, {"no_repeat_ngram_size": 1}),
        ({"min_new_tokens": 30}, {"min_new_tokens": 30}),
        (
            {"repetition_penalty": 1.2, "no_repeat_ngram": 3, "min_new_tokens": 25},
            {"repetition_penalty": 1.2, "no_repeat_ngram_size": 3, "min_new_tokens": 25},
        ),
    ],
)
@torch.inference_mode()
def test_the_rules_are_those_of_generate(
    ours: dict, theirs: dict, gpt: Checkpoint, prompts: list[Prompt]
) -> None:
    loaded = load_model(gpt.path, "cpu")
    found = {each.prompt_id: each for each in draw(gpt, prompts, batch_rows=7, **ours)}
    plain = {each.prompt_id: each.text for each in draw(gpt, prompts)}
    for prompt in prompts:
        ids = torch.tensor([prompt_ids(loaded.tokenizer, render(gpt.template, prompt))])
        whole = loaded.model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            do_sample=False,
            max_new_tokens=40,
            **theirs,
        )
        expected = loaded.tokenizer.decode(whole[0, ids.shape[1] :], skip_special_tokens=True)
        assert found[prompt.id].text == expected
    assert any(found[prompt.id].text != plain[prompt.id] for prompt in prompts)


def test_a_text_ends_before_a_stop_string(checkpoint: Checkpoint, prompts: list[Prompt]) -> None:
    plain = {each.prompt_id: each for each in draw(checkpoint, prompts)}
    piece = next(iter(plain.values())).text[6:11]
    stopped = {each.prompt_id: each for each in draw(checkpoint, prompts, stop=("!", piece))}
    assert sum(piece in each.text for each in plain.values()) > 0
    for key, each in stopped.items():
        whole = plain[key].text
        assert each.text == whole.split(piece)[0].split("!")[0]
        if piece in whole:
            assert each.finish_reason == "stop"
            assert each.n_tokens < plain[key].n_tokens
        else:
            assert each.finish_reason == plain[key].finish_reason


def test_only_what_was_changed_is_stored_with_a_text() -> None:
    assert decoding(SampleConfig(strategy="greedy")) == {
        "strategy": "greedy",
        "max_new_tokens": 200,
    }
    assert decoding(SampleConfig(min_p=0.1, stop=("\n",), no_repeat_ngram=3)) == {
        "strategy": "sample",
        "max_new_tokens": 200,
        "temperature": 0.8,
        "top_k": 0,
        "top_p": 1.0,
        "min_p": 0.1,
        "no_repeat_ngram": 3,
        "stop": ["\n"],
    }


def test_a_list_of_a_settings_file_is_taken_as_a_tuple() -> None:
    assert SampleConfig(stop=["a", "b"]).stop == ("a", "b")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("min_p", 1.0),
        ("typical_p", 0.0),
        ("repetition_penalty", 0.0),
        ("no_repeat_ngram", -1),
        ("min_new_tokens", 300),
        ("stop", ("",)),
        ("stop", "text"),
        ("stop", (1,)),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(ConfigError, match=field):
        SampleConfig(**{field: value})

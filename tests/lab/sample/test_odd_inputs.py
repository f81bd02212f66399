"""What is odd about a prompt, a model or a setting: each case is clear, and nothing is lost."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from lab.errors import CheckpointError, ConfigError, InputError
from lab.models.load import load_model
from lab.packing import unpack
from lab.records import Checkpoint, Prompt
from lab.sample.config import SampleConfig
from lab.sample.lean import LeanDecoder
from lab.sample.run import Sampled, sample
from lab.sample.stops import Stops
from lab.sample.stream import stream
from lab.sample.tokens import Pieces

SETTINGS: dict[str, Any] = {"max_new_tokens": 24, "threads": 1, "device": "cpu", "seed": 3}

TEXTS = {
    "empty": "",
    "only spaces": " \n\t ",
    "emoji": "👩‍🚀🏳️‍🌈 a kite 🪁🪁",
    "right to left": "לילך מצאה עפיפון ירוק",
    "both ways": "abc \u202eעפיפון\u202c def",
    "CJK": "从前有一只红色的风筝。むかしむかし、凧がありました。",
    "control": "a\x00b\x1bc\ufeffd\u200b",
    "combining": "e\u0301\u0301\u0301 Z\u0351\u0354\u0329algo",
    "special token": "<|endoftext|></s><pad>",
    "braces": "{prompt} {source} {0} %s",
}


def draw(checkpoint: Checkpoint, prompts: list[Prompt], **changes: object) -> list[Sampled]:
    config = SampleConfig(**{**SETTINGS, **changes})
    return [each for batch in sample(checkpoint, prompts, config) for each in batch]


def odd(prompts: list[Prompt], key: str, text: str) -> Prompt:
    return dataclasses.replace(prompts[0], id=f"odd-{key}", key=key, text=text)


def test_a_prompt_of_any_writing_gets_a_text_with_its_scores(
    checkpoint: Checkpoint, prompts: list[Prompt]
) -> None:
    rows = [odd(prompts, key, text) for key, text in TEXTS.items()]
    made = {one.generation.prompt_id: one for one in draw(checkpoint, rows, temperature=2.0)}
    assert made.keys() == {row.id for row in rows}
    for row in rows:
        generation, tokens = made[row.id].generation, made[row.id].tokens
        ends = unpack(tokens.ends, "uint32")
        generation.text.encode()  # half a surrogate would raise
        assert len(ends) == generation.n_tokens > 0
        assert ends[-1] == len(generation.text)
        assert (ends[1:] >= ends[:-1]).all()
        alone = stream(checkpoint, row, SampleConfig(**{**SETTINGS, "temperature": 2.0}), 3)
        assert "".join(token.text for token in alone) == generation.text


@pytest.mark.parametrize("engine", ["lab", "transformers"])
def test_a_prompt_of_a_megabyte_is_named_before_anything_is_written(
    gpt: Checkpoint, prompts: list[Prompt], engine: str
) -> None:
    book = odd(prompts, "book", "The kite. " * 100_000)
    with pytest.raises(InputError, match=r"'book': \d{6,} tokens do not fit .* context of 96"):
        sample(gpt, [prompts[0], book], SampleConfig(**SETTINGS, engine=engine))
    with pytest.raises(InputError, match="'book'"):
        stream(gpt, book, SampleConfig(**SETTINGS), 0)


def test_emoji_are_whole_when_their_bytes_are_tokens_of_their_own(
    gpt: Checkpoint, prompts: list[Prompt]
) -> None:
    tokenizer = load_model(gpt.path, "cpu").tokenizer
    text = "a 👩‍🚀 凧 é"
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    assert len(ids) > len(text)  # letters of several tokens
    stops, pieces = Stops(tokenizer, ("🚀 凧",)), Pieces(tokenizer)
    shown = [stops.certain(pieces.text(ids[: n + 1])) for n in range(len(ids))]
    assert all("a 👩\u200d".startswith(one) for one in shown)  # never half a letter or stop string
    reached = [stops.reached(np.array([ids]), np.array([n]))[0] for n in range(1, len(ids) + 1)]
    whole = next(n for n in range(len(ids)) if "🚀 凧" in pieces.text(ids[: n + 1]))
    assert reached.index(True) == whole


def test_a_stop_string_is_found_across_every_border_of_tokens(
    gpt: Checkpoint, prompts: list[Prompt]
) -> None:
    greedy = {"strategy": "greedy"}
    plain = draw(gpt, prompts[:1], **greedy)[0]
    text, ends = plain.generation.text, unpack(plain.tokens.ends, "uint32").tolist()
    borders = [end for end in ends if 2 <= end <= min(20, len(text) - 2)]
    assert borders
    for border in borders:
        stop = text[border - 2 : border + 2]
        for engine in ("lab", "transformers"):
            made = draw(gpt, prompts[:1], stop=(stop,), engine=engine, **greedy)[0].generation
            assert made.text == text[: text.index(stop)]
            assert made.finish_reason == "stop"


def break_weights(checkpoint: Checkpoint, folder: Path) -> Checkpoint:
    """Save a copy of a checkpoint whose embeddings are no numbers."""
    shutil.copytree(checkpoint.path or "", folder)
    loaded = load_model(folder, "cpu")
    with torch.no_grad():
        loaded.model.get_input_embeddings().weight.fill_(float("nan"))
    loaded.model.save_pretrained(folder)
    return dataclasses.replace(checkpoint, name="diverged", path=str(folder))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"strategy": "greedy"},
        {"strategy": "greedy", "engine": "transformers"},
        {"top_k": 5, "top_p": 0.9, "min_p": 0.1, "typical_p": 0.9, "no_repeat_ngram": 2},
        {"strategy": "contrastive", "penalty_alpha": 0.6, "top_k": 4},
        {"strategy": "beam"},
    ],
)
def test_logits_that_are_no_numbers_are_an_error_that_names_everything(
    gpt: Checkpoint, prompts: list[Prompt], tmp_path: Path, changes: dict[str, Any]
) -> None:
    diverged = break_weights(gpt, tmp_path / "diverged")
    found = r"'diverged' gave logits .*NaN.* for prompt 'Ivy-drum' at token 1; .*earlier checkpoint"
    drum = [prompt for prompt in prompts if prompt.key == "Ivy-drum"]
    with pytest.raises(CheckpointError, match=found):
        draw(diverged, drum, **changes)
    if "engine" not in changes and changes.get("strategy", "greedy") == "greedy":
        with pytest.raises(CheckpointError, match=found):
            list(stream(diverged, drum[0], SampleConfig(**{**SETTINGS, **changes}), 0))


def test_what_was_finished_before_the_logits_broke_is_kept(
    gpt: Checkpoint, prompts: list[Prompt], monkeypatch: pytest.MonkeyPatch
) -> None:
    step, calls = LeanDecoder.step, iter(range(10**6))

    def break_later(self: LeanDecoder, tokens: torch.Tensor, *others: Any) -> torch.Tensor:
        logits = step(self, tokens, *others)
        return logits * float("nan") if next(calls) > 8 and len(tokens) == 4 else logits

    whole = [one.generation.text for one in draw(gpt, prompts[:12], max_new_tokens=3, batch_rows=4)]
    monkeypatch.setattr(LeanDecoder, "step", break_later)
    config = SampleConfig(**{**SETTINGS, "max_new_tokens": 3, "batch_rows": 4})
    batches = sample(gpt, prompts[:12], config)
    kept = [one.generation.text for one in next(batches)]
    with pytest.raises(CheckpointError, match=r"at token \d"):
        kept += [one.generation.text for batch in batches for one in batch]
    assert 0 < len(kept) < 12
    assert kept == whole[: len(kept)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"min_new_tokens": 30, "max_new_tokens": 20}, "min_new_tokens 30 .* up to max_new_tokens"),
        ({"max_new_tokens": 0}, "max_new_tokens 0 .* 1 or more"),
        ({"min_new_tokens": -1}, "min_new_tokens -1"),
        ({"max_new_tokens": 2.5}, "max_new_tokens 2.5 .* a whole number"),
        ({"temperature": float("nan")}, "temperature nan .* a finite number"),
        ({"n_samples": 0}, "n_samples 0 .* 1 or more"),
        ({"stop": ("",)}, "stop .* not empty"),
    ],
)
def test_limits_that_contradict_one_another_are_refused(
    changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        SampleConfig(**changes)


@pytest.mark.parametrize("engine", ["lab", "transformers"])
def test_the_fewest_tokens_are_kept_to_and_a_full_context_wins(
    gpt: Checkpoint, prompts: list[Prompt], engine: str
) -> None:
    exact = {"min_new_tokens": 24, "max_new_tokens": 24, "engine": engine}
    assert {one.generation.n_tokens for one in draw(gpt, prompts[:6], **exact)} == {24}
    long = odd(prompts, "long", "kite " * 21)
    beyond = {"min_new_tokens": 200, "max_new_tokens": 300, "engine": engine}
    made = draw(gpt, [long], **beyond)[0].generation
    assert made.n_prompt_tokens + made.n_tokens == 96
    assert made.finish_reason == "length"

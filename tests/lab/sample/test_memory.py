"""How many rows are written at once: what fits, and fewer where memory ends, with no text lost."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from lab.errors import CheckpointError
from lab.models.load import load_model
from lab.models.reasons import is_out_of_memory
from lab.records import Checkpoint, Prompt
from lab.sample import memory
from lab.sample.batch import Request
from lab.sample.config import SampleConfig
from lab.sample.lean import LeanDecoder
from lab.sample.memory import free_bytes, row_bytes, rows_that_fit
from lab.sample.run import sample

ERRORS: list[Callable[[], Exception]] = [
    lambda: torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
    lambda: MemoryError(),
    lambda: RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes"),
]


def draw(checkpoint: Checkpoint, prompts: list[Prompt], **changes: Any) -> dict[tuple, str]:
    config = SampleConfig(max_new_tokens=20, temperature=1.0, threads=1, device="cpu", **changes)
    made = [one.generation for batch in sample(checkpoint, prompts, config) for one in batch]
    found = {(one.prompt_id, one.sample_index): one.text for one in made}
    assert len(found) == len(made)
    return found


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[int]]:
    """Let a step fail that has more rows than allowed, once some steps went well."""

    def set_limit(most: int, after: int, make: Callable[[], Exception]) -> list[int]:
        used: list[int] = []
        step = LeanDecoder.step

        def limited(self: LeanDecoder, tokens: torch.Tensor, *others: Any) -> torch.Tensor:
            used.append(len(tokens))
            if len(tokens) > most and len(used) > after:
                raise make()
            return step(self, tokens, *others)

        monkeypatch.setattr(LeanDecoder, "step", limited)
        return used

    return set_limit


@pytest.mark.parametrize("make", ERRORS)
def test_half_as_many_rows_are_written_where_memory_ends_and_no_text_is_lost(
    gpt: Checkpoint, prompts: list[Prompt], limit: Callable[..., list[int]], make: Any
) -> None:
    whole = draw(gpt, prompts, n_samples=2)
    # After 15 steps some of the rows are finished, and others under way.
    used = limit(6, 15, make)
    assert draw(gpt, prompts, n_samples=2, batch_rows=20) == whole
    assert max(used) == 20
    assert max(used[-30:]) == 5


def test_memory_that_does_not_suffice_for_one_text_is_an_error_in_words(
    gpt: Checkpoint, prompts: list[Prompt], limit: Callable[..., list[int]]
) -> None:
    limit(0, 1, MemoryError)
    with pytest.raises(CheckpointError, match="not enough memory on cpu to write one text"):
        draw(gpt, prompts)


def test_another_error_is_not_taken_for_it() -> None:
    assert not is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    assert not is_out_of_memory(ValueError("not enough memory"))


def test_a_row_takes_what_its_decoder_holds(gpt: Checkpoint) -> None:
    loaded = load_model(gpt.path or "", "cpu")
    kept = LeanDecoder(loaded, 2, 64).cache
    logits = memory.LOGIT_COPIES * 4 * loaded.model.config.vocab_size
    assert row_bytes(loaded, 64) == kept.numel() * kept.element_size() // 2 + logits


def test_as_many_rows_as_fit_into_half_of_what_is_free(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = load_model(checkpoint.path or "", "cpu")
    requests = [Request((1, 2, 3), torch.zeros(length)) for length in (4, 27)]
    each = row_bytes(loaded, 30)
    for free, expected in [(0, 1), (2 * 7 * each, 7), (10**12, 64), (None, 64)]:
        monkeypatch.setattr(memory, "free_bytes", lambda device, free=free: free)
        assert rows_that_fit(loaded, requests, SampleConfig()) == expected


def test_the_free_memory_of_this_machine_is_a_number_of_bytes() -> None:
    free = free_bytes(torch.device("cpu"))
    assert free is None or 2**20 < free < 2**50

"""Turns a model and its rows into how many are written at once, and fewer where memory ends."""

from __future__ import annotations

import dataclasses
import gc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import torch

from lab.errors import CheckpointError
from lab.models.load import LoadedModel
from lab.models.reasons import is_out_of_memory
from lab.sample.batch import Request, Written
from lab.sample.choose import BrokenLogits
from lab.sample.config import SampleConfig

Writer = Callable[[LoadedModel, Sequence[Request], SampleConfig], Iterator[tuple[int, Written]]]

MOST_ROWS = {"cpu": 64, "cuda": 256}
"""Beyond it a device gets hardly faster, and a text waits longer."""

SHARE = 0.5
"""Of the free memory that rows may take; the rest is for what lies between layers."""

LOGIT_COPIES = 6
"""Arrays of a row's logits that choosing and scoring hold at a time, float32 or wider."""


def write_fitting(
    write: Writer, loaded: LoadedModel, requests: Sequence[Request], config: SampleConfig
) -> Iterator[tuple[int, Written]]:
    """Write on each row, with half as many at once each time that memory ends.

    Rows that were under way then begin anew, with their own random numbers: no text is lost, and
    none is another one.

    Args:
        write: what writes, such as `lab.sample.batch.write`.
        loaded: the model.
        requests: the rows.
        config: its batch_rows says how many at once; 0 for as many as fit.

    Yields:
        The number of a request and what was written after it, as it is finished.

    Raises:
        CheckpointError: memory does not suffice for one row.
        BrokenLogits: the model gave something else than numbers.
    """
    n_rows = config.batch_rows or rows_that_fit(loaded, requests, config)
    left = list(range(len(requests)))
    while left:
        some = dataclasses.replace(config, batch_rows=n_rows)
        finished: set[int] = set()
        try:
            for place, written in write(loaded, [requests[number] for number in left], some):
                finished.add(left[place])
                yield left[place], written
            return
        except BrokenLogits as error:
            raise BrokenLogits(left[error.number], error.step) from error
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            if n_rows == 1:
                raise CheckpointError(
                    f"not enough memory on {loaded.device} to write one text at a time; take "
                    "a smaller --max-new-tokens, --dtype bfloat16, or another --device"
                ) from error
        # Out here, where the error holds on to none of the arrays any longer.
        left = [number for number in left if number not in finished]
        n_rows = max(1, min(n_rows, len(left)) // 2)
        _give_back(loaded.device)


def rows_that_fit(loaded: LoadedModel, requests: Sequence[Request], config: SampleConfig) -> int:
    """Estimate how many rows fit into the memory that is free.

    Args:
        loaded: the model.
        requests: the rows; the longest decides.
        config: contrastive search keeps every row once per token that it compares.

    Returns:
        1 up to what is of use on the device.
    """
    most = MOST_ROWS.get(loaded.device.type, MOST_ROWS["cpu"])
    free = free_bytes(loaded.device)
    if free is None or not requests:
        return most
    longest = max(len(request.ids) + len(request.uniforms) for request in requests)
    copies = config.top_k if config.strategy == "contrastive" else 1
    each = copies * row_bytes(loaded, longest)
    return max(1, min(most, int(SHARE * free) // each))


def row_bytes(loaded: LoadedModel, n_tokens: int) -> int:
    """Return the bytes that a row of a length takes: what is kept of its tokens, and its logits."""
    config = loaded.model.config.get_text_config()
    n_layers, width = config.num_hidden_layers, config.hidden_size
    kept = n_layers * 2 * 4 * width  # the state of a recurrent network
    if heads := getattr(config, "num_attention_heads", None):
        key_heads = getattr(config, "num_key_value_heads", None) or heads
        head_width = getattr(config, "head_dim", None) or width // heads
        size = next(loaded.model.parameters()).element_size()
        kept = n_tokens * n_layers * 2 * key_heads * head_width * size
    return kept + LOGIT_COPIES * 4 * int(config.vocab_size)


def free_bytes(device: torch.device) -> int | None:
    """Return the memory that is free on a device; None where it cannot be told."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    found = [number for number in (_available(), _left_to_group()) if number is not None]
    return min(found) if device.type == "cpu" and found else None


def _available() -> int | None:
    """Read what Linux says is available."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    found = [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")]
    return found[0] if found else None


def _left_to_group() -> int | None:
    """Read what is left of the limit of the container that this runs in (control groups 2)."""
    folder = Path("/sys/fs/cgroup")
    try:
        most = (folder / "memory.max").read_text(encoding="ascii").strip()
        used = int((folder / "memory.current").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return max(0, int(most) - used) if most.isdigit() else None


def _give_back(device: torch.device) -> None:
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()

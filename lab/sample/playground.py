"""Turns one prompt and several checkpoints into texts written side by side, event by event."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import torch

from lab.errors import LabError
from lab.models.load import LoadedModel, load_model
from lab.records import Checkpoint, Prompt
from lab.sample.config import SampleConfig
from lab.sample.stream import Stream, stream

MOST_LOADED = 4
"""Checkpoints that are held in memory."""

N_ALTERNATIVES = 3
"""Likeliest other tokens that are told for each place."""

Event = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What is to be written."""

    prompt: Prompt
    """What to write for."""

    checkpoints: tuple[Checkpoint, ...]
    """What writes; each writes one text."""

    config: SampleConfig
    """How tokens are chosen, the seed among it."""


class Models:
    """Models in memory; where there are too many, the one used longest ago leaves."""

    def __init__(self, most: int = MOST_LOADED) -> None:
        self.most = most
        self._loaded: OrderedDict[str, LoadedModel] = OrderedDict()

    def __len__(self) -> int:
        return len(self._loaded)

    def get(self, checkpoint: Checkpoint) -> LoadedModel:
        """Return a checkpoint's model, loaded if need be.

        Raises:
            CheckpointError: it cannot be loaded.
        """
        if checkpoint.id not in self._loaded:
            while len(self._loaded) >= self.most:
                self._loaded.popitem(last=False)
            self._loaded[checkpoint.id] = load_model(checkpoint.path or "")
        self._loaded.move_to_end(checkpoint.id)
        return self._loaded[checkpoint.id]


def write_side_by_side(run: Run, models: Models, is_stopped: Callable[[], bool]) -> Iterator[Event]:
    """Write one text per checkpoint, a token of each in turn.

    Args:
        run: what is to be written.
        models: what is in memory already.
        is_stopped: asked before each step; once it says so, nothing more is written.

    Yields:
        Per checkpoint, each with its `index`: `loading`; then `token` (text, logprob, entropy) for
        each token, and `done` with the records `generation` and `tokens` and the `alternatives`
        per token; or `failed` with an `error` in words.
    """
    streams: dict[int, Stream] = {}
    for index, checkpoint in enumerate(run.checkpoints):
        if is_stopped():
            return
        yield {"event": "loading", "index": index}
        try:
            loaded = models.get(checkpoint)
            streams[index] = stream(checkpoint, run.prompt, run.config, run.config.seed, loaded)
        except Exception as error:  # what torch raises of a model has no common class
            yield _failed(index, checkpoint, error)
    while streams and not is_stopped():
        for index in list(streams):
            checkpoint = run.checkpoints[index]
            try:
                event = _next(index, streams[index], models.get(checkpoint))
            except Exception as error:  # as above
                event = _failed(index, checkpoint, error)
            if event["event"] != "token":
                del streams[index]
            yield event


def _next(index: int, text: Stream, loaded: LoadedModel) -> Event:
    """Return the next token, or the whole text where that was the last one."""
    token = next(text, None)
    if token is not None:
        return {
            "event": "token",
            "index": index,
            "text": token.text,
            "logprob": _number(token.logprob),
            "entropy": _number(token.entropy),
        }
    assert text.sampled is not None  # noqa: S101 - an iterator at its end has it
    return {
        "event": "done",
        "index": index,
        "generation": plain(text.sampled.generation),
        "tokens": plain(text.sampled.tokens),
        "alternatives": alternatives(loaded, text.job.ids, text.writer.written.ids),
    }


def plain(record: Any) -> dict[str, Any]:
    """Return a record's fields but for the time, which whoever makes it anew knows."""
    return {name: value for name, value in asdict(record).items() if name != "created_at"}


@torch.inference_mode()
def alternatives(
    loaded: LoadedModel, prompt_ids: tuple[int, ...], written_ids: list[int]
) -> list[list[tuple[str, float]]]:
    """Find what else was likely at each place of a text, by reading it once.

    Args:
        loaded: the model that wrote it.
        prompt_ids: what it read before.
        written_ids: what it wrote.

    Returns:
        Per token the likeliest others: what each is as text, and its log-probability at
        temperature 1, in nats.
    """
    ids = torch.tensor([[*prompt_ids, *written_ids]], device=loaded.device)
    logits = loaded.model(input_ids=ids).logits[0, len(prompt_ids) - 1 : -1]
    n = min(N_ALTERNATIVES + 1, logits.shape[-1])
    best, tokens = torch.log_softmax(logits.float(), dim=-1).topk(n)
    return [
        [
            (loaded.tokenizer.decode([token]), value)
            for token, value in zip(row, values, strict=True)
            if token != written and math.isfinite(value)
        ][:N_ALTERNATIVES]
        for row, values, written in zip(tokens.tolist(), best.tolist(), written_ids, strict=True)
    ]


def _number(value: float) -> float | None:
    """Return a number that JSON has, or None for what a broken model gives."""
    return value if math.isfinite(value) else None


def _failed(index: int, checkpoint: Checkpoint, error: Exception) -> Event:
    """Say in words why a text cannot be written."""
    first = (str(error).strip().splitlines() or [""])[0]
    said = str(error) if isinstance(error, LabError) else f"{type(error).__name__}: {first}"
    name = "" if isinstance(error, LabError) else f"checkpoint {checkpoint.name!r}: "
    return {"event": "failed", "index": index, "error": name + said}

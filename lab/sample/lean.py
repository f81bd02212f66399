"""A small Llama-like decoder run with few operations, as the library's own take most of the time.

On a processor, most of what a model of a few million weights costs per token is starting its
operations: the projections of queries, keys and values are done as one, and so are the two of
the gated layer and the two rotations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from lab.models.load import LoadedModel
from lab.sample.shapes import beside, by_length, up
from lab.sample.slots import step_mask

FAMILIES = {"llama", "qwen2", "qwen3", "mistral"}
MOST_WEIGHTS = 200_000_000
"""Above it the arithmetic costs more than starting it, and the joined weights too much memory."""

READ_AT_ONCE = 512
"""Tokens of beginnings that are read together: what lies between then stays in a core's cache."""


@dataclass(frozen=True, slots=True)
class _Block:
    """The weights of one block, joined; norms' weights are multiplied into what follows them."""

    joined: Tensor
    """Queries, keys and values, (width, (heads + 2 key heads) × head width)."""
    bias: Tensor | None
    """Their bias."""
    head_norm: Tensor | None
    """Weights of the norm of queries and keys, (heads + key heads, head width)."""
    out: Tensor
    """The projection after attention, (heads × head width, width)."""
    gated: Tensor
    """Gate and up, (width, 2 × inner width)."""
    down: Tensor
    """The projection after the gated layer, (inner width, width)."""


class LeanDecoder:
    """A Llama-like decoder over slots; see `lab.sample.decoders.Decoder`."""

    def __init__(self, loaded: LoadedModel, n_slots: int, n_tokens: int):
        config = loaded.model.config
        n_slots, n_tokens = max(n_slots, 2), up(n_tokens)
        self.device, self.filler = loaded.device, loaded.tokenizer.pad_token_id
        self.n_heads, self.n_key_heads = config.num_attention_heads, config.num_key_value_heads
        self.n_turned = self.n_heads + self.n_key_heads
        self.width = getattr(config, "head_dim", None) or config.hidden_size // self.n_heads
        self.eps = config.rms_norm_eps
        inside = loaded.model.model
        self.embedding = inside.embed_tokens.weight
        self.head = (loaded.model.lm_head.weight * inside.norm.weight).T.contiguous()
        self.blocks = [self._block(layer) for layer in inside.layers]
        positions = torch.arange(n_tokens, device=self.device).unsqueeze(0)
        cosines, sines = inside.rotary_emb(self.embedding, positions)
        half = self.width // 2
        self.turns = torch.complex(cosines[0, :, :half].float(), sines[0, :, :half].float())
        room = (len(self.blocks), n_slots, n_tokens, 2 * self.n_key_heads, self.width)
        self.cache = _room(room, self.device)

    @staticmethod
    def suits(loaded: LoadedModel) -> bool:
        """Say whether the model is of a known family, small, and looks back without a window."""
        config = loaded.model.config
        n_weights = sum(weights.numel() for weights in loaded.model.parameters())
        return (
            config.model_type in FAMILIES
            and config.hidden_act == "silu"
            and n_weights <= MOST_WEIGHTS
            and not (config.model_type == "mistral" and config.sliding_window)
            and set(getattr(config, "layer_types", None) or ["full_attention"])
            == {"full_attention"}
        )

    def read(self, rows: Sequence[Sequence[int]], slots: Tensor) -> None:
        """Read the beginnings of rows; see `Decoder`."""
        for length, alike in by_length(rows).items():
            n_rows = max(1, READ_AT_ONCE // length)
            for start in range(0, len(alike), n_rows):
                some = alike[start : start + n_rows]
                self._read([rows[number] for number in some], slots[some], length)

    def _read(self, rows: Sequence[Sequence[int]], slots: Tensor, longest: int) -> None:
        ids = [[*row, *[self.filler] * (longest - len(row))] for row in rows]
        # What is padded lies behind a row's own tokens, where none of them looks.
        hidden = functional.embedding(torch.tensor(ids, device=self.device), self.embedding)
        turns = self.turns[:longest, None]
        for block, kept in zip(self.blocks, self.cache, strict=True):
            queries, kept_now = self._project(block, hidden, turns)
            kept[slots, :longest] = kept_now
            if block is self.blocks[-1]:
                break  # nobody asks what comes out of it
            seen = self._attend(queries.transpose(1, 2), kept_now, None, is_causal=True)
            hidden = self._finish(block, hidden, seen.transpose(1, 2).flatten(2))

    def step(self, tokens: Tensor, lengths: Tensor, longest: int) -> Tensor:
        """Read one more token for each of the first slots; see `Decoder`."""
        if len(tokens) == 1:
            return self._step(beside(tokens, 2), beside(lengths, 2), longest)[:1]
        return self._step(tokens, lengths, longest)

    def _step(self, tokens: Tensor, lengths: Tensor, longest: int) -> Tensor:
        rows, longest = len(tokens), up(longest)
        hidden = functional.embedding(tokens, self.embedding)
        turns = self.turns[lengths, None]
        mask = step_mask(lengths, longest, None)
        places = torch.arange(rows, device=self.device) * self.cache.shape[2] + lengths
        for block, kept in zip(self.blocks, self.cache, strict=True):
            queries, kept_now = self._project(block, hidden, turns)
            kept.flatten(0, 1).index_copy_(0, places, kept_now)
            seen = self._attend(queries.unsqueeze(2), kept[:rows, :longest], mask, is_causal=False)
            hidden = self._finish(block, hidden, seen.flatten(1))
        return self._normed(hidden) @ self.head

    def copy(self, source: int, target: int) -> None:
        """Give a slot what another one holds."""
        self.cache[:, target] = self.cache[:, source]

    def _project(self, block: _Block, hidden: Tensor, turns: Tensor) -> tuple[Tensor, Tensor]:
        """Compute queries (…, heads, head width), and keys with values behind them."""
        joined = self._normed(hidden) @ block.joined
        if block.bias is not None:
            joined += block.bias
        joined = joined.unflatten(-1, (-1, self.width))
        both = joined[..., : self.n_turned, :]
        if block.head_norm is not None:
            both = self._normed(both) * block.head_norm
        # A pair of neighbours is a number of the plane, and its position turns it.
        pairs = torch.view_as_complex(both.unflatten(-1, (-1, 2))) * turns
        joined[..., : self.n_turned, :] = torch.view_as_real(pairs).flatten(-2)
        return joined[..., : self.n_heads, :], joined[..., self.n_heads :, :]

    def _attend(
        self, queries: Tensor, kept: Tensor, mask: Tensor | None, is_causal: bool
    ) -> Tensor:
        """Attend to keys and values, (rows, tokens, 2 × key heads, head width)."""
        kept = kept.transpose(1, 2)
        return functional.scaled_dot_product_attention(
            queries,
            kept[:, : self.n_key_heads],
            kept[:, self.n_key_heads :],
            attn_mask=mask,
            is_causal=is_causal,
            enable_gqa=self.n_heads != self.n_key_heads,
        )

    def _finish(self, block: _Block, hidden: Tensor, seen: Tensor) -> Tensor:
        hidden = hidden + seen @ block.out
        gate, up = (self._normed(hidden) @ block.gated).chunk(2, dim=-1)
        return hidden + (functional.silu(gate) * up) @ block.down

    def _normed(self, hidden: Tensor) -> Tensor:
        """Divide by the root mean square (Zhang and Sennrich 2019)."""
        return hidden * (hidden.square().mean(-1, keepdim=True) + self.eps).rsqrt_()

    def _block(self, layer: Any) -> _Block:
        attention, gated = layer.self_attn, layer.mlp
        parts = (attention.q_proj, attention.k_proj, attention.v_proj)
        joined = torch.cat([part.weight for part in parts]) * layer.input_layernorm.weight
        biases = [part.bias for part in parts]
        norms = [getattr(attention, name, None) for name in ("q_norm", "k_norm")]
        return _Block(
            joined=self._neighbours(joined).T.contiguous(),
            bias=None if biases[0] is None else self._neighbours(torch.cat(biases)),
            head_norm=None if norms[0] is None else self._head_norm(*norms),
            out=attention.o_proj.weight.T.contiguous(),
            gated=(
                torch.cat([gated.gate_proj.weight, gated.up_proj.weight])
                * layer.post_attention_layernorm.weight
            ).T.contiguous(),
            down=gated.down_proj.weight.T.contiguous(),
        )

    def _neighbours(self, rows: Tensor) -> Tensor:
        """Put the two halves of a rotated pair beside one another, in queries and keys."""
        heads = rows.unflatten(0, (-1, self.width))
        turned = heads[: self.n_turned].unflatten(1, (2, -1)).transpose(1, 2).flatten(1, 2)
        return torch.cat([turned, heads[self.n_turned :]]).flatten(0, 1)

    def _head_norm(self, of_queries: Any, of_keys: Any) -> Tensor:
        weights = [of_queries.weight.expand(self.n_heads, -1)]
        weights.append(of_keys.weight.expand(self.n_key_heads, -1))
        return torch.cat(weights).unflatten(1, (2, -1)).transpose(1, 2).flatten(1)


def _room(shape: tuple[int, ...], device: torch.device) -> Tensor:
    """Return zeros; on a processor memory is taken only where something is written."""
    if device.type != "cpu":
        return torch.zeros(shape, device=device)
    return torch.from_numpy(np.zeros(shape, dtype=np.float32))

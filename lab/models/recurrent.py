"""LSTM and GRU language models in transformers' clothes.

LSTM: Hochreiter and Schmidhuber 1997. GRU: Cho et al. 2014. Dropout where Zaremba et al. 2014 has
it: before, between and behind the layers, never from one token to the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedConfig, PreTrainedModel
from transformers.modeling_outputs import BaseModelOutputWithPast, CausalLMOutputWithPast


class RecurrentConfig(PreTrainedConfig):
    """Sizes of a recurrent language model."""

    vocab_size: int = 2048
    hidden_size: int = 256
    num_hidden_layers: int = 1
    max_position_embeddings: int = 256
    tie_word_embeddings: bool = True


class LSTMConfig(RecurrentConfig):
    """Sizes of an LSTM language model."""

    model_type = "lab-lstm"


class GRUConfig(RecurrentConfig):
    """Sizes of a GRU language model."""

    model_type = "lab-gru"


@dataclass
class RecurrentState:
    """What a recurrent network remembers of the tokens read so far."""

    parts: tuple[Tensor, ...]
    """Hidden state and, of an LSTM, cell: (layers, rows, width) each."""

    def batch_select_indices(self, indices: Tensor) -> None:
        """Keep only some rows, named as transformers' caches name it."""
        self.parts = tuple(part[:, indices] for part in self.parts)


class RecurrentModel(PreTrainedModel):
    """Token ids to hidden states."""

    base_model_prefix = "model"

    def __init__(self, config: RecurrentConfig):
        super().__init__(config)
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.dropout = nn.Dropout(0.0)
        sizes = (config.hidden_size, config.hidden_size, config.num_hidden_layers)
        if config.model_type == LSTMConfig.model_type:
            self.lstm = nn.LSTM(*sizes, batch_first=True)
        else:
            self.gru = nn.GRU(*sizes, batch_first=True)
        self.post_init()

    @property
    def network(self) -> nn.RNNBase:
        """The layers."""
        return self.lstm if hasattr(self, "lstm") else self.gru

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        past_key_values: RecurrentState | None = None,
        **_: Any,
    ) -> BaseModelOutputWithPast:
        """Read tokens on from a state.

        Args:
            input_ids: (rows, tokens).
            attention_mask: (rows, tokens read before + tokens), 0 for padding at either end.
            past_key_values: the state after the tokens read before; None at the start.

        Returns:
            Hidden states (rows, tokens, width), and the state after each row's last real token.
        """
        embedded = self.dropout(self.embed_tokens(input_ids))
        start = None if past_key_values is None else _given(past_key_values.parts)
        mask = None if attention_mask is None else attention_mask[:, -input_ids.shape[1] :]
        if mask is None or bool(mask.all()):
            states, end = self.network(embedded, start)
        else:
            states, end = self._read_padded(embedded, start, mask)
        return BaseModelOutputWithPast(
            last_hidden_state=self.dropout(states),
            past_key_values=RecurrentState(end if isinstance(end, tuple) else (end,)),
        )

    def _read_padded(self, embedded: Tensor, start: Any, mask: Tensor) -> tuple[Tensor, Any]:
        """Read rows that are padded in front or behind, as if there were no padding."""
        n_tokens = mask.shape[1]
        first = mask.long().argmax(dim=1, keepdim=True)
        places = torch.arange(n_tokens, device=mask.device)
        to_front = ((places + first) % n_tokens).unsqueeze(-1).expand_as(embedded)
        lengths = mask.sum(dim=1).clamp(min=1).cpu()
        packed = pack_padded_sequence(
            embedded.gather(1, to_front), lengths, batch_first=True, enforce_sorted=False
        )
        states, end = self.network(packed, start)
        states, _ = pad_packed_sequence(states, batch_first=True, total_length=n_tokens)
        back = ((places - first) % n_tokens).unsqueeze(-1).expand(-1, -1, states.shape[-1])
        return states.gather(1, back), end


class RecurrentForCausalLM(PreTrainedModel):
    """Token ids to next-token logits, with the embedding tied to the output."""

    base_model_prefix = "model"
    _tied_weights_keys = {"lm_head.weight": "model.embed_tokens.weight"}  # noqa: RUF012 - transformers' form

    def __init__(self, config: RecurrentConfig):
        super().__init__(config)
        self.model = RecurrentModel(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.post_init()

    def get_input_embeddings(self) -> nn.Module:
        """Return the embedding that the output is tied to."""
        return self.model.embed_tokens

    def get_output_embeddings(self) -> nn.Module:
        """Return the output layer."""
        return self.lm_head

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        past_key_values: RecurrentState | None = None,
        logits_to_keep: int | Tensor = 0,
        **_: Any,
    ) -> CausalLMOutputWithPast:
        """Score the next token at each place; see `RecurrentModel.forward` for the arguments.

        Args:
            input_ids: (rows, tokens).
            attention_mask: as for the model inside.
            past_key_values: as for the model inside.
            logits_to_keep: number of last places to score (0 for all), or their indices.

        Returns:
            Logits (rows, places kept, vocabulary), and the state after the tokens.
        """
        read = self.model(input_ids, attention_mask, past_key_values)
        keep = slice(-logits_to_keep, None) if isinstance(logits_to_keep, int) else logits_to_keep
        return CausalLMOutputWithPast(
            logits=self.lm_head(read.last_hidden_state[:, keep]),
            past_key_values=read.past_key_values,
        )


class LSTMForCausalLM(RecurrentForCausalLM):
    """An LSTM language model."""

    config_class = LSTMConfig


class GRUForCausalLM(RecurrentForCausalLM):
    """A GRU language model."""

    config_class = GRUConfig


KINDS = {"lstm": (LSTMConfig, LSTMForCausalLM), "gru": (GRUConfig, GRUForCausalLM)}


def register() -> None:
    """Tell transformers' Auto classes about both; doing it again is harmless."""
    for config, model in KINDS.values():
        AutoConfig.register(config.model_type, config, exist_ok=True)
        AutoModelForCausalLM.register(config, model, exist_ok=True)


def build_recurrent(kind: str, tokenizer: Any, *, layers: int, width: int, context: int) -> Any:
    """Make an LSTM or GRU with random weights.

    Args:
        kind: "lstm" or "gru".
        tokenizer: its size and special tokens fix the embedding.
        layers: number of recurrent layers.
        width: size of the embedding and of each layer.
        context: longest input in tokens that it is trained on.

    Returns:
        The model in float32, weights drawn from torch's global generator.
    """
    config, model = KINDS[kind]
    return model(
        config(
            vocab_size=len(tokenizer),
            hidden_size=width,
            num_hidden_layers=layers,
            max_position_embeddings=context,
            pad_token_id=tokenizer.pad_token_id,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
        )
    )


def _given(parts: tuple[Tensor, ...]) -> Any:
    """Return a state as torch's networks take it: an LSTM's in a pair, a GRU's alone."""
    return parts if len(parts) > 1 else parts[0]

"""An LSTM language model (Hochreiter & Schmidhuber 1997) in transformers' clothes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedConfig, PreTrainedModel
from transformers.modeling_outputs import BaseModelOutputWithPast, CausalLMOutputWithPast


class LSTMConfig(PreTrainedConfig):
    """Sizes of an LSTM language model."""

    model_type = "lab-lstm"
    vocab_size: int = 2048
    hidden_size: int = 256
    num_hidden_layers: int = 1
    max_position_embeddings: int = 256
    tie_word_embeddings: bool = True


@dataclass
class LSTMState:
    """What an LSTM remembers of the tokens read so far."""

    hidden: Tensor
    """(layers, rows, width)."""

    cell: Tensor
    """(layers, rows, width)."""

    def batch_select_indices(self, indices: Tensor) -> None:
        """Keep only some rows, named as transformers' caches name it."""
        self.hidden = self.hidden[:, indices]
        self.cell = self.cell[:, indices]


class LSTMModel(PreTrainedModel):
    """Token ids to hidden states."""

    config_class = LSTMConfig
    base_model_prefix = "model"

    def __init__(self, config: LSTMConfig):
        super().__init__(config)
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.lstm = nn.LSTM(
            config.hidden_size, config.hidden_size, config.num_hidden_layers, batch_first=True
        )
        self.post_init()

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        past_key_values: LSTMState | None = None,
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
        embedded = self.embed_tokens(input_ids)
        start = None if past_key_values is None else (past_key_values.hidden, past_key_values.cell)
        mask = None if attention_mask is None else attention_mask[:, -input_ids.shape[1] :]
        if mask is None or bool(mask.all()):
            states, (hidden, cell) = self.lstm(embedded, start)
        else:
            states, (hidden, cell) = self._read_padded(embedded, start, mask)
        return BaseModelOutputWithPast(
            last_hidden_state=states, past_key_values=LSTMState(hidden, cell)
        )

    def _read_padded(
        self, embedded: Tensor, start: tuple[Tensor, Tensor] | None, mask: Tensor
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Read rows that are padded in front or behind, as if there were no padding."""
        n_tokens = mask.shape[1]
        first = mask.long().argmax(dim=1, keepdim=True)
        places = torch.arange(n_tokens, device=mask.device)
        to_front = ((places + first) % n_tokens).unsqueeze(-1).expand_as(embedded)
        lengths = mask.sum(dim=1).clamp(min=1).cpu()
        packed = pack_padded_sequence(
            embedded.gather(1, to_front), lengths, batch_first=True, enforce_sorted=False
        )
        states, ends = self.lstm(packed, start)
        states, _ = pad_packed_sequence(states, batch_first=True, total_length=n_tokens)
        back = ((places - first) % n_tokens).unsqueeze(-1).expand(-1, -1, states.shape[-1])
        return states.gather(1, back), ends


class LSTMForCausalLM(PreTrainedModel):
    """Token ids to next-token logits, with the embedding tied to the output."""

    config_class = LSTMConfig
    base_model_prefix = "model"
    _tied_weights_keys = {"lm_head.weight": "model.embed_tokens.weight"}  # noqa: RUF012 - transformers' form

    def __init__(self, config: LSTMConfig):
        super().__init__(config)
        self.model = LSTMModel(config)
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
        past_key_values: LSTMState | None = None,
        logits_to_keep: int | Tensor = 0,
        **_: Any,
    ) -> CausalLMOutputWithPast:
        """Score the next token at each place; see `LSTMModel.forward` for the arguments.

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


def register() -> None:
    """Tell transformers' Auto classes about the LSTM; doing it again is harmless."""
    AutoConfig.register(LSTMConfig.model_type, LSTMConfig, exist_ok=True)
    AutoModelForCausalLM.register(LSTMConfig, LSTMForCausalLM, exist_ok=True)


def build_lstm(tokenizer: Any, *, layers: int, width: int, context: int) -> LSTMForCausalLM:
    """Make an LSTM with random weights.

    Args:
        tokenizer: its size and special tokens fix the embedding.
        layers: number of LSTM layers.
        width: size of the embedding and of each layer.
        context: longest input in tokens that it is trained on.

    Returns:
        The model in float32, weights drawn from torch's global generator.
    """
    return LSTMForCausalLM(
        LSTMConfig(
            vocab_size=len(tokenizer),
            hidden_size=width,
            num_hidden_layers=layers,
            max_position_embeddings=context,
            pad_token_id=tokenizer.pad_token_id,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
        )
    )

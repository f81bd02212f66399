"""Turns the name of an architecture and sizes, or a number of weights, into a new model."""

from __future__ import annotations

from typing import Any

import torch

from lab.models.families import build_family
from lab.models.gpt import build_gpt
from lab.models.recurrent import KINDS, build_recurrent
from lab.models.sizes import Sizes, fit_recurrent, fit_transformer


def build(architecture: str, tokenizer: Any, sizes: Sizes, context: int) -> Any:
    """Make a model with random weights.

    Args:
        architecture: "gpt", "lstm", "gru" or a causal model type of transformers.
        tokenizer: its size and special tokens fix the embedding.
        sizes: how large it is to be.
        context: longest input in tokens.

    Returns:
        A causal PreTrainedModel in float32, weights drawn from torch's global generator.

    Raises:
        ConfigError: no such architecture, or one that cannot have these sizes.
    """
    if architecture in KINDS:
        return build_recurrent(
            architecture, tokenizer, layers=sizes.layers, width=sizes.width, context=context
        )
    if architecture == "gpt":
        return build_gpt(
            tokenizer,
            layers=sizes.layers,
            width=sizes.width,
            heads=sizes.heads,
            context=context,
        )
    return build_family(architecture, tokenizer, sizes, context)


def fit_sizes(
    architecture: str, tokenizer: Any, n_parameters: int, layers: int, context: int
) -> Sizes:
    """Choose sizes by a number of weights; the same numbers give the same sizes.

    Args:
        architecture: as for `build`.
        tokenizer: as for `build`.
        n_parameters: weights to come near to, embeddings included.
        layers: layers of a recurrent network, which are not chosen.
        context: longest input in tokens.

    Returns:
        Sizes with which the model has that many weights, within 10 %.

    Raises:
        ConfigError: no such architecture, or no sizes come near enough.
    """

    def count(sizes: Sizes) -> int:
        with torch.device("meta"):  # no memory, no random numbers
            return build(architecture, tokenizer, sizes, context).num_parameters()

    if architecture in KINDS:
        return fit_recurrent(n_parameters, layers, count)
    return fit_transformer(n_parameters, count)

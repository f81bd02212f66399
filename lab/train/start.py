"""Turns settings and training texts into the model and tokenizer that training starts from."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from lab.models.gpt import build_gpt
from lab.models.load import choose_device, load_model
from lab.models.lstm import build_lstm
from lab.models.prompts import render
from lab.models.tokenizer import train_tokenizer
from lab.records import CheckpointKind, Prompt
from lab.train.config import TrainConfig

# Frequent words are found in these; any other text is written in smaller pieces, without loss.
TOKENIZER_PROMPTS = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What training starts from."""

    model: Any
    """A causal PreTrainedModel in float32 on the device."""

    tokenizer: Any
    """Its tokenizer."""

    kind: CheckpointKind
    """What the checkpoint will be."""

    context: int
    """Longest row in tokens."""


def make_start(prompts: Sequence[Prompt], config: TrainConfig) -> Start:
    """Build a model from scratch, or load the parent.

    Args:
        prompts: the training prompts; a tokenizer from scratch is trained on their texts.
        config: the settings.

    Returns:
        The start; weights from scratch depend on `config.seed` alone.

    Raises:
        CheckpointError: the parent cannot be loaded.
    """
    torch.manual_seed(config.seed)
    if config.architecture == "hub":
        return _load_parent(config)
    if len(prompts) > TOKENIZER_PROMPTS:
        prompts = random.Random(config.seed).sample(prompts, TOKENIZER_PROMPTS)
    texts = (part for prompt in prompts for part in _texts(prompt, config.template))
    tokenizer = train_tokenizer(texts, config.vocabulary, config.context)
    if config.architecture == "gpt":
        model = build_gpt(
            tokenizer,
            layers=config.layers,
            width=config.width,
            heads=config.heads,
            context=config.context,
        )
    else:
        model = build_lstm(
            tokenizer, layers=config.layers, width=config.width, context=config.context
        )
    return Start(
        model=model.to(choose_device(config.device or None)),
        tokenizer=tokenizer,
        kind=CheckpointKind(config.architecture),
        context=config.context,
    )


def _load_parent(config: TrainConfig) -> Start:
    loaded = load_model(config.parent, config.device or None)
    return Start(
        model=loaded.model,
        tokenizer=loaded.tokenizer,
        kind=CheckpointKind(loaded.kind),
        context=min(config.context, loaded.context),
    )


def _texts(prompt: Prompt, template: str) -> tuple[str, str]:
    return render(template, prompt), prompt.reference or ""

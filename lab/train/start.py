"""Turns settings and training texts into the model and tokenizer that training starts from."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from lab.models.gpt import build_gpt
from lab.models.load import choose_device, load_model
from lab.models.prompts import CHAT, check_chat, render
from lab.models.recurrent import build_recurrent
from lab.models.tokenizer import train_tokenizer
from lab.records import CheckpointKind, Prompt
from lab.train.adapters import wrap
from lab.train.config import TrainConfig
from lab.train.freezing import freeze

# Frequent words are found in these; any other text is written in smaller pieces, without loss.
TOKENIZER_PROMPTS = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What training starts from."""

    model: Any
    """A causal PreTrainedModel in float32 on the device, with adapters and frozen weights as the
    settings say; what is saved is `lab.train.adapters.merged` of it."""

    tokenizer: Any
    """Its tokenizer."""

    kind: CheckpointKind
    """What the checkpoint will be."""

    context: int
    """Longest row in tokens."""

    own: bool
    """Whether logits are the output layer's of the hidden states and nothing else, so that places
    without a target need none; see `lab.train.loss.summed_loss`."""


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
        model = build_recurrent(
            config.architecture,
            tokenizer,
            layers=config.layers,
            width=config.width,
            context=config.context,
        )
    return Start(
        model=model.to(choose_device(config.device or None)),
        tokenizer=tokenizer,
        kind=CheckpointKind(config.architecture),
        context=config.context,
        own=True,
    )


def _load_parent(config: TrainConfig) -> Start:
    loaded = load_model(config.parent, config.device or None)
    if config.template == CHAT:
        check_chat(loaded.tokenizer)
    freeze(loaded.model, config)
    return Start(
        model=wrap(loaded.model, config),
        tokenizer=loaded.tokenizer,
        kind=CheckpointKind(loaded.kind),
        context=min(config.context, loaded.context),
        own=loaded.kind != "hub",
    )


def _texts(prompt: Prompt, template: str) -> tuple[str, str]:
    return render(template, prompt), prompt.reference or ""

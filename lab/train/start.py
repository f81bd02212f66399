"""Turns settings and training texts into the model and tokenizer that training starts from."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from lab.errors import CheckpointError, ConfigError
from lab.models.build import build, fit_sizes
from lab.models.chat import add_chat_template
from lab.models.dropout import set_dropout
from lab.models.families import OWN, check_family
from lab.models.load import choose_device, load_model
from lab.models.prompts import CHAT, DEFAULT, check_chat, messages, render
from lab.models.reasons import one_line
from lab.models.sizes import Sizes
from lab.models.tokenizer import given_tokenizer, train_tokenizer
from lab.models.trial import gives_numbers, has_plain_head, is_causal, why_not_writing
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
    """A causal PreTrainedModel in float32 on the device, with dropout, adapters and frozen weights
    as the settings say; what is saved is `lab.train.adapters.merged` of it."""

    tokenizer: Any
    """Its tokenizer."""

    kind: CheckpointKind
    """What the checkpoint will be."""

    context: int
    """Longest row in tokens."""

    own: bool
    """Whether logits are the output layer's of the hidden states and nothing else, so that places
    without a target need none; see `lab.train.loss.summed_loss`."""

    template: str
    """How a prompt becomes the model's input."""


def make_start(prompts: Sequence[Prompt], config: TrainConfig) -> Start:
    """Build a model from scratch, or load the parent.

    Args:
        prompts: the training prompts; a tokenizer from scratch is trained on their texts.
        config: the settings.

    Returns:
        The start; weights from scratch depend on `config.seed` alone.

    Raises:
        ConfigError: the architecture is not known, or cannot have these sizes, dropout or adapters.
        CheckpointError: the parent cannot be loaded, sees what it is to predict, could not be
            sampled, or has no chat template and needs one.
    """
    make = _load_parent if config.architecture == "hub" else _make_new
    start = make(prompts, config)
    set_dropout(start.model, config.dropout)
    torch.manual_seed(config.seed)
    wrap(start.model, config)
    freeze(start.model, config)
    return start


def _make_new(prompts: Sequence[Prompt], config: TrainConfig) -> Start:
    is_own = config.architecture in OWN
    if not is_own:
        check_family(config.architecture)
    template = config.template or _template_for(prompts, DEFAULT)
    tokenizer = _make_tokenizer(prompts, config, template)
    sizes = _sizes(tokenizer, config)
    torch.manual_seed(config.seed)
    model = build(config.architecture, tokenizer, sizes, config.context)
    model = model.to(choose_device(config.device or None))
    if not is_own:
        _try(model, config.architecture, sizes)
    return Start(
        model=model,
        tokenizer=tokenizer,
        kind=CheckpointKind(config.architecture) if is_own else CheckpointKind.HUB,
        context=config.context,
        own=is_own or has_plain_head(model),
        template=template,
    )


def _make_tokenizer(prompts: Sequence[Prompt], config: TrainConfig, template: str) -> Any:
    if config.tokenizer:
        tokenizer = given_tokenizer(config.tokenizer, config.context)
    else:
        if len(prompts) > TOKENIZER_PROMPTS:
            prompts = random.Random(config.seed).sample(prompts, TOKENIZER_PROMPTS)
        texts = (part for prompt in prompts for part in _texts(prompt, template))
        tokenizer = train_tokenizer(texts, config.vocabulary, config.context)
    if template == CHAT and tokenizer.chat_template is None:
        add_chat_template(tokenizer)
    return tokenizer


def _texts(prompt: Prompt, template: str) -> Iterator[str]:
    if template == CHAT:
        yield from (turn["content"] for turn in messages(prompt))
    else:
        yield render(template, prompt)
    yield prompt.reference or ""


def _sizes(tokenizer: Any, config: TrainConfig) -> Sizes:
    if config.parameters is None:
        return Sizes(config.layers, config.width, config.heads)
    return fit_sizes(
        config.architecture, tokenizer, config.parameters, config.layers, config.context
    )


def _try(model: Any, architecture: str, sizes: Sizes) -> None:
    """Refuse a new model that cannot be run, or is none to train."""
    made = f"{sizes.layers} layers, width {sizes.width} and {sizes.heads} heads"
    try:
        fault = _fault(model)
    except Exception as error:  # each of some 200 types has its own
        raise ConfigError(
            f"architecture {architecture!r} cannot be run with {made}: {one_line(error)}; choose "
            "other sizes or another type"
        ) from error
    if fault:
        raise ConfigError(
            f"architecture {architecture!r} {fault}, with {made}; choose a causal type such as "
            "'llama', or for a type of mixed layers more of them"
        )


def _fault(model: Any) -> str:
    """Say what keeps a model of transformers from being trained to write; empty if nothing."""
    if not gives_numbers(model):
        return "gives logits that are no numbers"
    if not is_causal(model):
        return "sees the tokens that it is to predict"
    reason = why_not_writing(model)
    return reason and f"could be trained but not sampled ({reason})"


def _template_for(prompts: Sequence[Prompt], otherwise: str) -> str:
    """Return the template that rows ask for; they are of one kind, so the first one tells."""
    is_chat = bool(prompts) and prompts[0].conversation is not None
    return CHAT if is_chat else otherwise


def _load_parent(prompts: Sequence[Prompt], config: TrainConfig) -> Start:
    loaded = load_model(config.parent, config.device or None)
    template = config.template or _template_for(prompts, loaded.template)
    if template == CHAT:
        check_chat(loaded.tokenizer)
    if loaded.kind == "hub" and (fault := _fault(loaded.model)):
        raise CheckpointError(
            f"checkpoint {config.parent!r} {fault}; give a causal language model that is whole"
        )
    return Start(
        model=loaded.model,
        tokenizer=loaded.tokenizer,
        kind=CheckpointKind(loaded.kind),
        context=min(config.context, loaded.context),
        own=loaded.kind != "hub" or has_plain_head(loaded.model),
        template=template,
    )

"""Gives a new tokenizer a chat template, so that a model from scratch can learn to answer."""

from __future__ import annotations

from typing import Any

SYSTEM, USER, ASSISTANT = "<|system|>", "<|user|>", "<|assistant|>"

# "generation" marks what the assistant says, for tools that train on it.
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if message['role'] == 'system' %}<|system|>{{ message['content'] }}{{ eos_token }}"
    "{% elif message['role'] == 'user' %}<|user|>{{ message['content'] }}{{ eos_token }}"
    "{% elif message['role'] == 'assistant' %}<|assistant|>"
    "{% generation %}{{ message['content'] }}{{ eos_token }}{% endgeneration %}"
    "{% else %}{{ raise_exception('unknown role ' + message['role']) }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def add_chat_template(tokenizer: Any) -> None:
    """Add tokens for the three roles and a template in which each turn ends with the end token.

    Args:
        tokenizer: a tokenizer of transformers with begin and end tokens; changed.
    """
    tokenizer.add_special_tokens({"extra_special_tokens": [SYSTEM, USER, ASSISTANT]})
    tokenizer.chat_template = TEMPLATE

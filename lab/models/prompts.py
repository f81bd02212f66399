"""Turns a prompt into the token ids that a model reads, and texts into token ids.

A template is a text with fields, or CHAT: the chat template that comes with the tokenizer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from lab.errors import CheckpointError, ConfigError, InputError
from lab.records import Prompt

CHAT = "chat"
DEFAULT = "{prompt}"
_FIELD = re.compile(r"\{(\w*)\}")
_KNOWN = ("prompt", "source")


def check_template(template: str) -> None:
    """Make sure that a template is CHAT, or holds a known field and no unknown one.

    Args:
        template: CHAT, or text with the fields {prompt} and {source}.

    Raises:
        ConfigError: no field, or an unknown one; names it.
    """
    if template == CHAT:
        return
    fields = _FIELD.findall(template)
    unknown = [name for name in fields if name not in _KNOWN]
    if unknown:
        raise ConfigError(
            f"template {template!r}: unknown field {{{unknown[0]}}}; use {{prompt}} and {{source}}"
        )
    if not fields:
        raise ConfigError(
            f"template {template!r}: no field; put {{prompt}} or {{source}} into it, or "
            f"give {CHAT!r} for the tokenizer's own chat template"
        )


def render(template: str, prompt: Prompt) -> str:
    """Fill a template's fields with a prompt's texts.

    Args:
        template: text with the fields {prompt} and {source}; for CHAT see `input_ids`.
        prompt: the prompt.

    Returns:
        The model's input as text; braces inside the prompt's own texts are left alone.

    Raises:
        ConfigError: the template has an unknown field, or none.
        InputError: the template asks for a source and the prompt has none.
    """
    check_template(template)
    if "{source}" in template and prompt.source is None:
        raise InputError(
            f"prompt {prompt.key!r}: the template {template!r} asks for a source and the prompt "
            "has none; import the data with a source column, or use a template with {prompt} only"
        )
    texts = {"prompt": prompt.text, "source": prompt.source or ""}
    return _FIELD.sub(lambda match: texts[match[1]], template)


def messages(prompt: Prompt) -> list[dict[str, str]]:
    """Return the turns that a prompt is made of, which an answer is to follow.

    Args:
        prompt: the prompt.

    Returns:
        Its conversation, else its text as the one turn of a user; each with "role" and "content".
    """
    if prompt.conversation is None:
        return [{"role": "user", "content": prompt.text}]
    return list(prompt.conversation["messages"])


def check_chat(tokenizer: Any) -> None:
    """Make sure that a tokenizer has a chat template.

    Args:
        tokenizer: a tokenizer of transformers.

    Raises:
        CheckpointError: it has none.
    """
    if not getattr(tokenizer, "chat_template", None):
        raise CheckpointError(
            f"template {CHAT!r}: the checkpoint's tokenizer has no chat template; take one that "
            "was tuned for chat, put a chat_template.jinja into its folder, or use a template "
            "with {prompt}"
        )


def chat_ids(tokenizer: Any, prompt: Prompt) -> list[int]:
    """Encode a conversation up to where the assistant's answer begins.

    Args:
        tokenizer: a tokenizer of transformers with a chat template.
        prompt: the prompt; special tokens spelt out in its own texts are encoded as text.

    Returns:
        Token ids.

    Raises:
        CheckpointError: the tokenizer has no chat template.
        InputError: the chat template refuses these turns.
    """
    check_chat(tokenizer)
    try:
        return tokenizer.apply_chat_template(
            messages(prompt),
            add_generation_prompt=True,
            sanitize_control_tokens=True,
            return_dict=False,
        )
    except Exception as error:  # templates raise what they like
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise InputError(
            f"prompt {prompt.key!r}: the tokenizer's chat template refuses its turns: {reason}; "
            "most want user and assistant in turn, with a system turn in front or none"
        ) from error


def input_ids(tokenizer: Any, template: str, prompt: Prompt) -> list[int]:
    """Encode a prompt as a model reads it, whatever the template.

    Args:
        tokenizer: a tokenizer of transformers.
        template: CHAT, or text with the fields {prompt} and {source}.
        prompt: the prompt.

    Returns:
        Token ids, never empty.

    Raises:
        CheckpointError: the tokenizer has no chat template, and CHAT was asked for.
        InputError: the template asks for a source and the prompt has none, or refuses its turns.
    """
    if template == CHAT:
        return chat_ids(tokenizer, prompt)
    return prompt_ids(tokenizer, render(template, prompt))


def prompt_ids(tokenizer: Any, text: str) -> list[int]:
    """Encode a model's input, with the tokens that the tokenizer puts in front of a text.

    Args:
        tokenizer: a tokenizer of transformers.
        text: the rendered prompt.

    Returns:
        Token ids, never empty and without an end token after the text.
    """
    return many_prompt_ids(tokenizer, [text])[0]


def reference_ids(tokenizer: Any, text: str) -> list[int]:
    """Encode a text to be written, with the end token after it.

    Args:
        tokenizer: a tokenizer of transformers.
        text: the reference, or any text that is scored as a model's output.

    Returns:
        Token ids that end with the end token.
    """
    return many_reference_ids(tokenizer, [text])[0]


def many_prompt_ids(tokenizer: Any, texts: Sequence[str]) -> list[list[int]]:
    """Encode models' inputs at once, which is faster; see `prompt_ids`."""
    end, begin = tokenizer.eos_token_id, tokenizer.bos_token_id
    found = []
    for ids in tokenizer(list(texts), verbose=False)["input_ids"]:
        kept = ids[:-1] if len(ids) > 1 and ids[-1] == end else ids
        found.append(list(kept) or [end if begin is None else begin])
    return found


def many_reference_ids(tokenizer: Any, texts: Sequence[str]) -> list[list[int]]:
    """Encode texts to be written at once, which is faster; see `reference_ids`."""
    encoded = tokenizer(list(texts), add_special_tokens=False, verbose=False)["input_ids"]
    return [[*ids, tokenizer.eos_token_id] for ids in encoded]

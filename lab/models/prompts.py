"""Turns a prompt into the text that a model reads, and texts into token ids."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from lab.errors import ConfigError, InputError
from lab.records import Prompt

_FIELD = re.compile(r"\{(\w*)\}")
_KNOWN = ("prompt", "source")


def check_template(template: str) -> None:
    """Make sure that a template holds a known field and no unknown one.

    Args:
        template: text with the fields {prompt} and {source}.

    Raises:
        ConfigError: no field, or an unknown one; names it.
    """
    fields = _FIELD.findall(template)
    unknown = [name for name in fields if name not in _KNOWN]
    if unknown:
        raise ConfigError(
            f"template {template!r}: unknown field {{{unknown[0]}}}; use {{prompt}} and {{source}}"
        )
    if not fields:
        raise ConfigError(f"template {template!r}: no field; put {{prompt}} or {{source}} into it")


def render(template: str, prompt: Prompt) -> str:
    """Fill a template's fields with a prompt's texts.

    Args:
        template: text with the fields {prompt} and {source}.
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

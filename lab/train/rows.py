"""Turns prompts with references into rows of token ids whose loss counts on the reference only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lab.errors import InputError
from lab.models.prompts import many_prompt_ids, many_reference_ids, render
from lab.records import Prompt


@dataclass(frozen=True, slots=True)
class Row:
    """One sequence to learn from."""

    ids: tuple[int, ...]
    """Token ids: the model's input, then the reference with its end token."""

    n_prompt: int
    """Ids at the front that are given and not learned, at least 1."""


def make_rows(prompts: Sequence[Prompt], tokenizer: Any, template: str, context: int) -> list[Row]:
    """Encode prompts with their references.

    A reference that does not fit behind its prompt is cut at the context's end; plain text (an
    empty prompt) is cut into windows instead, so that all of it is learned.

    Args:
        prompts: prompts that all have a reference.
        tokenizer: the model's tokenizer.
        template: how a prompt becomes the model's input.
        context: longest row in tokens.

    Returns:
        Rows in the order of the prompts.

    Raises:
        InputError: a prompt without a reference, or one that leaves no room for any of it.
    """
    _check_references(prompts)
    texts = [render(template, prompt) for prompt in prompts]
    if not texts:
        return []
    rows: list[Row] = []
    inputs = many_prompt_ids(tokenizer, texts)
    targets = many_reference_ids(tokenizer, [prompt.reference or "" for prompt in prompts])
    for prompt, text, given, learned in zip(prompts, texts, inputs, targets, strict=True):
        room = context - len(given)
        if room < 1:
            raise InputError(
                f"prompt {prompt.key!r}: {len(given)} tokens leave no room for the reference in "
                f"a context of {context}; raise the context or shorten the prompt"
            )
        pieces = _windows(learned, room) if not text.strip() else [learned[:room]]
        rows += [Row((*given, *piece), len(given)) for piece in pieces]
    return rows


def _check_references(prompts: Sequence[Prompt]) -> None:
    for prompt in prompts:
        if not prompt.reference:
            raise InputError(
                f"prompt {prompt.key!r}: no reference to learn from; import the data with a "
                "reference column"
            )


def _windows(ids: Sequence[int], size: int) -> list[Sequence[int]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]

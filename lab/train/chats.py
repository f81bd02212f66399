"""Turns conversations with their answers into rows whose loss counts on the assistant's turns."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import takewhile
from typing import Any

import numpy as np

from lab.errors import InputError
from lab.models.prompts import chat_ids, messages, reference_ids
from lab.records import Prompt
from lab.train.arrays import Row

ASSISTANT = "assistant"


def chat_row(tokenizer: Any, prompt: Prompt, context: int) -> Row:
    """Encode a conversation and its answer by the tokenizer's chat template.

    The ids in front of the answer are those that a model is given to write one. Earlier turns of
    the assistant are learned too, where the template writes them alike at the end and inside of a
    conversation. An answer ends with the end token, so that a model learns to stop.

    Args:
        tokenizer: a tokenizer of transformers with a chat template.
        prompt: the prompt, with a reference: the last answer.
        context: longest row in tokens; what does not fit is cut behind.

    Returns:
        The row.

    Raises:
        CheckpointError: the tokenizer has no chat template.
        InputError: the template refuses the turns, or nothing to learn fits into the context.
    """
    turns = messages(prompt)
    answer = prompt.reference or ""
    given = chat_ids(tokenizer, prompt)
    ids = [*given, *_answer_ids(tokenizer, turns, answer, given)]
    learned = np.arange(len(ids)) >= len(given)
    n_bytes = len(answer.encode())
    for place, turn in enumerate(turns):
        if place and turn["role"] == ASSISTANT:
            start = chat_ids(tokenizer, _cut(prompt, turns[:place]))
            end = _n_same(ids, _whole(tokenizer, turns[: place + 1]))
            if _n_same(ids, start) == len(start) < end:
                learned[len(start) : end] = True
                n_bytes += len(turn["content"].encode())
    kept = learned[:context]
    if not kept.any():
        raise InputError(
            f"prompt {prompt.key!r}: {len(given)} tokens leave no room for the answer in a "
            f"context of {context}; raise the context or shorten the conversation"
        )
    share = int(kept.sum()) / int(learned.sum())
    return Row(ids[:context], int(kept.argmax()), round(n_bytes * share), kept)


def _answer_ids(
    tokenizer: Any, turns: list[dict[str, str]], answer: str, given: list[int]
) -> list[int]:
    """Return what the template puts behind `given` for the answer, up to the end token."""
    whole = _whole(tokenizer, [*turns, {"role": ASSISTANT, "content": answer}])
    if _n_same(whole, given) < len(given):  # the template asks for an answer in another form
        return reference_ids(tokenizer, answer)
    end = tokenizer.eos_token_id
    behind = whole[len(given) :]
    return [*behind[: behind.index(end)], end] if end in behind else [*behind, end]


def _whole(tokenizer: Any, turns: list[dict[str, str]]) -> list[int]:
    return tokenizer.apply_chat_template(turns, sanitize_control_tokens=True, return_dict=False)


def _cut(prompt: Prompt, turns: list[dict[str, str]]) -> Prompt:
    return dataclasses.replace(prompt, conversation={"messages": turns})


def _n_same(left: Sequence[int], right: Sequence[int]) -> int:
    """Count the ids at the front that are the same."""
    return len(list(takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False))))

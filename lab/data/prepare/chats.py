"""Turns chats and preferences into turns, an answer and a rejected one."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from lab.data.fields import shown, text_of
from lab.data.rows import Row

Turn = dict[str, str]

ROLES = ("system", "user", "assistant")


def chat_of(row: Row, column: str) -> tuple[list[Turn], str]:
    """Take a chat.

    Args:
        row: the row.
        column: its column of messages: a list of {role, content}, or the same as JSON text.

    Returns:
        The turns before the last, and the text of the last, which is the assistant's.

    Raises:
        InputError: it is no chat, or the last turn is not the assistant's.
    """
    turns = turns_of(row, column)
    if turns[-1]["role"] != "assistant":
        raise row.error(
            column,
            f"the last turn is by {turns[-1]['role']!r}; it must be the assistant's, from which "
            "is learnt",
        )
    return turns[:-1], turns[-1]["content"]


def preference_of(
    row: Row, prompt: str | None, chosen: str, rejected: str
) -> tuple[str, list[Turn] | None, str, str]:
    """Take a preference: of two texts for a prompt, or of two chats that differ in the last turn.

    Args:
        row: the row.
        prompt: its column of prompts (texts, or lists of turns), if it has any.
        chosen: its column of preferred texts or chats.
        rejected: its column of the others.

    Returns:
        Prompt, turns (None of plain texts; then the prompt is not empty), chosen and rejected
        text.

    Raises:
        InputError: a part is lacking or no text, or the two are not answers to the same.
    """
    if _is_turns(row.values[chosen]):
        before, better = chat_of(row, chosen)
        other, worse = chat_of(row, rejected)
        if before != other:
            raise row.error(rejected, f"the turns before the last are not those of {chosen!r}")
        # Chats often repeat the prompt as their first turns.
        return "", before or _asked(row, prompt), better, worse
    better, worse = text_of(row, chosen), text_of(row, rejected)
    if prompt is None:
        raise row.error(None, "has no prompt; name its column with --prompt-column")
    if _is_turns(row.values.get(prompt)):
        return "", turns_of(row, prompt), better, worse
    return text_of(row, prompt), None, better, worse


def turns_of(row: Row, column: str) -> list[Turn]:
    """Take turns.

    Raises:
        InputError: there is something else than a list of {role, content} with known roles.
    """
    value = row.values.get(column)
    if isinstance(value, str):
        with suppress(ValueError, RecursionError):
            value = json.loads(value)
    if not isinstance(value, list) or not value:
        raise row.error(column, f"{shown(value)} is not a list of {{role, content}}; give one")
    return [_turn(row, column, number, turn) for number, turn in enumerate(value, start=1)]


def _turn(row: Row, column: str, number: int, turn: Any) -> Turn:
    if not isinstance(turn, dict) or not {"role", "content"} <= turn.keys():
        raise row.error(
            column, f"turn {number}: {shown(turn)} is not an object with role and content"
        )
    role, content = turn["role"], turn["content"]
    if role not in ROLES:
        known = ", ".join(ROLES)
        raise row.error(column, f"turn {number}: the role {shown(role)} is none of {known}")
    try:
        return {"role": role, "content": _checked(content)}
    except ValueError as error:
        raise row.error(column, f"turn {number}: {error}") from error


def _checked(content: Any) -> str:
    if not isinstance(content, str):
        raise ValueError(
            f"{shown(content)} is not a text; give the turn one, or leave the chat out"
        )
    try:
        content.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"half a surrogate pair at character {error.start}") from error
    return content


def _asked(row: Row, prompt: str | None) -> list[Turn]:
    if prompt is None:
        raise row.error(None, "the chats begin with the answer and there is no column of prompts")
    if _is_turns(row.values.get(prompt)):
        return turns_of(row, prompt)
    return [{"role": "user", "content": text_of(row, prompt)}]


def _is_turns(value: Any) -> bool:
    return isinstance(value, list) or (
        isinstance(value, str) and value.startswith("[") and '"role"' in value[:200]
    )

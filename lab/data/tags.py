"""Turns cells, patterns and keys into words on prompts, by which results can be narrowed."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from typing import Any

from lab.data.fields import shown
from lab.data.rows import Row
from lab.errors import InputError
from lab.records import Prompt, PromptTag

MOST_CHARACTERS = 60


def tags_of(row: Row, column: str | None) -> list[str]:
    """Take the words of a row: a list, a JSON list, or a text with commas between them.

    Args:
        row: the row.
        column: the column; None gives no words.

    Returns:
        Each word once, in their order.

    Raises:
        InputError: there is something else, or a word that is none.
    """
    value = row.values.get(column) if column is not None else None
    try:
        return list(dict.fromkeys(check_tag(word) for word in _words(value)))
    except ValueError as error:
        raise row.error(column, str(error)) from error


def check_tag(word: Any) -> str:
    """Return a word without the spaces around it.

    Raises:
        ValueError: it is no text, empty, too long, or holds a comma or a line end.
    """
    if not isinstance(word, str):
        raise ValueError(f"the tag {shown(word)} is not a text; put it in quotes")
    tag = word.strip()
    if not tag or len(tag) > MOST_CHARACTERS or re.search(r"[,\x00-\x1f\x7f]", tag):
        raise ValueError(
            f"{shown(word)} cannot be a tag; give 1 to {MOST_CHARACTERS} characters without a "
            "comma or a line end"
        )
    return tag


def tag_prompts(
    prompts: Sequence[Prompt],
    tag: str,
    *,
    pattern: str | None = None,
    keys: Collection[str] = (),
) -> list[PromptTag]:
    """Put a word on the prompts whose text matches a pattern, or that have one of some keys.

    Args:
        prompts: the prompts of a data set.
        tag: the word.
        pattern: a regular expression, looked for anywhere in the prompt's text, whatever the case.
        keys: keys of prompts.

    Raises:
        InputError: the word or pattern is none, a key is no prompt's, or no prompt is meant.
    """
    try:
        word = check_tag(tag)
        wanted = re.compile(pattern, re.IGNORECASE) if pattern is not None else None
    except ValueError as error:
        raise InputError(str(error)) from error
    except re.error as error:
        raise InputError(
            f"the pattern {shown(pattern)} is no regular expression: {error}"
        ) from error
    if unknown := sorted(set(keys) - {prompt.key for prompt in prompts}):
        raise InputError(
            f"no prompt of this data set has the key {shown(unknown[0])}; look at its file"
        )
    meant = [
        prompt
        for prompt in prompts
        if prompt.key in keys or (wanted and wanted.search(prompt.text))
    ]
    if not meant:
        raise InputError(
            f"no prompt's text matches {shown(pattern)}; nothing was tagged"
            if pattern is not None
            else "no prompt is named; give --pattern or --keys"
        )
    return [PromptTag(prompt_id=prompt.id, tag=word) for prompt in meant]


def _words(value: Any) -> list[Any]:
    if value is None or (isinstance(value, float) and value != value):
        return []
    if isinstance(value, list):
        return value
    if not isinstance(value, str):
        raise ValueError(
            f"{shown(value)} is neither a text nor a list; write words with commas between"
        )
    if value.lstrip().startswith("["):
        try:
            listed = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise ValueError(
                f"{shown(value)} starts like a JSON list but is none: {error}"
            ) from error
        return list(listed)
    return [word for word in value.split(",") if word.strip()]

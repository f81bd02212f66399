"""Turns prompts with references into rows of token ids whose loss counts on the reference only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lab.errors import InputError, TrainingError
from lab.models.prompts import CHAT, many_prompt_ids, messages, render
from lab.models.quiet import quiet
from lab.records import Prompt
from lab.train.arrays import Row, RowWriter, TokenRows, open_rows
from lab.train.chats import chat_row

# Encoded at a time, prompts and their characters (but for the last prompt): enough for the
# tokenizer's threads, little beside the model.
CHUNK, CHARACTERS = 1024, 1 << 22


def token_rows(
    prompts: Sequence[Prompt],
    tokenizer: Any,
    template: str,
    context: int,
    folder: Path | None = None,
) -> TokenRows:
    """Encode prompts with their references, reading a few at a time.

    A reference that does not fit behind its prompt is cut at the context's end; plain text (an
    empty prompt) is cut into windows instead, so that all of it is learned. With the template
    CHAT the turns of the assistant are learned.

    Args:
        prompts: prompts that all have a reference.
        tokenizer: the model's tokenizer.
        template: how a prompt becomes the model's input.
        context: longest row in tokens.
        folder: where the rows are kept on disk, and found again by the next call with equally
            many prompts, the same tokenizer, template and context; None for memory.

    Returns:
        Rows in the order of the prompts.

    Raises:
        InputError: a prompt without a reference, or one that leaves no room for any of it.
        CheckpointError: CHAT was asked for, and the tokenizer has no chat template.
        TrainingError: the folder cannot be written.
    """
    about = {
        "n_prompts": len(prompts),
        "template": template,
        "context": context,
        "tokenizer": _fingerprint(tokenizer),
    }
    found = None if folder is None else open_rows(folder, about)
    if found is not None:
        return found
    try:
        writer = RowWriter(folder, len(tokenizer), chats=template == CHAT)
        try:
            with quiet():  # transformers warns of rows that are cut here anyway
                for some in _together(prompts):
                    for row in _encode(some, tokenizer, template, context):
                        writer.add(row)
            return writer.finish(about)
        finally:
            writer.close()
    except OSError as error:
        raise TrainingError(
            f"{folder}: the token rows of {len(prompts):,} prompts cannot be written "
            f"({error.strerror or error}); make room on the disk, or set LAB_HOME to another one"
        ) from error


def count_cut(rows: TokenRows, tokenizer: Any, template: str, context: int) -> int:
    """Count the rows whose reference was cut, since it did not fit behind its prompt.

    Args:
        rows: as `token_rows` made them; windows of plain text lose nothing and do not count.
        tokenizer: the tokenizer that they were made with.
        template: likewise.
        context: longest row in tokens.

    Returns:
        The number.
    """
    ends, n_prompt = rows.counts[:, 0], rows.counts[:, 1]
    is_open = rows.ids[ends - 1] != tokenizer.eos_token_id
    without = template.replace("{prompt}", "").replace("{source}", "")
    n_without = 0 if without.strip() else len(many_prompt_ids(tokenizer, [without])[0])
    return int((is_open & (n_prompt > n_without) & (rows.lengths == context)).sum())


def _together(prompts: Sequence[Prompt]) -> Iterator[list[Prompt]]:
    """Read as many prompts as are encoded at once."""
    held: list[Prompt] = []
    n_characters = 0
    for prompt in prompts:
        held.append(prompt)
        n_characters += len(prompt.source or "") + len(prompt.reference or "")
        n_characters += sum(len(turn["content"]) for turn in messages(prompt))
        if len(held) == CHUNK or n_characters >= CHARACTERS:
            yield held
            held, n_characters = [], 0
    if held:
        yield held


def _encode(
    prompts: Sequence[Prompt], tokenizer: Any, template: str, context: int
) -> Iterator[Row]:
    _check_references(prompts)
    if template == CHAT:
        yield from (chat_row(tokenizer, prompt, context) for prompt in prompts)
        return
    texts = [render(template, prompt) for prompt in prompts]
    inputs = many_prompt_ids(tokenizer, texts)
    references = [prompt.reference or "" for prompt in prompts]
    encoded = tokenizer(references, add_special_tokens=False, verbose=False)
    for place, (prompt, text, given) in enumerate(zip(prompts, texts, inputs, strict=True)):
        room = context - len(given)
        if room < 1:
            raise InputError(
                f"prompt {prompt.key!r}: {len(given)} tokens leave no room for the reference in "
                f"a context of {context}; raise the context or shorten the prompt"
            )
        learned = [*encoded["input_ids"][place], tokenizer.eos_token_id]
        ends = range(room, len(learned) + room, room) if not text.strip() else [room]
        before = 0
        for end in ends:
            n_bytes = _bytes_to(encoded, place, end, references[place])
            piece = learned[end - room : end]
            yield Row([*given, *piece], len(given), n_bytes - before)
            before = n_bytes


def _bytes_to(encoded: Any, place: int, end: int, text: str) -> int:
    """Count the UTF-8 bytes of the text that the tokens before `end` stand for."""
    n_tokens = len(encoded["input_ids"][place])
    if end >= n_tokens:
        return len(text.encode())
    if not encoded.is_fast:  # knows no places in the text: take all tokens as equally long
        return len(text.encode()) * end // n_tokens
    return len(text[: encoded.token_to_chars(place, end).start].encode())


def _check_references(prompts: Sequence[Prompt]) -> None:
    for prompt in prompts:
        if not prompt.reference:
            raise InputError(
                f"prompt {prompt.key!r}: no reference to learn from; import the data with a "
                "reference column"
            )


def _fingerprint(tokenizer: Any) -> str:
    """Tell tokenizers apart by what they do, not by where they lie."""
    backend = getattr(tokenizer, "backend_tokenizer", None)
    told = backend.to_str() if backend is not None else repr(sorted(tokenizer.get_vocab().items()))
    return hashlib.sha256(told.encode()).hexdigest()

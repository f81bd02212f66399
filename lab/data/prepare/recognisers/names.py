"""Finds names of persons with a token-classification checkpoint, a batch of texts at a time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.data.prepare.batched import rewrite
from lab.data.prepare.recognisers.findings import (
    PLACEHOLDERS,
    Finding,
    replaced,
    without_overlaps,
)
from lab.data.prepare.rows import Fields, map_texts
from lab.data.prepare.steps import SetOutcome, SetStep
from lab.errors import CheckpointError

if TYPE_CHECKING:
    from datasets import Dataset

BATCH = 16
"""Pieces of text that go through the model at once."""

_LONGEST = 512
_SHARED = 32
_PERSON = frozenset(
    {"PER", "PERS", "PERSON", "NAME", "FIRSTNAME", "MIDDLENAME", "LASTNAME", "GIVENNAME", "SURNAME"}
)
_PLACEHOLDER = re.compile("|".join(map(re.escape, PLACEHOLDERS.values())))
_INSIDE = re.compile(r"[^\W\d_]")


def names_step(checkpoint: str) -> SetStep:
    """Make the step that replaces names.

    Args:
        checkpoint: folder or hub name of a token-classification checkpoint.

    Returns:
        The step; the checkpoint is loaded when it runs.
    """
    return SetStep("names", {"checkpoint": checkpoint}, _Scrubbed(checkpoint))


class _Scrubbed:
    """Replaces names in all rows."""

    def __init__(self, checkpoint: str):
        self.checkpoint = checkpoint

    def __call__(self, rows: Dataset, scratch: Path, workers: int) -> SetOutcome:
        recogniser = load_names(self.checkpoint)
        tally: Counter[str] = Counter()
        n_changed = 0

        def scrub(batch: list[Fields]) -> list[Fields]:
            nonlocal n_changed
            made = recogniser.scrub(batch, tally)
            n_changed += sum(one is not row for one, row in zip(made, batch, strict=True))
            return made

        made = rewrite(rows, scrub, scratch / "rows.arrow")
        return SetOutcome(made, n_changed=n_changed, counts=dict(tally))


class Names:
    """A loaded recogniser of names."""

    def __init__(self, name: str, model: Any, tokenizer: Any) -> None:
        """Take a model with its tokenizer.

        Args:
            name: the checkpoint, for messages.
            model: a token classifier of transformers.
            tokenizer: its tokenizer, which must tell where tokens stand in the text.

        Raises:
            CheckpointError: no label means persons, or the tokenizer cannot tell places.
        """
        self._model, self._tokenizer = model.eval(), tokenizer
        self._persons = person_labels(name, model.config.id2label)
        if not tokenizer.is_fast:
            raise CheckpointError(
                f"checkpoint {name!r}: its tokenizer cannot tell where its tokens stand in a text; "
                "give a checkpoint with a tokenizer.json"
            )

    def scrub(self, rows: Sequence[Fields], tally: Counter[str]) -> list[Fields]:
        """Replace names in the texts of rows.

        Args:
            rows: the rows.
            tally: type → how many; added to.

        Returns:
            The rows; the same objects where nothing was found.
        """
        texts: dict[str, None] = {}
        for row in rows:
            map_texts(row, lambda text: texts.setdefault(text) or text)
        found = dict(zip(texts, self.find(list(texts)), strict=True))
        return [map_texts(row, lambda text: replaced(text, found[text], tally)) for row in rows]

    def find(self, texts: Sequence[str]) -> list[list[Finding]]:
        """Find names.

        Args:
            texts: any texts; long ones are read in pieces that overlap.

        Returns:
            The names in each text, in order; whole words, never parts of placeholders.
        """
        if not texts:
            return []
        given = self._tokenizer(
            list(texts),
            truncation=True,
            max_length=self._longest(),
            stride=_SHARED,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
        )
        found: list[list[Finding]] = [[] for _ in texts]
        for piece, persons in self._classified(given):
            place = given["overflow_to_sample_mapping"][piece]
            offsets, special = given["offset_mapping"][piece], given["special_tokens_mask"][piece]
            ranges = [
                span
                for span, is_person, is_special in zip(offsets, persons, special, strict=False)
                if is_person and not is_special and span[0] < span[1]
            ]
            found[place] += _names(texts[place], ranges)
        return [without_overlaps(of_text) for of_text in found]

    def _classified(self, given: Any) -> Iterator[tuple[int, list[bool]]]:
        """Yield, for each piece, whether each token belongs to a person's name."""
        import torch

        names = [name for name in self._tokenizer.model_input_names if name in given]
        order = sorted(range(len(given["input_ids"])), key=lambda n: len(given["input_ids"][n]))
        for first in range(0, len(order), BATCH):
            pieces = order[first : first + BATCH]
            batch = self._tokenizer.pad(
                {name: [given[name][piece] for piece in pieces] for name in names},
                return_tensors="pt",
                verbose=False,
            ).to(self._model.device)
            with torch.inference_mode():
                labels = self._model(**batch).logits.argmax(-1).tolist()
            for piece, row in zip(pieces, labels, strict=True):
                yield piece, [label in self._persons for label in row]

    def _longest(self) -> int:
        limit = getattr(self._model.config, "max_position_embeddings", _LONGEST) or _LONGEST
        # RoBERTa's positions begin behind the padding's, at 2.
        return min(int(self._tokenizer.model_max_length), int(limit) - 2, _LONGEST)


def _names(text: str, ranges: Sequence[tuple[int, int]]) -> Iterator[Finding]:
    """Join the ranges of tokens to names of whole words."""
    open_range: tuple[int, int] | None = None
    for start, end in ranges:
        whole = _whole_words(text, start, end)
        if open_range and not text[open_range[1] : whole[0]].strip():
            open_range = open_range[0], max(open_range[1], whole[1])
            continue
        if open_range:
            yield from _outside_placeholders(text, *open_range)
        open_range = whole
    if open_range:
        yield from _outside_placeholders(text, *open_range)


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start and _INSIDE.match(text[start]) and _INSIDE.match(text[start - 1]):
        start -= 1
    while end < len(text) and _INSIDE.match(text[end - 1]) and _INSIDE.match(text[end]):
        end += 1
    return start, end


def _outside_placeholders(text: str, start: int, end: int) -> Iterator[Finding]:
    near = max(0, start - 20)
    touched = _PLACEHOLDER.finditer(text, near, end + 20)
    meets = any(one.start() < end and start < one.end() for one in touched)
    if not meets and _INSIDE.search(text[start:end]):
        yield Finding(start, end, "name")


def person_labels(name: str, labels: Mapping[int, str]) -> frozenset[int]:
    """Find the outputs that mean a person's name.

    Args:
        name: the checkpoint, for the message.
        labels: label names by output, such as B-PER, I-PER, PERSON.

    Returns:
        Their numbers.

    Raises:
        CheckpointError: there is none.
    """
    found = frozenset(int(n) for n, label in labels.items() if _bare(label) in _PERSON)
    if not found:
        raise CheckpointError(
            f"checkpoint {name!r} has the labels {', '.join(map(repr, labels.values()))}, none of "
            "which means a person's name; give one with a label such as 'B-PER' or 'PERSON'"
        )
    return found


def _bare(label: str) -> str:
    """Strip the mark of beginning or inside from a label, and all that is no letter."""
    bare = re.sub(r"^[BIESLU][-_]", "", label.upper())
    return re.sub(r"[^A-Z]", "", bare)


def load_names(checkpoint: str) -> Names:
    """Load a token-classification checkpoint.

    Args:
        checkpoint: a folder, or a name on the Hugging Face hub.

    Returns:
        The recogniser, on the first GPU if there is any, else the CPU.

    Raises:
        CheckpointError: it cannot be loaded, or knows no persons.
    """
    from lab.models.outside import load_outside

    model, tokenizer = load_outside(
        "AutoModelForTokenClassification",
        checkpoint,
        "find names",
        "a token-classification checkpoint with its tokenizer",
    )
    return Names(checkpoint, model, tokenizer)

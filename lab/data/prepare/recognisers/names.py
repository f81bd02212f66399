"""Finds names of persons with a token-classification checkpoint, a batch of texts at a time."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.data.prepare.recognisers.findings import PLACEHOLDERS, Finding, replaced
from lab.data.prepare.rows import Fields, map_texts
from lab.data.prepare.slices import map_slices
from lab.data.prepare.steps import SetOutcome, SetStep
from lab.errors import CheckpointError
from lab.models.lengths import by_length

if TYPE_CHECKING:
    from datasets import Dataset

Range = tuple[int, int]
"""First code point of a token or name, and the one behind its last."""

TOKENS = 4096
"""Tokens that go through the model at once."""

_LONGEST, _SHARED = 512, 32
"""Most tokens of a window, and those that two neighbours share."""

_PART, _OVERLAP, _AT_ONCE = 1 << 16, 512, 1 << 20
"""Characters: of a part of a text that is made into tokens at once, that two parts share, and of
all parts that are in memory as tokens."""
_PERSON = frozenset(
    {"PER", "PERS", "NAME", "FULLNAME", "FIRSTNAME", "MIDDLENAME", "LASTNAME", "GIVENNAME"}
    | {"SURNAME"}
)
_PLACEHOLDER = re.compile("|".join(map(re.escape, PLACEHOLDERS.values())))
_REACH = max(map(len, PLACEHOLDERS.values()))
_BLANKS = re.compile(r"[^\S\n\r]*")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]"
)


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

        made = map_slices(rows, scrub, scratch / "rows.arrow")
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
            texts: any texts; long ones are read in windows that overlap, and what is found in any
                of them counts.

        Returns:
            The names in each text, in order; whole words, never parts of placeholders.
        """
        ranges: list[list[Range]] = [[] for _ in texts]
        for parts in _together(texts):
            pieces = [texts[number][start:end] for number, start, end in parts]
            for place, start, end in self._persons_in(pieces):
                number, offset, _ = parts[place]
                ranges[number].append((offset + start, offset + end))
        return [list(_names(*of_text)) for of_text in zip(texts, ranges, strict=True)]

    def _persons_in(self, texts: Sequence[str]) -> Iterator[tuple[int, int, int]]:
        """Yield number of the text, start and end of each token of a person's name."""
        longest = self._longest()
        given = self._tokenizer(
            list(texts),
            truncation=True,
            max_length=longest,
            stride=min(_SHARED, longest // 4),
            return_overflowing_tokens=True,
        )
        for window, token in self._classified(given):
            # None for what the tokenizer put around the text.
            place = given.encodings[window].token_to_chars(token)
            if place and place[0] < place[1]:
                yield given["overflow_to_sample_mapping"][window], *place

    def _classified(self, given: Any) -> Iterator[tuple[int, int]]:
        """Yield window and number of each token that belongs to a person's name."""
        import torch

        names = [name for name in self._tokenizer.model_input_names if name in given]
        lengths = [len(ids) for ids in given["input_ids"]]
        persons = torch.zeros(self._model.config.num_labels, dtype=torch.bool)
        persons[list(self._persons)] = True
        for windows in by_length(lengths, TOKENS):
            batch = self._tokenizer.pad(
                {name: [given[name][window] for window in windows] for name in names},
                return_tensors="pt",
                padding_side="right",
                verbose=False,
            ).to(self._model.device)
            with torch.inference_mode():
                labels = self._model(**batch).logits.argmax(-1).cpu()
            for row, token in persons[labels].nonzero().tolist():
                if token < lengths[windows[row]]:
                    yield windows[row], token

    def _longest(self) -> int:
        limit = getattr(self._model.config, "max_position_embeddings", None) or 0
        # RoBERTa's positions begin behind the padding's, at 2; -1 is no limit.
        limit = int(limit) - 2 if limit > 0 else _LONGEST
        return min(int(self._tokenizer.model_max_length), limit, _LONGEST)


def _together(texts: Sequence[str]) -> Iterator[list[tuple[int, int, int]]]:
    """Cut texts into parts, each number, start and end; yield so many as are in work at once."""
    parts: list[tuple[int, int, int]] = []
    n_characters = 0
    for number, text in enumerate(texts):
        start = 0
        while start < len(text):
            end = min(start + _PART, len(text))
            parts.append((number, start, end))
            n_characters += end - start
            if n_characters >= _AT_ONCE:
                yield parts
                parts, n_characters = [], 0
            # The next one begins with a word that this one has whole.
            space = text.find(" ", end - _OVERLAP, end)
            start = end if end == len(text) else space if space > 0 else end - _OVERLAP
    if parts:
        yield parts


def _names(text: str, ranges: Sequence[Range]) -> Iterator[Finding]:
    """Join the ranges of tokens to names of whole words; a line's end parts names."""
    open_range: Range | None = None
    for start, end in sorted(ranges):
        whole = _whole_words(text, start, end)
        if open_range and _BLANKS.fullmatch(text, open_range[1], whole[0]):
            open_range = open_range[0], whole[1]
        elif open_range and whole[0] <= open_range[1]:
            open_range = open_range[0], max(open_range[1], whole[1])
        else:
            if open_range:
                yield from _outside_placeholders(text, *open_range)
            open_range = whole
    if open_range:
        yield from _outside_placeholders(text, *open_range)


def _whole_words(text: str, start: int, end: int) -> Range:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    while 0 < start < end and _is_one_word(text[start - 1], text[start]):
        start -= 1
    while start < end < len(text) and _is_one_word(text[end - 1], text[end]):
        end += 1
    return start, end


def _is_one_word(before: str, after: str) -> bool:
    """Say whether a character goes on with the word of the one before it.

    Where words have no spaces between them, a token ends where the model says, but for its marks.
    """
    if unicodedata.category(after)[0] == "M":
        return True
    letters = before + after
    is_word = after.isalpha() and (before.isalpha() or unicodedata.category(before)[0] == "M")
    return is_word and not _UNSPACED.search(letters)


def _outside_placeholders(text: str, start: int, end: int) -> Iterator[Finding]:
    """Yield what of a name's range lies beside placeholders and has a letter."""
    for one in _PLACEHOLDER.finditer(text, max(0, start - _REACH), end + _REACH):
        if start < one.end() and one.start() < end:
            yield from _trimmed(text, start, one.start())
            start = one.end()
    yield from _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[Finding]:
    if any(map(str.isalpha, text[start:end])):
        start, end = _whole_words(text, start, end)
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
    found = frozenset(int(n) for n, label in labels.items() if _means_person(label))
    if not found:
        raise CheckpointError(
            f"checkpoint {name!r} has the labels {', '.join(map(repr, labels.values()))}, none of "
            "which means a person's name; give one with a label such as 'B-PER' or 'PERSON'"
        )
    return found


def _means_person(label: str) -> bool:
    """Read a label without its mark of place (B, I, E, S, L, U, M; before or behind) and digits."""
    bare = re.sub(r"^[BIESLUM][-_]|[-_][BIESLUM]$", "", label.upper())
    words = re.findall("[A-Z]+", bare)
    return "PERSON" in words or "".join(words) in _PERSON


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

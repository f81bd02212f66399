"""Turns rows as RAGAS, Phoenix, Langfuse and LettuceDetect write them into verdicts on texts.

Field names: RAGAS's `SingleTurnSample` with a column per metric (those before 0.2 too); Phoenix's
span annotations, as they are logged and as they are read back; Langfuse's scores; what
LettuceDetect's `predict` gives with output_format="spans".
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lab.data.fields import columns, name_of, optional_text
from lab.data.rows import Row
from lab.data.scores import StoredText
from lab.errors import InputError
from lab.records import SpanType

_LABELS = {
    "hallucinated": 1.0, "unfaithful": 1.0, "unfactual": 1.0, "inconsistent": 1.0,
    "factual": 0.0, "faithful": 0.0, "consistent": 0.0,
}  # fmt: skip
"""Verdicts in words, of Phoenix's evaluators and their like, as scores: higher is worse."""

_TRUTHS = {"true": 1.0, "false": 0.0}

_PROMPTS = ("user_input", "question", "input", "attributes.input.value", "prompt")
_TEXTS = ("response", "answer", "output", "attributes.output.value")
_IDS = ("generation_id", "traceId", "trace_id", "observationId", "span_id", "context.span_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A marked piece of a text."""

    start: int
    """First code point, 0-based."""

    end: int
    """One past the last code point."""

    confidence: float
    """In [0, 1]."""

    type: str
    """One of `SpanType`."""

    evidence: str
    """Why, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a row says, and of which texts."""

    generation_ids: tuple[str, ...]
    """The texts: several where the prompt has the same text more than once."""

    score: float | None
    """In [0, 1]; None where the row has none."""

    is_number: bool = True
    """Whether the score is a number of the file's, whose direction is the file's too; else it
    comes from a label, and higher is worse."""

    pieces: tuple[Piece, ...] = ()
    """What is marked."""


def ragas(rows: Sequence[Row], stored: Sequence[StoredText], column: str) -> Iterator[Verdict]:
    """Read RAGAS's table of results.

    Args:
        rows: with user_input and response (or question and answer), and a column per metric.
        stored: the texts that rows may belong to.
        column: the metric.

    Raises:
        InputError: there is no such metric, or a row cannot be taken in.
    """
    if column not in columns(rows):
        there = ", ".join(map(repr, columns(rows)))
        raise InputError(
            f"{rows[0].path}: has no score {column!r}; there is: {there}; name one with --score"
        )
    finder = _Finder(rows, stored)
    for row in rows:
        yield Verdict(generation_ids=finder.ids(row), score=_share(row, column))


def named(rows: Sequence[Row], score: str | None) -> tuple[str, list[Row]]:
    """Keep the rows of one score or annotation.

    Args:
        rows: with a column name or annotation_name.
        score: its name; None where the file has only one.

    Returns:
        The name, and the rows that have it.

    Raises:
        InputError: there is no such name, or there are several and none is chosen.
    """
    column = _first(columns(rows), "annotation_name", "name")
    if column is None:
        raise InputError(
            f"{rows[0].path}: has no column 'name' or 'annotation_name'; is it another --format?"
        )
    names = [name_of(row, column) for row in rows]
    known = list(dict.fromkeys(names))
    if score is None and len(known) > 1:
        raise InputError(
            f"{rows[0].path}: has the scores {', '.join(known)}; choose one with --score"
        )
    chosen = known[0] if score is None else score
    if chosen not in known:
        raise InputError(f"{rows[0].path}: has no score {chosen!r}; it has {', '.join(known)}")
    return chosen, [row for row, name in zip(rows, names, strict=True) if name == chosen]


def phoenix_or_langfuse(rows: Sequence[Row], stored: Sequence[StoredText]) -> Iterator[Verdict]:
    """Read span annotations of Phoenix, or scores of Langfuse.

    Args:
        rows: with score or result.score, or value; and label, result.label or stringValue.
        stored: the texts that rows may belong to.

    Raises:
        InputError: a row cannot be taken in.
    """
    there = columns(rows)
    number = _first(there, "score", "result.score", "value")
    label = _first(there, "label", "result.label", "stringValue")
    if number is None and label is None:
        raise InputError(f"{rows[0].path}: has neither score, value nor label in any row")
    finder = _Finder(rows, stored)
    for row in rows:
        ids = finder.ids(row)
        given = row.values.get(number) if number else None
        if str(given).strip().casefold() in _TRUTHS:
            yield Verdict(generation_ids=ids, score=_TRUTHS[str(given).strip().casefold()])
        elif number and _is_word(given):
            yield Verdict(generation_ids=ids, score=_by_label(row, number), is_number=False)
        elif number and (score := _share(row, number)) is not None:
            yield Verdict(generation_ids=ids, score=score)
        else:
            word = _by_label(row, label) if label else None
            yield Verdict(generation_ids=ids, score=word, is_number=False)


def lettucedetect(rows: Sequence[Row], stored: Sequence[StoredText]) -> Iterator[Verdict]:
    """Read LettuceDetect's spans, start and end in code points of the answer.

    Args:
        rows: with spans, predictions or labels; and generation_id, or question and answer. The
            score is that of the row, else the largest confidence, 0 without a span.
        stored: the texts that rows may belong to.

    Raises:
        InputError: a row cannot be taken in.
    """
    column = _first(columns(rows), "spans", "predictions", "labels")
    if column is None:
        raise InputError(f"{rows[0].path}: has no column 'spans', 'predictions' or 'labels'")
    finder = _Finder(rows, stored)
    for row in rows:
        ids = finder.ids(row)
        text = finder.text_of[ids[0]]
        spans = enumerate(_objects(row, column), start=1)
        pieces = tuple(_piece(row, column, number, one, text) for number, one in spans)
        score = _share(row, "score")
        if score is None:
            score = max((piece.confidence for piece in pieces), default=0.0)
        yield Verdict(generation_ids=ids, score=score, pieces=pieces)


def _first(there: Sequence[str], *names: str) -> str | None:
    return next((name for name in names if name in there), None)


def _is_word(value: object) -> bool:
    if not isinstance(value, str) or not value.strip():
        return False
    try:
        float(value)
    except ValueError:
        return True
    return False


def _by_label(row: Row, column: str) -> float | None:
    label = optional_text(row, column)
    if label is None:
        return None
    if label.strip().casefold() not in _LABELS:
        raise row.error(
            column, f"{label!r} is neither a number nor one of {', '.join(_LABELS)}; mend it"
        )
    return _LABELS[label.strip().casefold()]


def _share(row: Row, column: str) -> float | None:
    """Take a number in [0, 1]; None for an empty cell, null or NaN."""
    value = row.values.get(column)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        number = float(value) if not isinstance(value, bool | list | dict) else math.inf
    except (ValueError, OverflowError):
        number = math.inf
    if math.isnan(number):
        return None
    if not 0 <= number <= 1:
        raise row.error(column, f"{value!r} is not a number from 0 to 1; rescale or mend it")
    return number


def _objects(row: Row, column: str) -> list[Mapping[str, Any]]:
    value = row.values.get(column)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise row.error(column, f"{value!r:.80} is not JSON; mend it") from None
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise row.error(column, f"{value!r:.80} is not a list of spans; give [] for none")
    return value


def _piece(row: Row, column: str, number: int, span: Mapping[str, Any], text: str) -> Piece:
    def wrong(problem: str) -> InputError:
        return row.error(column, f"span {number}, {problem}")

    start, end = (_whole(span.get(name)) for name in ("start", "end"))
    if start is None or end is None or not 0 <= start < end <= len(text):
        given = f"{span.get('start')!r} to {span.get('end')!r}"
        raise wrong(f"start to end: {given} is no piece of the text's {len(text)} code points")
    said = span.get("text")
    if said is not None and said != text[start:end]:
        raise wrong(f"text: {said!r:.80} is not what stands there: {text[start:end]!r:.80}")
    confidence = span.get("confidence", 1.0)
    is_number = isinstance(confidence, int | float) and not isinstance(confidence, bool)
    if not is_number or not 0 <= confidence <= 1:
        raise wrong(f"confidence: {confidence!r} is not a number from 0 to 1")
    kind = span.get("type") or SpanType.UNSUPPORTED.value
    if kind not in list(SpanType):
        raise wrong(f"type: {kind!r} is none of {', '.join(SpanType)}")
    evidence = span.get("evidence") or span.get("label") or f"with a confidence of {confidence:.0%}"
    return Piece(
        start=start, end=end, confidence=float(confidence), type=kind, evidence=str(evidence)
    )


def _whole(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if float(value).is_integer() else None


class _Finder:
    """Finds the stored texts that rows are of, each once."""

    def __init__(self, rows: Sequence[Row], stored: Sequence[StoredText]) -> None:
        """Take the rows of a file, for their columns, and the texts."""
        there = columns(rows)
        self.text_of = {one.generation_id: one.text for one in stored}
        self._ids = [name for name in _IDS if name in there]
        self._prompt, self._text = _first(there, *_PROMPTS), _first(there, *_TEXTS)
        self._by_hex: dict[str, str] = {}
        for id in self.text_of:
            self._by_hex |= {UUID(id).hex: id, UUID(id).hex[16:]: id}
        self._by_words: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for one in stored:
            self._by_words[one.prompt, one.text].append(one.generation_id)
        self._seen: dict[str, Row] = {}
        if not self._ids and "metadata" not in there and None in (self._prompt, self._text):
            listed = ", ".join(map(repr, there))
            raise InputError(
                f"{rows[0].path}: its rows belong to no text: there is neither an id "
                f"({', '.join(_IDS)}) nor a prompt with a text ({', '.join(_PROMPTS)}; "
                f"{', '.join(_TEXTS)}); there is: {listed}"
            )

    def ids(self, row: Row) -> tuple[str, ...]:
        """Return the ids of the texts that a row is of.

        Raises:
            InputError: there is none, or another row was of it.
        """
        found = self._by_id(row) or self._by_text(row)
        for id in found:
            if id in self._seen:
                raise row.error(None, f"is of the same text as {self._seen[id].place}; keep one")
            self._seen[id] = row
        return found

    def _by_id(self, row: Row) -> tuple[str, ...]:
        given = [(name, row.values.get(name)) for name in self._ids]
        metadata = row.values.get("metadata")
        if isinstance(metadata, str) and metadata.strip().startswith("{"):
            try:
                metadata = json.loads(metadata)
            except ValueError:
                raise row.error("metadata", f"{metadata!r:.80} is not JSON; mend it") from None
        if isinstance(metadata, Mapping):
            given.insert(0, ("metadata", metadata.get("generation_id")))
        known = [(name, str(value)) for name, value in given if value]
        for _, value in known:
            if (id := self._by_hex.get(value.replace("-", "").lower())) is not None:
                return (id,)
        if known and None in (self._prompt, self._text):
            name, value = known[0]
            raise row.error(name, f"no stored text has the id {value!r:.80}; leave the row out")
        return ()

    def _by_text(self, row: Row) -> tuple[str, ...]:
        prompt = row.values.get(self._prompt) if self._prompt else None
        text = row.values.get(self._text) if self._text else None
        found = tuple(self._by_words.get((str(prompt or ""), str(text or "")), ()))
        if not found:
            raise row.error(
                self._text,
                f"no stored text is {str(text)!r:.60} for the prompt {str(prompt)!r:.60}; bring "
                "it in with `lab generations import`, or leave the row out",
            )
        return found

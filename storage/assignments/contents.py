"""Turns what a reviewer's screen sends into the checked parts of an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lab.errors import ReviewError
from lab.records import Rating, ReviewerSpan, Severity, SpanCategory, SuggestionJudgement, Vote
from storage.assignments.entries import Content, Place
from storage.assignments.onscreen import WORDS, read_winner
from storage.assignments.plan import Plan

Part = Rating | Vote | ReviewerSpan | SuggestionJudgement

_SPAN_FIELDS = {"start", "end", "category", "severity", "note"}


def read_ratings(
    answer_id: str, place: Place, ratings: Mapping[str, int], plan: Plan
) -> list[Rating]:
    """Check that each criterion has a point of its scale.

    Raises:
        ReviewError: one is missing, unknown or off its scale.
    """
    if ratings.keys() != plan.points.keys():
        raise ReviewError(
            f"rate each criterion once: {', '.join(plan.points)}; got {_named(ratings)}"
        )
    for name, value in ratings.items():
        if type(value) is not int or not 1 <= value <= plan.points[name]:
            raise ReviewError(
                f"{name} must be a whole number from 1 to {plan.points[name]}, not {value!r}"
            )
    generation_id = place.entry.generation_ids[0]
    return [
        Rating(answer_id=answer_id, generation_id=generation_id, criterion=name, value=value)
        for name, value in ratings.items()
    ]


def read_winners(
    answer_id: str, place: Place, winners: Mapping[str, str], plan: Plan
) -> list[Vote]:
    """Check that each criterion has a winner, and turn it into item order.

    Raises:
        ReviewError: a criterion is missing or unknown, or a winner no word of the screen's.
    """
    if winners.keys() != set(plan.vote_criteria):
        raise ReviewError(
            f"compare on each once: {', '.join(plan.vote_criteria)}; got {_named(winners)}"
        )
    for name, word in winners.items():
        if word not in WORDS:
            raise ReviewError(
                f"the winner of {name} must be one of {', '.join(WORDS)}, not {word!r}"
            )
    return [
        Vote(answer_id=answer_id, criterion=name, winner=read_winner(word, place.swapped))
        for name, word in winners.items()
    ]


def read_spans(
    answer_id: str, place: Place, spans: Sequence[Mapping[str, Any]], length: int
) -> list[ReviewerSpan]:
    """Check that marks lie within the text and say what is wrong.

    Args:
        answer_id: the answer that they come with.
        place: what is answered.
        spans: a dict per mark with start, end, category, severity and, at will, note.
        length: length of the text in code points.

    Raises:
        ReviewError: a mark does not.
    """
    return [_read_span(answer_id, place.entry.generation_ids[0], one, length) for one in spans]


def _read_span(
    answer_id: str, generation_id: str, span: Mapping[str, Any], length: int
) -> ReviewerSpan:
    if not isinstance(span, Mapping) or span.keys() | {"note"} != _SPAN_FIELDS:
        raise ReviewError(f"a mark has start, end, category, severity and note, not {span!r:.200}")
    start, end, note = span["start"], span["end"], span.get("note", "")
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= length:
        raise ReviewError(
            f"a mark must lie within the text's {length} code points and not be empty; "
            f"it goes from {start!r} to {end!r}"
        )
    if not isinstance(note, str):
        raise ReviewError(f"the note of a mark must be text, not {note!r:.80}")
    return ReviewerSpan(
        answer_id=answer_id,
        generation_id=generation_id,
        start=start,
        end=end,
        category=_one_of(SpanCategory, "category", span["category"]),
        severity=_one_of(Severity, "severity", span["severity"]),
        note=note,
    )


def _one_of(kind: Any, name: str, value: Any) -> Any:
    if value not in list(kind):
        raise ReviewError(
            f"the {name} of a mark must be one of {', '.join(kind)}, not {value!r:.80}"
        )
    return kind(value)


def read_judgements(
    answer_id: str, judgements: Mapping[str, bool], suggested: Sequence[set[str]]
) -> list[SuggestionJudgement]:
    """Check that each suggestion is confirmed or rejected.

    Args:
        answer_id: the answer.
        judgements: whether a suggestion is confirmed, by its id.
        suggested: the ids of each check of the text. Which of them the reviewer saw is not
            known: the text may have been checked anew meanwhile.

    Raises:
        ReviewError: they are not the suggestions of one check, or not true or false.
    """
    if judgements.keys() not in suggested:
        raise ReviewError(
            f"confirm or reject each suggestion once; got {len(judgements)}, which are not the "
            "suggestions of one check; load the page again"
        )
    for confirmed in judgements.values():
        if not isinstance(confirmed, bool):
            raise ReviewError(f"a suggestion is confirmed (true) or not (false): {confirmed!r:.80}")
    return [
        SuggestionJudgement(answer_id=answer_id, span_id=span_id, confirmed=confirmed)
        for span_id, confirmed in judgements.items()
    ]


def content_of(parts: Sequence[Part]) -> Content:
    """Say what an answer's parts tell the queue."""
    marks = sorted((one.start, one.end) for one in parts if isinstance(one, ReviewerSpan))
    return Content(
        ratings={one.criterion: one.value for one in parts if isinstance(one, Rating)},
        winners={one.criterion: one.winner.value for one in parts if isinstance(one, Vote)},
        marks=tuple(marks),
    )


def _named(values: Mapping[str, Any]) -> str:
    return ", ".join(values) or "none"

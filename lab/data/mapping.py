"""Turns the fields of another annotation program into points, winners, categories and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lab.data.outside_config import OutsideConfig
from lab.data.said import Given, Mark, Said, unmappable
from lab.records import SpanCategory, Winner

_SIDES = {"a": Winner.A, "b": Winner.B, "left": Winner.A, "right": Winner.B}


@dataclass(slots=True)
class Fields:
    """What each field of an export is taken as."""

    criteria: dict[str, str] = field(default_factory=dict)
    """Criterion → field."""

    compare: dict[str, str] = field(default_factory=dict)
    """"overall" or criterion → field."""

    spans: list[str] = field(default_factory=list)
    """Fields of marks."""

    words: list[str] = field(default_factory=list)
    """Fields of free words."""

    @classmethod
    def of(cls, said: Sequence[Said], config: OutsideConfig) -> Fields:
        """Say what each field is: as the settings tell, else by its values.

        Raises:
            InputError: a field's values are nothing that a lab knows, or none has a named field.
        """
        words = [config.comment_column] if config.comment_column else []
        _check_named(said, config, words)
        if not config.takes_all:
            compare = dict(config.compare)
            return cls(dict(config.criteria), compare, list(config.spans), words)
        found = cls(words=words)
        for one in said:
            for name, given in one.given.items():
                found._take(one, name, given, config)
        if len(found.compare) == 1:
            found.compare = {"overall": next(iter(found.compare.values()))}
        return found

    def listed(self) -> str:
        """List the fields for a message."""
        names = [*self.criteria.values(), *self.compare.values(), *self.spans]
        return ", ".join(repr(name) for name in names) or "any field"

    def _take(self, said: Said, name: str, given: Given, config: OutsideConfig) -> None:
        if name in self.words:
            return
        if given.kind == "words":
            self.words.append(name)
        elif given.kind == "marks":
            if name not in self.spans:
                self.spans.append(name)
        elif given.kind == "winner" or (given.kind == "choice" and _names_winner(given, config)):
            self.compare[name] = name
        elif given.kind == "point" or (given.kind == "choice" and _names_point(given, config)):
            self.criteria[name] = name
        else:
            raise unmappable(
                said.row,
                name,
                f"{given.value!r:.80} has no place in a lab: map words with --point WORD=N or "
                "--outcome WORD=WINNER, or name the fields to take with --criterion, --compare "
                "and --spans",
            )


def _check_named(said: Sequence[Said], config: OutsideConfig, words: Sequence[str]) -> None:
    there = {name: None for one in said for name in one.given}
    named = (*config.criteria.values(), *config.compare.values(), *config.spans, *words)
    for name in named:
        if name not in there:
            listed = ", ".join(there) or "none"
            raise unmappable(
                said[0].row, name, f"no annotation of the export has this field; it has: {listed}"
            )


def _names_winner(given: Given, config: OutsideConfig) -> bool:
    return str(given.value) in config.outcomes


def _names_point(given: Given, config: OutsideConfig) -> bool:
    return str(given.value) in config.points or str(given.value).strip().isdigit()


def point_of(said: Said, name: str, config: OutsideConfig) -> int:
    """Take a point of the scale.

    Raises:
        InputError: the field's value is none.
    """
    given = said.given[name]
    if config.text_b_column is not None:
        raise unmappable(
            said.row, name, "is a rating, but the task has two texts, and it tells not which one"
        )
    word = config.points.get(str(given.value), given.value)
    try:
        point = float(word) if given.kind in ("point", "choice") else None
    except (TypeError, ValueError):
        point = None
    if point is None or not point.is_integer() or not config.lowest <= point <= config.highest:
        raise unmappable(
            said.row,
            name,
            f"{given.value!r:.80} is not a whole number from {config.lowest} to "
            f"{config.highest}; say what it stands for with --point, or set another scale",
        )
    return int(point)


def winner_of(
    said: Said, name: str, texts: tuple[str, str], config: OutsideConfig
) -> tuple[Winner, bool]:
    """Take the outcome of a comparison.

    Args:
        said: the annotation.
        name: the field.
        texts: fields of the first and the second text.
        config: the settings.

    Returns:
        The winner in item order, and whether the second text stood on the left.

    Raises:
        InputError: the field's value is none.
    """
    given = said.given[name]
    if config.text_b_column is None:
        raise unmappable(said.row, name, "compares two texts; name the second --text-b-column")
    word = str(given.value)
    if word in texts:
        return (Winner.A if word == texts[0] else Winner.B), False
    swapped = given.of == texts[::-1]
    outcome = config.outcomes.get(word, word).strip().casefold().replace(" ", "_")
    found = _SIDES.get(outcome) or next((one for one in Winner if one == outcome), None)
    if found is None or given.kind not in ("winner", "choice"):
        raise unmappable(
            said.row,
            name,
            f"{given.value!r:.80} names no winner; say what it stands for with --outcome",
        )
    if swapped and outcome in ("left", "right"):
        found = Winner.B if found is Winner.A else Winner.A
    return found, swapped


def marks_of(
    said: Said, names: Sequence[str], text: str, config: OutsideConfig
) -> list[tuple[Mark, SpanCategory]]:
    """Take the marks of some fields, with their categories.

    Raises:
        InputError: a field holds no marks, one lies outside the text, or a label stands for
            nothing.
    """
    found = []
    for name in names:
        given = said.given[name]
        if given.kind != "marks":
            raise unmappable(said.row, name, f"{given.value!r:.80} is no list of marks")
        if config.text_b_column is not None:
            raise unmappable(said.row, name, "marks one of two texts, and it tells not which one")
        for mark in given.value:
            if not 0 <= mark.start < mark.end <= len(text):
                raise unmappable(
                    said.row,
                    name,
                    f"the mark from {mark.start} to {mark.end} lies outside the text of "
                    f"{len(text)} characters",
                )
            found.append((mark, _category(said, name, mark.label, config)))
    return found


def _category(said: Said, name: str, label: str, config: OutsideConfig) -> SpanCategory:
    word = config.labels.get(label) or label.strip().casefold().replace(" ", "_").replace("-", "_")
    found = next((one for one in SpanCategory if one == word), None)
    if found is None:
        known = ", ".join(SpanCategory)
        raise unmappable(
            said.row,
            name,
            f"the label {label!r} is none of {known}; say which it stands for with --label",
        )
    return found


def words_of(said: Said, fields: Fields) -> str:
    """Take the free words of an annotation; empty where there are none."""
    found = [str(said.given[name].value) for name in fields.words if name in said.given]
    return "\n".join(word for word in found if word.strip())

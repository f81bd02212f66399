"""Turns texts as they were found into clean ones."""

from __future__ import annotations

from collections.abc import Callable

from lab.data.prepare.boilerplate import boilerplate_step
from lab.data.prepare.characters import mend, spaced, straight, without_invisible
from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.markup import plain
from lab.data.prepare.rows import Fields, map_texts
from lab.data.prepare.steps import Outcome, RowStep, Step

Change = Callable[[str], str]

_ROUNDS = 20
"""Most times that a text is gone over; two or three are usual."""


def cleaning_steps(config: PrepareConfig) -> list[Step]:
    """List the steps that the settings ask for."""
    all_changes: dict[str, tuple[bool, Change]] = {
        "html": (config.html, plain),
        "unicode": (config.unicode, mend),
        "controls": (config.controls, without_invisible),
        "quotes": (config.quotes, straight),
        "spaces": (config.spaces, spaced),
    }
    changes = {name: change for name, (is_on, change) in all_changes.items() if is_on}
    steps: list[Step] = [
        RowStep(name, {}, Cleaned(tuple(changes.values())[: number + 1]))
        for number, name in enumerate(changes)
    ]
    if config.boilerplate:
        steps.append(boilerplate_step(config.boilerplate, tidy=config.spaces))
    return steps


class Cleaned:
    """Does the last of some changes to all texts of a row, so that none of them is left to do."""

    def __init__(self, changes: tuple[Change, ...]):
        self.changes = changes

    def __call__(self, row: Fields) -> Outcome:
        """Clean a row; it is dropped if nothing is left of a text that it needs."""
        made = map_texts(row, self.clean)
        if any(row[name] and not made[name] for name in ("prompt", "reference", "rejected")):
            return Outcome((), "nothing left")
        return Outcome((made,))

    def clean(self, text: str) -> str:
        """Clean a text.

        What one change makes may be work for one before it (a character that an entity stood for
        completes a tag), so that a text which changed goes through all of them until it stays.
        """
        made = self.changes[-1](text)
        for _ in range(_ROUNDS):
            if made == text:
                break
            text = made
            for change in self.changes:
                made = change(made)
        return made

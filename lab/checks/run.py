"""Generations into check outcomes: the list of all checks, and the one way to run one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lab.checks.background import Background, fit_background
from lab.checks.source import CHECKER as SOURCE
from lab.checks.source import VERSION as SOURCE_VERSION
from lab.checks.source import check_source
from lab.checks.types import CheckOutcome
from lab.checks.world import CHECKER as WORLD
from lab.checks.world import VERSION as WORLD_VERSION
from lab.checks.world import check_world
from lab.errors import UnknownNameError
from lab.records import Generation, Prompt

__all__ = ["CHECKS", "Background", "Check", "CheckOutcome", "find_check", "fit_background"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One hallucination check."""

    name: str
    """What the commands and the records call it."""

    version: str
    """Version of its definition; a new one makes all texts be checked anew."""

    run: Callable[[Generation, Prompt, Background | None], CheckOutcome]
    """A generation, its prompt, and what is usual in the data set, into an outcome."""


CHECKS: dict[str, Check] = {
    SOURCE: Check(name=SOURCE, version=SOURCE_VERSION, run=check_source),
    WORLD: Check(
        name=WORLD, version=WORLD_VERSION, run=lambda text, prompt, _: check_world(text, prompt)
    ),
}
"""All checks by name."""


def find_check(name: str) -> Check:
    """Look a check up.

    Args:
        name: its name, e.g. "source".

    Raises:
        UnknownNameError: there is no such check; lists the ones there are.
    """
    if name not in CHECKS:
        raise UnknownNameError.of("check", name, list(CHECKS))
    return CHECKS[name]

"""Generations into check outcomes: the list of all checks, and the one way to run one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from lab.checks import align, doubt, entropy, nli, selfcheck, source, world
from lab.checks.aids import Aids
from lab.checks.background import Background, fit_background
from lab.checks.support import fit_rarity
from lab.checks.types import CheckOutcome, failed
from lab.errors import LabError, UnknownNameError
from lab.records import Generation, Prompt

__all__ = [
    "CHECKS",
    "DEFAULT",
    "Aids",
    "Background",
    "Check",
    "CheckOutcome",
    "find_check",
    "fit_background",
    "fit_rarity",
]

Need = Literal["samples", "token_scores"]
Model = Literal["encoder", "entailment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One hallucination check."""

    name: str
    """What the commands and the records call it."""

    version: str
    """Version of its definition; a new one makes all texts be checked anew."""

    check: Callable[[Generation, Prompt, Aids], CheckOutcome]
    """A generation, its prompt and what there is to check with, into an outcome."""

    needs: tuple[Need, ...] = ()
    """What it looks at besides the prompt."""

    models: tuple[Model, ...] = ()
    """Models that decide about its results."""

    def version_with(self, aids: Aids) -> str:
        """Return the version that results have with these aids: the model's name is part of it."""
        models = {"encoder": aids.encoder, "entailment": aids.entailment}
        named = (one.name for need in self.models if (one := models[need]) is not None)
        return "|".join([self.version, *named])

    def run(self, generation: Generation, prompt: Prompt, aids: Aids | None = None) -> CheckOutcome:
        """Check a generation; a check that breaks on a text is an outcome too, with its reason.

        Args:
            generation: the generation.
            prompt: the prompt that it answers.
            aids: what there is to check with; None for nothing.
        """
        try:
            return self.check(generation, prompt, aids or Aids())
        except (LabError, ValueError, RuntimeError) as error:
            reason = f"{type(error).__name__}: {error}"
            return failed(generation, self.name, self.version_with(aids or Aids()), reason)


def _source(generation: Generation, prompt: Prompt, aids: Aids) -> CheckOutcome:
    return source.check_source(generation, prompt, aids.background, aids.rarity)


def _world(generation: Generation, prompt: Prompt, _: Aids) -> CheckOutcome:
    return world.check_world(generation, prompt)


CHECKS: dict[str, Check] = {
    check.name: check
    for check in (
        Check(name=source.CHECKER, version=source.VERSION, check=_source),
        Check(name=world.CHECKER, version=world.VERSION, check=_world),
        Check(
            name=selfcheck.CHECKER,
            version=selfcheck.VERSION,
            check=selfcheck.check_selfcheck,
            needs=("samples",),
        ),
        Check(
            name=entropy.CHECKER,
            version=entropy.VERSION,
            check=entropy.check_entropy,
            needs=("samples",),
            models=("entailment",),
        ),
        Check(
            name=doubt.CHECKER,
            version=doubt.VERSION,
            check=doubt.check_doubt,
            needs=("token_scores",),
        ),
        Check(
            name=align.CHECKER, version=align.VERSION, check=align.check_align, models=("encoder",)
        ),
        Check(name=nli.CHECKER, version=nli.VERSION, check=nli.check_nli, models=("entailment",)),
    )
}
"""All checks by name."""

DEFAULT = (source.CHECKER, world.CHECKER)
"""The checks that need nothing but the prompt."""


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

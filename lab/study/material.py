"""Turns the store's prompts, texts and checkpoints into what the items of a study are made of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from lab.errors import ConfigError, UnknownNameError
from lab.records import Checkpoint, CheckpointKind, Generation, Prompt
from lab.study.coverage import Coverage, cover, one_setting
from lab.study.protocol import REFERENCE, Protocol

CONTROL = "control"
"""Name of the checkpoint that texts made worse on purpose belong to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a study can be made of."""

    prompts: dict[str, Prompt]
    """Prompt id → prompt, for all prompts of the study's data set and split."""

    population: tuple[str, ...]
    """Ids of the prompts that the study's filter lets through."""

    coverage: Coverage
    """The texts of the study's systems for the prompts of the population."""

    texts: dict[str, list[Generation]]
    """Prompt id → all texts for it, the reference among them, the oldest first."""

    checkpoints: dict[str, Checkpoint]
    """Name → the newest checkpoint of that name, the control's and the references' among them."""

    made: list[Generation] = field(default_factory=list)
    """Texts that were made for this study and are not stored yet."""

    def text_of(self, name: str, prompt_id: str) -> Generation | None:
        """Find the text of a checkpoint for a prompt; None where there is none."""
        if prompt_id in self.coverage.texts and name in self.coverage.texts[prompt_id]:
            return self.coverage.texts[prompt_id][name]
        if name not in self.checkpoints:
            known = sorted(set(self.checkpoints) - {CONTROL})
            raise UnknownNameError.of("checkpoint", name, known, "import its texts first")
        every = [text for texts in self.texts.values() for text in texts]
        return one_setting(every, self.checkpoints[name].id).get(prompt_id)

    def siblings(self, text: Generation) -> list[Generation]:
        """Find other samples of the same checkpoint, prompt and setting that read differently."""
        return [
            other
            for other in self.texts[text.prompt_id]
            if other.checkpoint_id == text.checkpoint_id
            and other.decoding == text.decoding
            and (other.seed, other.sample_index) != (text.seed, text.sample_index)
            and other.text.split() != text.text.split()
        ]

    def keep(self, prompt_id: str, text: str, decoding: dict[str, Any], seed: int) -> Generation:
        """Take the text that was made so for an earlier study, or note a new one of the control."""
        control = self.checkpoints[CONTROL]
        for there in self.texts.get(prompt_id, []):
            if (there.checkpoint_id, there.text, there.decoding) == (control.id, text, decoding):
                return there
        new = Generation(
            prompt_id=prompt_id,
            checkpoint_id=control.id,
            text=text,
            decoding=decoding,
            seed=seed,
        )
        self.made.append(new)
        return new


def gather(
    protocol: Protocol,
    prompts: Sequence[Prompt],
    generations: Sequence[Generation],
    checkpoints: Sequence[Checkpoint],
) -> Material:
    """Find out what a study can be made of.

    Args:
        protocol: the plan.
        prompts: all prompts of its data set and split.
        generations: all texts for them.
        checkpoints: all checkpoints.

    Returns:
        The material; references and the control's checkpoint are made where they are missing.

    Raises:
        UnknownNameError: a checkpoint of the protocol does not exist.
        ConfigError: no prompt fits the filter, or none has a text from every checkpoint.
    """
    population = [prompt.id for prompt in prompts if _fits(protocol, prompt)]
    if not population:
        raise ConfigError(_nothing_fits(protocol, len(prompts)))
    named = _name(protocol, checkpoints)
    references = _references(prompts, generations, named[REFERENCE])
    every = sorted((*generations, *references), key=lambda each: (each.created_at, each.id))
    stored = {checkpoint.id for checkpoint in checkpoints}
    inside = set(population)
    coverage = cover(
        protocol,
        [text for text in every if text.prompt_id in inside],
        {
            checkpoint.id: name
            for name, checkpoint in named.items()
            if name != CONTROL and (checkpoint.id in stored or name in protocol.systems)
        },
    )
    texts: dict[str, list[Generation]] = {}
    for text in every:
        texts.setdefault(text.prompt_id, []).append(text)
    return Material(
        prompts={prompt.id: prompt for prompt in prompts},
        population=tuple(population),
        coverage=coverage,
        texts=texts,
        checkpoints=named,
        made=references,
    )


def _fits(protocol: Protocol, prompt: Prompt) -> bool:
    patterns, wanted = protocol.prompt_keys, protocol.prompt_pattern
    by_key = not patterns or any(fnmatchcase(prompt.key, pattern) for pattern in patterns)
    return by_key and (wanted is None or re.search(wanted, prompt.text) is not None)


def _nothing_fits(protocol: Protocol, n_prompts: int) -> str:
    given = []
    if protocol.prompt_keys:
        given.append(f"prompt_keys {list(protocol.prompt_keys)}")
    if protocol.prompt_pattern is not None:
        given.append(f"prompt_pattern {protocol.prompt_pattern!r}")
    if not given:
        return (
            f"data set {protocol.dataset!r} has no prompt in the split {protocol.split!r}; "
            "choose another split"
        )
    return (
        f"none of the {n_prompts} prompts of {protocol.dataset!r}, split {protocol.split!r}, fits "
        f"{' and '.join(given)}; mend the filter"
    )


def _name(protocol: Protocol, checkpoints: Sequence[Checkpoint]) -> dict[str, Checkpoint]:
    """Map names to their newest checkpoints; the control's is told from one of a user's."""
    oldest_first = sorted(checkpoints, key=lambda each: (each.created_at, each.id))
    systems = [each for each in oldest_first if each.kind is not CheckpointKind.CONTROL]
    named = {each.name: each for each in systems}
    if CONTROL in protocol.systems:
        raise ConfigError(
            f"a checkpoint named {CONTROL!r} cannot take part: texts that the lab makes worse on "
            "purpose go by that name; import its texts under another one"
        )
    controls = [each for each in oldest_first if each.kind is CheckpointKind.CONTROL]
    named[CONTROL] = (
        controls[-1] if controls else Checkpoint(name=CONTROL, kind=CheckpointKind.CONTROL)
    )
    outside = named.setdefault(REFERENCE, Checkpoint(name=REFERENCE, kind=CheckpointKind.EXTERNAL))
    if protocol.reference and outside.kind is not CheckpointKind.EXTERNAL:
        raise ConfigError(
            f"reference is true, but the name {REFERENCE!r} belongs to a checkpoint that was "
            "trained or added here; set reference = false"
        )
    return named


def _references(
    prompts: Sequence[Prompt], generations: Sequence[Generation], reference: Checkpoint
) -> list[Generation]:
    """Make the references that are not stored as texts of their own yet."""
    there = {
        (text.prompt_id, text.text) for text in generations if text.checkpoint_id == reference.id
    }
    return [
        Generation(
            prompt_id=prompt.id, checkpoint_id=reference.id, text=prompt.reference, decoding={}
        )
        for prompt in prompts
        if prompt.reference
        and prompt.reference.strip()
        and (prompt.id, prompt.reference) not in there
    ]


def decoding_of(criterion: str, original: Generation) -> dict[str, Any]:
    """Say how a worse text was made, as its generation keeps it."""
    return {"degraded": criterion, "of_generation_id": original.id}

"""Turns generations into the one text per prompt and checkpoint that a study can use."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lab.errors import ConfigError, UnknownNameError
from lab.records import Generation
from lab.study.protocol import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Which prompts every checkpoint of a study has a text for, and what is left out."""

    texts: dict[str, dict[str, Generation]]
    """Prompt id → checkpoint name → the text used; only prompts that every checkpoint has."""

    left_out: dict[str, tuple[str, ...]]
    """Prompt id → names of the checkpoints without a text for it; these prompts are not used."""

    n_other_texts: int
    """Texts of the checkpoints not used: further samples, or another decoding."""


def cover(
    protocol: Protocol, generations: Sequence[Generation], checkpoint_names: Mapping[str, str]
) -> Coverage:
    """Find the prompts that every checkpoint of a study has a text for.

    Where a checkpoint has texts under several decodings or seeds, those of the setting with the
    most prompts are used (among equals the newest), so that settings are not mixed; of several
    samples, the first.

    Args:
        protocol: names the checkpoints; the references are one more where they take part.
        generations: the texts, for the prompts of the study's data set and split.
        checkpoint_names: checkpoint id → name; of a name held twice the newest id is used.

    Returns:
        The texts to use, with counts of what is left out.

    Raises:
        UnknownNameError: a checkpoint of the protocol is not in `checkpoint_names`.
        ConfigError: no prompt has a text from every checkpoint.
    """
    ids = _ids_by_name(protocol, checkpoint_names)
    chosen = {name: one_setting(generations, ids[name]) for name in protocol.systems}
    prompt_ids = sorted({prompt_id for texts in chosen.values() for prompt_id in texts})
    left_out = {
        prompt_id: missing
        for prompt_id in prompt_ids
        if (missing := tuple(name for name in chosen if prompt_id not in chosen[name]))
    }
    common = {
        prompt_id: {name: chosen[name][prompt_id] for name in chosen}
        for prompt_id in prompt_ids
        if prompt_id not in left_out
    }
    if not common:
        raise ConfigError(_no_common_prompts(protocol, chosen))
    used = set(ids.values())
    n_texts = sum(generation.checkpoint_id in used for generation in generations)
    n_chosen = sum(len(texts) for texts in chosen.values())
    return Coverage(texts=common, left_out=left_out, n_other_texts=n_texts - n_chosen)


def _ids_by_name(protocol: Protocol, checkpoint_names: Mapping[str, str]) -> dict[str, str]:
    newest: dict[str, str] = {}
    for checkpoint_id, name in sorted(checkpoint_names.items()):
        newest[name] = checkpoint_id
    for name in protocol.systems:
        if name not in newest:
            raise UnknownNameError.of(
                "checkpoint",
                name,
                sorted(newest),
                "train one with `lab train`, or import its texts",
            )
    return {name: newest[name] for name in protocol.systems}


def one_setting(generations: Sequence[Generation], checkpoint_id: str) -> dict[str, Generation]:
    """Choose one text per prompt of a checkpoint, all of one setting: prompt id → text."""
    settings: dict[str, dict[str, Generation]] = defaultdict(dict)
    for generation in sorted(generations, key=lambda each: (each.created_at, each.id)):
        if generation.checkpoint_id != checkpoint_id:
            continue
        setting = json.dumps([generation.decoding, generation.seed], sort_keys=True)
        held = settings[setting].get(generation.prompt_id)
        if held is None or generation.sample_index <= held.sample_index:
            settings[setting][generation.prompt_id] = generation
    return max(settings.values(), key=_size_then_age, default={})


def _size_then_age(texts: dict[str, Generation]) -> tuple[int, float, str]:
    newest = max(texts.values(), key=lambda each: (each.created_at, each.id))
    return len(texts), newest.created_at.timestamp(), newest.id


def _no_common_prompts(protocol: Protocol, chosen: Mapping[str, Mapping[str, Generation]]) -> str:
    counts = ", ".join(f"{name} {len(texts)}" for name, texts in chosen.items())
    return (
        f"no prompt of {protocol.dataset!r}, split {protocol.split!r}, has a text from every "
        f"checkpoint (prompts with a text: {counts}); sample all of them on the same prompts "
        "with `lab sample`, or leave a checkpoint out"
    )

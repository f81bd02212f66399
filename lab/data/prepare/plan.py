"""Turns settings into the steps of preparation, in their order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

from lab.data.prepare.altering import altering_steps
from lab.data.prepare.cleaning import cleaning_steps
from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.copies import copy_steps, held_out_copy_steps
from lab.data.prepare.filtering import filtering_steps
from lab.data.prepare.personal import personal_steps
from lab.data.prepare.segments import segment_steps
from lab.data.prepare.splits import split_step
from lab.data.prepare.steps import Step
from lab.data.prepare.tokens import tokenizer_steps


def steps_of(config: PrepareConfig, folder: Path) -> list[Step]:
    """List the steps that the settings ask for.

    Copies are looked for in clean texts, before personal data is replaced (placeholders would make
    different texts alike) and before long texts are cut; splits are drawn over what is left; the
    tokenizer learns from the training texts, and long texts are cut by it, the parts staying in
    their text's split, and training parts that held-out texts have too (a long quotation) being
    dropped; only training rows are altered, so that altered texts are in no other split.

    Args:
        config: the settings.
        folder: the data set's folder.
    """
    return [
        *cleaning_steps(config),
        *filtering_steps(config),
        *copy_steps(config, folder),
        *personal_steps(config),
        split_step(config),
        *held_out_copy_steps(config, folder),
        *tokenizer_steps(config, folder),
        *segment_steps(config, folder),
        *_copies_of_parts(config),
        *altering_steps(config),
    ]


def _copies_of_parts(config: PrepareConfig) -> list[Step]:
    """List the steps that drop what parts of texts have in common, though the texts are no copies.

    What was found of whole texts is of no use here, and nothing is sure already.
    """
    if config.segment_tokens is None:
        return []
    near: Literal["across", "off"] = "off" if config.near == "off" else "across"
    steps = held_out_copy_steps(replace(config, near=near, scrub=True))
    return [replace(step, name=step.name.replace("rows", "parts")) for step in steps]

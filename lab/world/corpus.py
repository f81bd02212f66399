"""Turns a seed into a data set of prompts, fact cards and reference stories."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator

from lab.records import Dataset, Prompt, PromptTag, Split, new_id
from lab.world.facts import draw_facts
from lab.world.pack import english
from lab.world.render import fact_card, natural_prompt, story

VERSION = "1"
"""Version of the world: the same seed, sizes and version give the same texts."""


def write_corpus(
    seed: int, n_train: int, n_validation: int, n_test: int
) -> tuple[Dataset, list[Prompt]]:
    """Write the world's data set.

    Args:
        seed: decides every plan and every phrasing.
        n_train: number of training stories.
        n_validation: number of validation stories.
        n_test: number of test stories.

    Returns:
        The data set "world" and its prompts: text = natural prompt, source = fact card,
        reference = story, facts = plan. No two prompts, whatever their splits, share a plan or
        a text.
    """
    sizes = {Split.TRAIN: n_train, Split.VALIDATION: n_validation, Split.TEST: n_test}
    dataset_id = new_id()
    prompts = list(_prompts(seed, sizes, dataset_id))
    config = {"seed": seed, "version": VERSION, "pack": english().data["name"]}
    dataset = Dataset(
        id=dataset_id,
        name="world",
        origin="world",
        licence="Apache-2.0",
        content_sha256=_hash(prompts),
        n_prompts=len(prompts),
        config=config | {f"n_{split}": size for split, size in sizes.items()},
    )
    return dataset, prompts


def tag_by_event(prompts: list[Prompt]) -> list[PromptTag]:
    """Put on each of the world's prompts the word for what happens in its story."""
    return [
        PromptTag(prompt_id=prompt.id, tag=prompt.facts["event"])
        for prompt in prompts
        if prompt.facts
    ]


def _prompts(seed: int, sizes: dict[Split, int], dataset_id: str) -> Iterator[Prompt]:
    rng = random.Random(f"world {VERSION} {seed}")
    seen: set[str] = set()
    for split, size in sizes.items():
        for number in range(size):
            facts, text = _fresh(rng, seen)
            yield Prompt(
                dataset_id=dataset_id,
                key=f"{split}-{number}",
                split=split,
                text=text,
                source=fact_card(facts),
                reference=story(facts, rng),
                facts=dict(facts),
            )


def _fresh(rng: random.Random, seen: set[str]) -> tuple[dict[str, str], str]:
    """Draw until neither the plan nor the prompt's text was seen before."""
    while True:
        facts = draw_facts(rng)
        card, text = fact_card(facts), natural_prompt(facts, rng)
        if card not in seen and text not in seen:
            seen.update((card, text))
            return facts, text


def _hash(prompts: list[Prompt]) -> str:
    digest = hashlib.sha256()
    for prompt in prompts:
        row = [prompt.key, prompt.split, prompt.text, prompt.source, prompt.reference]
        digest.update(json.dumps(row, ensure_ascii=False).encode() + b"\n")
    return digest.hexdigest()

"""Reads what the playground offers, and what of its texts is stored already."""

from __future__ import annotations

from lab.records import Dataset, Generation, Prompt, Study, StudyStatus
from storage import studies
from storage.client import Store

DATASET = "playground"
"""Name of the data set that typed prompts belong to; each is a part of it with one prompt."""


def find_prompts(store: Store, dataset: str, words: str, limit: int) -> list[Prompt]:
    """Return prompts of the newest data set of a name, those with the words in key or text.

    Args:
        store: the store.
        dataset: the data set's name; of the typed prompts' one all parts count.
        words: what key or text holds, in any case; empty for all.
        limit: at most so many.
    """
    return store.select(
        Prompt,
        "WHERE dataset_id IN (SELECT id FROM datasets WHERE name = $1 "
        "QUALIFY $1 = $2 OR row_number() OVER (ORDER BY created_at DESC, id DESC) = 1) "
        "AND text <> '' AND (contains(lower(text), lower($3)) OR contains(lower(key), lower($3))) "
        "ORDER BY (split <> 'test'), rowid LIMIT $4::BIGINT",
        [dataset, DATASET, words, limit],
    )


def typed_prompt(store: Store, text: str, source: str | None) -> Prompt | None:
    """Return the stored prompt that was typed with this text and source before, if there is one."""
    found = store.select(
        Prompt,
        "WHERE text = $1 AND source IS NOT DISTINCT FROM $2::VARCHAR "
        "AND dataset_id IN (SELECT id FROM datasets WHERE name = $3) ORDER BY rowid LIMIT 1",
        [text, source, DATASET],
    )
    return found[0] if found else None


def dataset_name(store: Store, prompt: Prompt) -> str:
    """Return the name of a prompt's data set."""
    return store.select(Dataset, "WHERE id = $1::UUID", [prompt.dataset_id])[0].name


def same_text(store: Store, text: Generation) -> Generation | None:
    """Return the stored text with the same prompt, checkpoint, settings and seed, if any."""
    found = store.select(
        Generation,
        "WHERE prompt_id = $1::UUID AND checkpoint_id = $2::UUID AND seed = $3::BIGINT "
        "AND sample_index = $4::BIGINT ORDER BY rowid",
        [text.prompt_id, text.checkpoint_id, text.seed, text.sample_index],
    )
    return next((one for one in found if one.decoding == text.decoding), None)


def drafts(store: Store) -> list[Study]:
    """Return the studies that nobody has been given anything of, the newest first."""
    every = studies.every(store)[::-1]
    return [study for study, status in every if status is StudyStatus.DRAFT]

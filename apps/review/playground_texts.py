"""Turns texts that were written in the playground into stored ones, as `lab sample` stores them."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from apps.review.calls import Refused
from apps.review.lead_words import lead_error
from lab.data.hashing import content_sha256
from lab.records import Dataset, Generation, Prompt, Split, TokenScores, new_id
from storage import prompts
from storage.client import Store
from storage.playground import DATASET, same_text, typed_prompt

MOST_HELD = 400
"""Texts that can still be kept; the oldest leave."""


@dataclass(frozen=True, slots=True)
class Held:
    """A whole text that is not stored yet, or was."""

    prompt: Prompt
    """What it answers; a typed one is stored with its first text."""

    generation: Generation
    """The text."""

    tokens: TokenScores
    """How likely each of its tokens was."""


def prompt_of(store: Store, prompt_id: str | None, text: str, source: str | None) -> Prompt:
    """Return the stored prompt of an id, or of a typed text; else a new one.

    The new one's key is made of its words: the same words with the same seed give the same text.

    Raises:
        Refused: there is no prompt of that id.
    """
    if prompt_id is not None:
        found = prompts.by_ids(store, [prompt_id]).get(prompt_id)
        if found is None:
            raise Refused(404, lead_error("no_prompt"))
        return found
    source = source if source and source.strip() else None
    digest = hashlib.sha256(f"{text}\0{source or ''}".encode()).hexdigest()
    return typed_prompt(store, text, source) or Prompt(
        dataset_id=new_id(),
        key=f"typed-{digest[:12]}",
        split=Split.TEST,
        text=text,
        source=source,
    )


class Texts:
    """The whole texts of the last runs, until they are kept or too many."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._lock = threading.Lock()
        self._held: OrderedDict[str, Held] = OrderedDict()

    def hold(self, prompt: Prompt, generation: dict[str, Any], tokens: dict[str, Any]) -> Held:
        """Take up what the worker made."""
        held = Held(prompt, Generation(**generation), TokenScores(**tokens))
        with self._lock:
            self._held[held.generation.id] = held
            while len(self._held) > MOST_HELD:
                self._held.popitem(last=False)
        return held

    def keep(self, ids: Sequence[str]) -> list[Generation]:
        """Store texts, their tokens' scores, and the prompt if it is new.

        Args:
            ids: of the texts, as `hold` took them up.

        Returns:
            The stored texts in the same order; where the same text of prompt, checkpoint,
            settings and seed was stored before, that one.

        Raises:
            Refused: one of them is no longer held.
        """
        with self._lock:
            if any(id not in self._held for id in ids):
                raise Refused(404, lead_error("text_gone"))
            stored: list[Generation] = []
            for id in ids:
                stored.append(self._keep(self._held[id]))
            return stored

    def _keep(self, held: Held) -> Generation:
        prompt = held.prompt
        is_stored = bool(prompts.by_ids(self.store, [prompt.id]))
        if not is_stored and (known := typed_prompt(self.store, prompt.text, prompt.source)):
            prompt, is_stored = known, True
        text = replace(held.generation, prompt_id=prompt.id)
        if there := same_text(self.store, text):
            return there
        new = [] if is_stored else [_dataset(prompt), prompt]
        self.store.add([*new, text, held.tokens])
        return text


def _dataset(prompt: Prompt) -> Dataset:
    """Make the part of the data set that one typed prompt is."""
    return Dataset(
        id=prompt.dataset_id,
        name=DATASET,
        origin=DATASET,
        content_sha256=content_sha256([prompt]),
        n_prompts=1,
        config={},
    )

"""Turns rows of prompt, text and system into prompts, checkpoints and generations, each once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from lab.data.config import GenerationsConfig
from lab.data.fields import find_column, name_of, need_column, optional_text, text_of
from lab.data.hashing import content_sha256
from lab.data.rows import Row
from lab.records import Checkpoint, CheckpointKind, Dataset, Generation, Prompt, new_id


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds what."""

    prompt: str
    text: str
    checkpoint: str | None
    source: str | None
    reference: str | None
    key: str | None

    @classmethod
    def find(cls, rows: Sequence[Row], config: GenerationsConfig) -> Columns:
        """Find the columns.

        Raises:
            InputError: one that is needed is lacking; lists those that exist.
        """
        checkpoint = None
        if config.checkpoint is None:
            usual = "checkpoint" if find_column(rows, None, "system") is None else "system"
            checkpoint = need_column(rows, config.checkpoint_column, usual)
        return cls(
            prompt=need_column(rows, config.prompt_column, "prompt"),
            text=need_column(rows, config.text_column, "text"),
            checkpoint=checkpoint,
            source=find_column(rows, config.source_column, "source"),
            reference=find_column(rows, config.reference_column, "reference"),
            key=find_column(rows, config.key_column, "key"),
        )


@dataclass(slots=True)
class Collector:
    """What was gathered from the rows so far."""

    config: GenerationsConfig
    columns: Columns
    rename: Mapping[str, str] = field(default_factory=dict)
    dataset_id: str = field(default_factory=new_id)
    known_prompts: dict[tuple[str, str | None], list[Prompt]] = field(default_factory=dict)
    known_checkpoints: dict[str, Checkpoint] = field(default_factory=dict)
    known_texts: dict[tuple[str, str, str], Generation] = field(default_factory=dict)
    prompts: dict[tuple[str, str | None], Prompt] = field(default_factory=dict)
    keys: dict[str, Row] = field(default_factory=dict)
    checkpoints: dict[str, Checkpoint] = field(default_factory=dict)
    samples: Counter[tuple[str, str]] = field(default_factory=Counter)

    def know(
        self,
        prompts: Sequence[Prompt],
        checkpoints: Sequence[Checkpoint],
        texts: Sequence[Generation] = (),
    ) -> None:
        """Take note of prompts, outside systems and texts that exist already.

        Args:
            prompts: those that rows may belong to.
            checkpoints: those that wrote the texts; the outside ones need no new record.
            texts: those that need no new record.
        """
        for prompt in prompts:
            for source in {prompt.source, None}:
                self.known_prompts.setdefault((prompt.text, source), []).append(prompt)
        for checkpoint in checkpoints:
            if checkpoint.kind is CheckpointKind.EXTERNAL:
                self.known_checkpoints[checkpoint.name] = checkpoint
        names = {checkpoint.id: checkpoint.name for checkpoint in checkpoints}
        for text in texts:
            place = (text.prompt_id, text.checkpoint_id)
            self.samples[place] = max(self.samples[place], text.sample_index + 1)
            if text.checkpoint_id in names:
                identity = (text.prompt_id, names[text.checkpoint_id], text.text)
                self.known_texts.setdefault(identity, text)

    def generation(self, row: Row, name: str | None = None, text: str | None = None) -> Generation:
        """Find or make the generation of a row, with its prompt and checkpoint where they are new.

        It is one that exists already where prompt, checkpoint's name and text are the same.

        Args:
            row: the row.
            name: the checkpoint's name in the file; by default as the settings say.
            text: the column of the text; by default the usual one.

        Raises:
            InputError: a field is lacking or of the wrong type.
        """
        prompt, name = self._prompt(row), self._name(row, name)
        written = text_of(row, text or self.columns.text)
        if known := self.known_texts.get((prompt.id, name, written)):
            return known
        checkpoint = self._checkpoint(name)
        place = (prompt.id, checkpoint.id)
        self.samples[place] += 1
        return Generation(
            prompt_id=prompt.id,
            checkpoint_id=checkpoint.id,
            text=written,
            decoding={},
            sample_index=self.samples[place] - 1,
        )

    def stored(self, texts: Iterable[Generation]) -> frozenset[str]:
        """Return the ids of those texts that existed already."""
        known = {text.id for text in self.known_texts.values()}
        return frozenset(text.id for text in texts if text.id in known)

    def dataset(self, origin: str, settings: Mapping[str, Any]) -> list[Dataset]:
        """Make the data set of the new prompts, with the settings used; none if there are none."""
        prompts = list(self.prompts.values())
        if not prompts:
            return []
        dataset = Dataset(
            id=self.dataset_id,
            name=self.config.name,
            origin=origin,
            licence=self.config.licence,
            content_sha256=content_sha256(prompts),
            n_prompts=len(prompts),
            config={**settings, "columns": asdict(self.columns)},
        )
        return [dataset]

    def _prompt(self, row: Row) -> Prompt:
        identity = text_of(row, self.columns.prompt), optional_text(row, self.columns.source)
        known = self.known_prompts.get(identity, [])
        if len({prompt.source for prompt in known}) > 1:
            raise row.error(
                self.columns.prompt,
                f"{len(known)} prompts with different sources have this text; give the source too",
            )
        if known:
            return known[0]
        if identity not in self.prompts:
            self.prompts[identity] = self._new_prompt(row, *identity)
        return self.prompts[identity]

    def _new_prompt(self, row: Row, text: str, source: str | None) -> Prompt:
        key = name_of(row, self.columns.key) if self.columns.key else row.key
        if key in self.keys:
            raise row.error(
                self.columns.key,
                f"the key is that of another prompt at {self.keys[key].place}; change one",
            )
        self.keys[key] = row
        return Prompt(
            dataset_id=self.dataset_id,
            key=key,
            split=self.config.split,
            text=text,
            source=source,
            reference=optional_text(row, self.columns.reference),
        )

    def _name(self, row: Row, name: str | None) -> str:
        name = name or self.config.checkpoint or name_of(row, self.columns.checkpoint or "")
        return self.rename.get(name, name)

    def _checkpoint(self, name: str) -> Checkpoint:
        if name in self.known_checkpoints:
            return self.known_checkpoints[name]
        if name not in self.checkpoints:
            self.checkpoints[name] = Checkpoint(name=name, kind=CheckpointKind.EXTERNAL)
        return self.checkpoints[name]

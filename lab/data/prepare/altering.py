"""Makes altered copies of training rows.

A plain text is altered itself. Of a row with an input, only the input is altered (the prompt, the
source, what the user says in a chat), never the reference that is to be learnt from it. Words are
left out, and a paraphraser is let loose, only on prompts and what users say: a source that says
less than its reference would teach to make things up. Rows that are copies already are not copied
again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random

from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.noise import with_swapped_sentences, with_synonyms, without_words
from lab.data.prepare.rows import Fields
from lab.data.prepare.steps import Outcome, RowStep, Step
from lab.data.prepare.synonyms import read_synonyms
from lab.records import Split

Change = Callable[[str, Random], str]


def altering_steps(config: PrepareConfig) -> list[Step]:
    """List the steps that the settings ask for: none by default.

    Args:
        config: which copies are made.

    Returns:
        The steps; each makes at most one copy of each training row.

    Raises:
        InputError: the table of synonyms cannot be read, or a line of it is wrong.
    """
    steps: list[Step] = []
    if config.synonyms and config.synonym_share:
        table = read_synonyms(config.synonyms)
        change: Change = partial(_with_synonyms, table=table, share=config.synonym_share)
        told = {"table": config.synonyms, "words": len(table), "share": config.synonym_share}
        steps.append(_step("synonyms", told, change, config.seed))
    if share := config.shuffle_sentences:
        told = {"share": share}
        steps.append(_step("sentence order", told, with_swapped_sentences, config.seed, share))
    if config.drop_words:
        change = partial(_without_words, share=config.drop_words)
        told = {"share": config.drop_words}
        steps.append(_step("left-out words", told, change, config.seed, with_source=False))
    if config.paraphraser:
        from lab.data.prepare.paraphrasing import paraphrase_step

        prefix = config.paraphrase_prefix
        steps.append(paraphrase_step(config.paraphraser, prefix, config.seed))
    return steps


def _with_synonyms(
    text: str, random: Random, *, table: dict[str, tuple[str, ...]], share: float
) -> str:
    return with_synonyms(text, table, share, random)


def _without_words(text: str, random: Random, *, share: float) -> str:
    return without_words(text, share, random)


def _step(
    name: str,
    settings: dict[str, object],
    change: Change,
    seed: int,
    of_rows: float = 1.0,
    *,
    with_source: bool = True,
) -> RowStep:
    return RowStep(
        name, settings | {"seed": seed}, Altered(name, change, seed, of_rows, with_source)
    )


@dataclass(frozen=True, slots=True)
class Altered:
    """Adds an altered copy to a training row."""

    name: str
    """What made the copy: for its `altered` column and its key."""

    change: Change
    """Alters a text; returns it as it is where it cannot."""

    seed: int
    """With the row's key it decides all, so neither order nor processes matter."""

    of_rows: float
    """Share of the training rows that get a copy."""

    with_source: bool
    """Whether the source is altered too."""

    def __call__(self, row: Fields) -> Outcome:
        """Return the row, and its copy if there is one."""
        if not may_copy(row):
            return Outcome((row,))
        random = Random(f"{self.seed}\0{self.name}\0{row['key']}")
        if random.random() >= self.of_rows:
            return Outcome((row,))
        made = altered(row, lambda text: self.change(text, random), self.with_source)
        if made is None:
            return Outcome((row,), counts={"nothing to alter": 1})
        return Outcome((row, marked(made, self.name)), counts={"copies": 1})


def may_copy(row: Fields) -> bool:
    """Tell whether a row is one of training, as it was read."""
    return row["split"] == Split.TRAIN and row["altered"] is None


def marked(row: Fields, name: str) -> Fields:
    """Mark a copy with what made it."""
    return row | {"altered": name, "key": f"{row['key']}~{name.replace(' ', '-')}"}


def inputs(row: Fields, with_source: bool) -> list[str]:
    """List the fields of a row that may be altered; see the module."""
    named = [name for name in ("messages", "prompt") if row[name]][:1]
    if row["source"] and with_source:
        named.append("source")
    return named or ([] if row["source"] or row["rejected"] else ["reference"])


def altered(row: Fields, change: Callable[[str], str], with_source: bool) -> Fields | None:
    """Alter the texts of a row that may be altered.

    Args:
        row: the row.
        change: alters one text.
        with_source: whether the source is one of them.

    Returns:
        The altered row; None where nothing changed.
    """
    made: Fields = {}
    for name in inputs(row, with_source):
        if name == "messages":
            made[name] = [
                turn | {"content": change(turn["content"])} if turn["role"] == "user" else turn
                for turn in row["messages"]
            ]
        else:
            made[name] = change(row[name] or "")
    return row | made if any(row[name] != text for name, text in made.items()) else None

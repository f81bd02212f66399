"""Drops exact and near copies, within a set or between its splits."""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.data.prepare.alike import Alike
from lab.data.prepare.arrays import new_array
from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.near import near_copies
from lab.data.prepare.rows import TEXTS, Fields
from lab.data.prepare.signing import COLUMNS
from lab.data.prepare.slices import each_slice
from lab.data.prepare.steps import SetOutcome, SetStep, Step
from lab.records import Split

if TYPE_CHECKING:
    import numpy as np
    from datasets import Dataset
    from numpy.typing import NDArray

_RANKS = {str(Split.TEST): 0, str(Split.VALIDATION): 1}
"""Which copy stays: of a held-out split rather than of training."""

_SPLITS = 1 << 14
_SPACE = re.compile(r"[^\S ]")


def copy_steps(config: PrepareConfig, folder: Path | None = None) -> list[Step]:
    """List the steps that drop copies in the whole set.

    Of several copies the first stays; where rows bring their own split, one of the test split,
    else of the validation split, else the first.

    Args:
        config: the settings.
        folder: where what they find of texts may wait for the steps of `held_out_copy_steps`.
    """
    steps: list[Step] = []
    if config.exact:
        steps.append(SetStep("exact copies", {}, _Exact(held_out_only=False)))
    if config.near == "within":
        alike = _alike(config)
        kept = _kept(folder) if _changed_later(config) else None
        steps.append(SetStep("near copies", _told(alike), _Near(alike, False, kept)))
    return steps


def held_out_copy_steps(config: PrepareConfig, folder: Path | None = None) -> list[Step]:
    """List the steps that drop training rows which are copies of validation or test rows.

    They run once splits are drawn. Where near copies were dropped in the whole set before, they
    run again only if personal data was replaced since, which can make texts alike.

    Args:
        config: the settings.
        folder: the same as that of `copy_steps`.
    """
    steps: list[Step] = []
    changed = _changed_later(config)
    if config.exact and changed:
        name = "exact copies of held-out rows"
        steps.append(SetStep(name, {}, _Exact(held_out_only=True)))
    if config.near == "across" or (config.near == "within" and changed):
        alike = _alike(config)
        name = "near copies of held-out rows"
        kept = _kept(folder) if config.near == "within" else None
        steps.append(SetStep(name, _told(alike), _Near(alike, True, kept)))
    return steps


def _changed_later(config: PrepareConfig) -> bool:
    return config.scrub or bool(config.names)


def _kept(folder: Path | None) -> Path | None:
    return folder / "signed" if folder else None


def _alike(config: PrepareConfig) -> Alike:
    return Alike(
        threshold=config.near_threshold,
        permutations=config.near_permutations,
        shingle=config.near_shingle,
    )


def _told(alike: Alike) -> dict[str, Any]:
    return {
        "threshold": alike.threshold,
        "permutations": alike.permutations,
        "words per shingle": alike.shingle,
        "bands": alike.bands,
        "rows per band": alike.rows,
    }


@dataclass(frozen=True, slots=True)
class _Exact:
    """Drops rows whose texts are all equal but for case, punctuation and white space."""

    held_out_only: bool

    def __call__(self, rows: Dataset, scratch: Path, workers: int) -> SetOutcome:
        import numpy as np

        order, n_held_out = _order(rows)
        hashes = _hashes(rows, scratch, workers)[order]
        if self.held_out_only:
            copies = order[n_held_out:][np.isin(hashes[n_held_out:], hashes[:n_held_out])]
        else:
            copies = np.delete(order, np.unique(hashes, return_index=True)[1])
        return _without(rows, copies, _reason("exact", self.held_out_only), scratch)


@dataclass(frozen=True, slots=True)
class _Near:
    """Drops rows that are near copies of a row that stays."""

    alike: Alike
    held_out_only: bool
    kept: Path | None

    def __call__(self, rows: Dataset, scratch: Path, workers: int) -> SetOutcome:
        order, n_held_out = _order(rows)
        if self.held_out_only and n_held_out in (0, len(rows)):
            if self.kept and self.kept.exists():
                shutil.rmtree(self.kept)
            return SetOutcome(rows)
        n_fixed = n_held_out if self.held_out_only else 0
        copies, n_compared = near_copies(
            rows, self.alike, order, n_fixed, scratch, workers, self.kept
        )
        reason = _reason("near", self.held_out_only)
        return _without(rows, copies, reason, scratch, {"pairs compared": n_compared})


def _reason(kind: str, held_out_only: bool) -> str:
    return f"{kind} copy of a held-out row" if held_out_only else f"{kind} copy"


def _order(rows: Dataset) -> tuple[NDArray[np.int64], int]:
    """Return the places of the rows, test rows first, training rows last; how many are held out."""
    import numpy as np

    ranks = np.full(len(rows), 2, np.int8)
    start = 0
    for batch in rows.select_columns(["split"]).iter(_SPLITS):
        found = batch["split"]
        ranks[start : start + len(found)] = [_RANKS.get(split, 2) for split in found]
        start += len(found)
    return np.argsort(ranks, kind="stable"), int((ranks < 2).sum())


def _without(
    rows: Dataset,
    copies: NDArray[np.int64],
    reason: str,
    scratch: Path,
    counts: dict[str, int | float] | None = None,
) -> SetOutcome:
    import numpy as np

    if not len(copies):
        return SetOutcome(rows, counts=counts or {})
    left = np.delete(np.arange(len(rows)), copies)
    return SetOutcome(
        rows.select(left, indices_cache_file_name=str(scratch / "left.arrow")),
        dropped={reason: len(copies)},
        counts=counts or {},
    )


def _hashes(rows: Dataset, scratch: Path, workers: int) -> NDArray[np.uint64]:
    import numpy as np

    path = scratch / "hashes.npy"
    new_array(path, np.uint64, (len(rows),))
    each_slice(rows.select_columns(list(COLUMNS)), _Hashed(path), workers)
    found: NDArray[np.uint64] = np.load(path)
    path.unlink()
    return found


@dataclass(frozen=True, slots=True)
class _Hashed:
    """Writes the hashes of some rows into a file; returns nothing."""

    path: Path

    def __call__(self, rows: list[Fields], places: list[int]) -> None:
        import numpy as np

        np.load(self.path, mmap_mode="r+")[places] = [content_hash(row) for row in rows]


def content_hash(row: Fields) -> int:
    """Hash the texts of a row to 64 bits, whatever their case, punctuation and white space.

    Args:
        row: the row.

    Returns:
        The hash. Among ten million different rows two are taken for equal with probability 3e-6.
    """
    texts = [row[name] for name in TEXTS if row[name]]
    texts += [text for turn in row["messages"] or () for text in (turn["role"], turn["content"])]
    digest = hashlib.blake2b(digest_size=8)
    for text in texts:
        digest.update(plain(text).encode() + b"\0")
    return int.from_bytes(digest.digest(), "little")


def plain(text: str) -> str:
    """Fold case and width (NFKC) and put one space for each run of punctuation and white space.

    Args:
        text: any text. Symbols such as + and emoji stay, and so does a text of nothing but
            punctuation.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _single(folded.translate(_spaces())) or _single(_SPACE.sub(" ", folded))


def _single(text: str) -> str:
    """Put one space for each run of spaces; the words of a long text would fill the memory."""
    while "  " in text:
        text = text.replace("  ", " ")
    return text.strip(" ")


@lru_cache(maxsize=1)
def _spaces() -> dict[int, str]:
    """List white space, punctuation and control characters, with the space that stands for each."""
    filling = [
        place
        for place, character in enumerate(map(chr, range(sys.maxunicode + 1)))
        if unicodedata.category(character)[0] == "P" or character.isspace()
    ]
    return dict.fromkeys([*range(0x20), 0x7F, *filling], " ")

"""Draws the split of each row, so that what belongs together stays together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from lab.data.fields import shown
from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.passes import BATCH
from lab.data.prepare.steps import SetOutcome, SetStep
from lab.records import Split

if TYPE_CHECKING:
    from datasets import Dataset

Hashes = npt.NDArray[np.uint64]
Codes = npt.NDArray[np.int8]

SPLITS = (Split.TRAIN, Split.VALIDATION, Split.TEST)
"""The splits by code: 0, 1, 2; where a group has several, the highest keeps it."""

UNDRAWN, DROPPED = -1, -2
MOST_VALUES = 10
"""Strata whose rows are counted one by one in the account."""

LEAKED = "its group is in a held-out split too"


def split_step(config: PrepareConfig) -> SetStep:
    """Make the step that draws splits."""
    shares = (config.train_share, config.validation_share, config.test_share)
    settings: dict[str, Any] = {
        **{str(split): share for split, share in zip(SPLITS, shares, strict=True)},
        "seed": config.seed,
        "together": config.group_column or "equal prompts and sources, or texts",
    }
    if config.stratify_column:
        settings["equal shares of"] = config.stratify_column
    return SetStep("split", settings, _Drawn(shares, config.seed, bool(config.stratify_column)))


class _Drawn:
    """Draws splits by shares and seed."""

    def __init__(self, shares: tuple[float, ...], seed: int, stratified: bool):
        self.shares, self.seed, self.stratified = shares, seed, stratified

    def __call__(self, rows: Dataset, scratch: Path, workers: int) -> SetOutcome:
        import pyarrow as pa

        groups, strata, given = _columns(rows, self.seed)
        codes = draw(groups, strata, given, self.shares)
        kept = np.flatnonzero(codes != DROPPED)
        names = pa.array([str(split) for split in SPLITS], pa.string())
        column = pa.chunked_array([names.take(pa.array(codes[kept]))])
        n_dropped = len(codes) - len(kept)
        by_value = _by_value(rows, strata, codes) if self.stratified else {}
        made = (rows.select(kept) if n_dropped else rows).remove_columns("split")
        made = made.add_column("split", column, feature=rows.features["split"])
        counts = {str(split): int((codes == code).sum()) for code, split in enumerate(SPLITS)}
        return SetOutcome(
            made.select_columns(rows.column_names),
            n_changed=int((given[kept] == UNDRAWN).sum()),
            dropped={LEAKED: n_dropped} if n_dropped else {},
            counts={**counts, "groups": len(np.unique(groups[kept])), **by_value},
        )


def _by_value(rows: Dataset, strata: Hashes, codes: Codes) -> dict[str, int]:
    """Count the rows of each split by stratum, those of the most frequent ones."""
    kept = np.flatnonzero(codes != DROPPED)
    _, first, sizes = np.unique(strata[kept], return_index=True, return_counts=True)
    counts: dict[str, int] = {}
    for place in kept[first[np.argsort(-sizes, kind="stable")[:MOST_VALUES]]]:
        value = rows[int(place)]["stratum"]
        name = "no value" if not value else shown(value)
        same = codes[strata == strata[place]]
        counts |= {
            f"{name} {split}": int((same == code).sum()) for code, split in enumerate(SPLITS)
        }
    more = {"more values": len(sizes) - MOST_VALUES} if len(sizes) > MOST_VALUES else {}
    return counts | more


def draw(groups: Hashes, strata: Hashes, given: Codes, shares: tuple[float, ...]) -> Codes:
    """Draw a split for each row; does not depend on the order of the rows.

    Rows that have a split keep it, and draw the others of their group after them; where a group
    has several given splits, only its rows of the most held-out one are kept (test before
    validation before training). The other groups are put into the order of their hashes within
    each stratum and cut where the rows reach the shares; what a stratum has too much or too little
    by rounding is made up for in the next one, so that shares hold in all and, but for a group, in
    each.

    Args:
        groups: a seeded hash of each row's group.
        strata: a hash of each row's stratum; a group belongs to the one that most of its rows
            have.
        given: the code of each row's split in `SPLITS`, or UNDRAWN.
        shares: the share of the rows for each split; they add up to 1.

    Returns:
        The code of each row's split, or DROPPED.
    """
    names, group_of, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    drawn = np.full(len(names), UNDRAWN, dtype=np.int8)
    np.maximum.at(drawn, group_of, given)
    free = np.flatnonzero(drawn == UNDRAWN)
    stratum = _most_frequent(group_of, strata)[free]
    order = np.argsort(stratum, kind="stable")  # the names are sorted hashes already
    cuts = np.flatnonzero(np.diff(stratum[order])) + 1
    bounds = np.cumsum(shares)[:-1].round(12)
    done, n_done = np.zeros(len(bounds)), 0
    for places in np.split(free[order], cuts):
        n = sizes[places]
        ends = np.cumsum(n)
        n_done += int(n.sum())
        middle = ends - n / 2
        wanted = np.maximum.accumulate(bounds * n_done - done)
        drawn[places] = np.searchsorted(wanted, middle, side="right")
        done += [n[drawn[places] <= code].sum() for code in range(len(bounds))]
    codes = drawn[group_of]
    codes[(given != UNDRAWN) & (given != codes)] = DROPPED
    return codes


def places_of(rows: Dataset, split: Split) -> npt.NDArray[np.intp]:
    """Return the places of the rows of a split, in order."""
    found = np.empty(len(rows), dtype=bool)
    start = 0
    for batch in rows.select_columns(["split"]).iter(BATCH):
        stop = start + len(batch["split"])
        found[start:stop] = [value == split for value in batch["split"]]
        start = stop
    return np.flatnonzero(found)


def _most_frequent(group_of: npt.NDArray[np.intp], strata: Hashes) -> Hashes:
    """Return the stratum that most rows of each group have; of equals the one of lowest hash."""
    values, stratum_of = np.unique(strata, return_inverse=True)
    pairs, counts = np.unique(group_of * len(values) + stratum_of, return_counts=True)
    group, stratum = np.divmod(pairs, len(values))
    order = np.lexsort((stratum, -counts, group))
    first = order[np.r_[True, np.diff(group[order]) > 0]]
    return values[stratum[first]]


def _columns(rows: Dataset, seed: int) -> tuple[Hashes, Hashes, Codes]:
    """Read the rows' groups and strata, as seeded hashes, and the splits that they have."""
    groups = np.empty(len(rows), dtype=np.uint64)
    strata = np.empty(len(rows), dtype=np.uint64)
    given = np.full(len(rows), UNDRAWN, dtype=np.int8)
    codes = {str(split): code for code, split in enumerate(SPLITS)}
    start = 0
    for batch in _batches(rows):
        stop = start + len(batch["group"])
        groups[start:stop] = [_hash(seed, value) for value in batch["group"]]
        strata[start:stop] = [_hash(seed, value or "") for value in batch["stratum"]]
        given[start:stop] = [codes.get(value, UNDRAWN) for value in batch["split"]]
        start = stop
    return groups, strata, given


def _batches(rows: Dataset) -> Iterator[dict[str, list[Any]]]:
    yield from rows.select_columns(["group", "stratum", "split"]).iter(BATCH)


def _hash(seed: int, value: str) -> int:
    digest = hashlib.blake2b(f"{seed}\0{value}".encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest(), "little")

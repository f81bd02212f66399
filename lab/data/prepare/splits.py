"""Draws the split of each row, so that what belongs together stays together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.steps import SetOutcome, SetStep
from lab.records import Split

if TYPE_CHECKING:
    from datasets import Dataset


def split_step(config: PrepareConfig) -> SetStep:
    """Make the step that draws splits."""
    shares = {
        Split.TRAIN: config.train_share,
        Split.VALIDATION: config.validation_share,
        Split.TEST: config.test_share,
    }
    settings: dict[str, Any] = {str(split): share for split, share in shares.items()}
    return SetStep("split", settings | {"seed": config.seed}, _Drawn(shares, config.seed))


class _Drawn:
    """Draws splits by shares and seed."""

    def __init__(self, shares: dict[Split, float], seed: int):
        self.shares, self.seed = shares, seed

    def __call__(self, rows: Dataset, scratch: Path, workers: int) -> SetOutcome:
        import pyarrow as pa

        groups, given = rows["group"], rows["split"]
        drawn = draw(groups, self.shares, self.seed)
        splits = [there or str(drawn[group]) for there, group in zip(given, groups, strict=True)]
        made = rows.remove_columns("split").add_column("split", pa.array(splits, pa.string()))
        counts = {str(split): splits.count(str(split)) for split in Split}
        return SetOutcome(made.select_columns(rows.column_names), counts=counts)


def draw(groups: Iterable[str], shares: dict[Split, float], seed: int) -> dict[str, Split]:
    """Draw a split for each group.

    Args:
        groups: the groups; doubles count once.
        shares: the share of the groups for each split; they add up to 1.
        seed: fixes the draw.

    Returns:
        Group → split. Groups are put into the order of their seeded hashes, which does not depend
        on the order of the rows, and cut at the shares, rounded.
    """
    order = sorted(set(groups), key=lambda one: hashlib.sha256(f"{seed}\0{one}".encode()).digest())
    found: dict[str, Split] = {}
    start, reached = 0, 0.0
    for split, share in shares.items():
        reached += share
        end = round(reached * len(order))
        found |= dict.fromkeys(order[start:end], split)
        start = end
    return found

"""Turns documents with lines that stand in many of them, such as menus, into those without."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lab.data.prepare.characters import spaced
from lab.data.prepare.keys import hash_of
from lab.data.prepare.passes import run_row_steps
from lab.data.prepare.rows import Fields
from lab.data.prepare.slices import in_slices, rows_in
from lab.data.prepare.steps import Outcome, RowStep, SetOutcome, SetStep

if TYPE_CHECKING:
    import numpy as np
    from datasets import Dataset

_PARTS = 64
"""Files that hashes are shared out to, each of which is counted in memory: 3 MB per GB of text."""


def boilerplate_step(least: int, *, tidy: bool) -> SetStep:
    """Make the step.

    Args:
        least: the number of documents from which on a line is boilerplate.
        tidy: whether to make white space uniform where lines were removed.
    """
    return SetStep("boilerplate", {"least documents": least}, _Removed(least, tidy))


def documents(row: Fields) -> list[str]:
    """Return the names of a row's fields that are documents.

    Those are sources, and plain texts. Prompts may repeat their instructions, and a target that
    stands in many rows, such as "yes", is still to be learnt.
    """
    is_plain = not (row["prompt"] or row["messages"] or row["rejected"])
    return [name for name in ("source", "reference")[: 1 + is_plain] if row[name]]


class _Removed:
    """Counts in how many documents each line stands, then removes the frequent ones."""

    def __init__(self, least: int, tidy: bool):
        self.least, self.tidy = least, tidy

    def __call__(self, rows: Dataset, scratch: Path, workers: int) -> SetOutcome:
        import numpy as np

        frequent = _frequent(rows, self.least, scratch)
        np.save(scratch / "frequent.npy", frequent)
        step = RowStep("boilerplate", {}, _Without(str(scratch / "frequent.npy"), self.tidy))
        made, (report,) = run_row_steps(rows, [step], scratch / "rows", workers)
        counts = {"repeated lines": len(frequent)} | {"lines removed": 0} | report.counts
        return SetOutcome(made, report.n_changed, report.dropped, counts)


def _frequent(rows: Dataset, least: int, scratch: Path) -> np.ndarray:
    """Return the hashes of lines that stand in enough different documents, in order.

    Hashes are put into files by their first bits, so that only one part is in memory at once.
    """
    import numpy as np

    folder = scratch / "hashes"
    folder.mkdir()
    files = [(folder / f"{part}").open("wb") for part in range(_PARTS)]
    try:
        for pairs in _line_hashes(rows):
            parts = (pairs[:, 0] >> np.uint64(58)).astype(np.int64)
            order = np.argsort(parts, kind="stable")
            cuts = np.searchsorted(parts[order], np.arange(1, _PARTS))
            for file, some in zip(files, np.split(pairs[order], cuts), strict=True):
                file.write(some.tobytes())
    finally:
        for file in files:
            file.close()
    found = []
    for file in files:
        pairs = np.fromfile(file.name, dtype=np.uint64).reshape(-1, 2)
        Path(file.name).unlink()
        pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
        # Of equal documents only one counts: copies are no boilerplate.
        new = np.ones(len(pairs), dtype=bool)
        new[1:] = (pairs[1:] != pairs[:-1]).any(axis=1)
        hashes, counts = np.unique(pairs[new, 0], return_counts=True)
        found.append(hashes[counts >= least])
    return np.concatenate(found)


def _line_hashes(rows: Dataset) -> Iterator[np.ndarray]:
    """Hash the lines of some documents at a time, (lines, 2): hash of the line, of the document."""
    import numpy as np

    columns = rows.select_columns(["prompt", "messages", "source", "reference", "rejected"])
    for batch in in_slices(columns):
        pairs = [np.empty((0, 2), dtype=np.uint64)]
        for row in rows_in(batch):
            for name in documents(row):
                hashes = hashes_of({line.strip() for line in row[name].split("\n")} - {""})
                pairs.append(np.stack([hashes, np.full_like(hashes, hash_of(row[name]))], axis=1))
        yield np.concatenate(pairs)


def hashes_of(lines: Collection[str]) -> np.ndarray:
    """Hash lines: (lines,), 64 bits each."""
    import numpy as np

    return np.fromiter(map(hash_of, lines), dtype=np.uint64, count=len(lines))


class _Without:
    """Removes the lines whose hashes are in a file; opened once in each process."""

    def __init__(self, path: str, tidy: bool):
        self.path, self.tidy = path, tidy
        self.frequent: np.ndarray | None = None

    def __call__(self, row: Fields) -> Outcome:
        n_removed, changed = 0, dict[str, str | None]()
        for name in documents(row):
            lines = row[name].split("\n")
            kept = [
                line
                for line, there in zip(lines, self._is_frequent(lines), strict=True)
                if not there
            ]
            if len(kept) < len(lines):
                n_removed += len(lines) - len(kept)
                text = "\n".join(kept)
                changed[name] = (spaced(text) if self.tidy else text) or None
        counts = {"lines removed": n_removed} if n_removed else {}
        if "reference" in changed and not changed["reference"]:
            return Outcome((), "boilerplate only", counts)
        return Outcome((row | changed,) if changed else (row,), counts=counts)

    def _is_frequent(self, lines: list[str]) -> Iterable[bool]:
        """Tell for each line whether it is one of them; an empty one never is."""
        import numpy as np

        if self.frequent is None:
            self.frequent = np.load(self.path)
        bare = [line.strip() for line in lines]
        hashes = hashes_of(bare)
        places = np.searchsorted(self.frequent, hashes)
        places[places == len(self.frequent)] = 0
        found = self.frequent[places] == hashes if len(self.frequent) else [False] * len(lines)
        return (bool(line) and bool(one) for line, one in zip(bare, found, strict=True))

    def __getstate__(self) -> dict[str, object]:
        return {"path": self.path, "tidy": self.tidy, "frequent": None}

"""Turns rows that name others by their place in a table into frames of categoricals.

A million rows that repeat ids and names travel and stay as small numbers; each text does so once.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from storage.client import Store

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow

_TABLES = {
    "studies": "SELECT rowid AS place, label FROM studies JOIN study_labels USING (id)",
    "datasets": "SELECT rowid AS place, name FROM datasets",
    "prompts": """
        SELECT prompts.rowid AS place, prompts.id AS id, key, split, datasets.rowid AS datasets
        FROM prompts JOIN datasets ON datasets.id = prompts.dataset_id
    """,
    "checkpoints": "SELECT rowid AS place, id, name FROM checkpoints",
    "generations": """
        SELECT
            generations.rowid AS place, generations.id AS id, prompts.rowid AS prompts,
            checkpoints.rowid AS checkpoints
        FROM generations
        JOIN prompts ON prompts.id = generations.prompt_id
        JOIN checkpoints ON checkpoints.id = generations.checkpoint_id
    """,
    "items": """
        SELECT
            items.rowid AS place, items.id AS id, studies.rowid AS studies,
            prompts.rowid AS prompts
        FROM items
        JOIN studies ON studies.id = items.study_id
        JOIN prompts ON prompts.id = items.prompt_id
    """,
    "accounts": "SELECT rowid AS place, id, pseudonym FROM accounts",
    "answers": "SELECT rowid AS place, id FROM answers",
}


@dataclass(frozen=True, slots=True)
class Table:
    """The texts of one table, each once."""

    places: np.ndarray
    """Each row's place, ascending; rows are only added, so a place stays."""
    columns: dict[str, pd.Categorical]
    """Its texts by column."""
    links: dict[str, np.ndarray]
    """For each table that its rows point to: the row number there."""

    def reaches(self, places: np.ndarray) -> bool:
        """Say whether it was read when all of these places were there already."""
        return not len(places) or (len(self.places) > 0 and places.max() <= self.places[-1])

    def rows(self, places: np.ndarray) -> np.ndarray:
        """Return the row numbers of places."""
        found: np.ndarray = np.searchsorted(self.places, places)
        return found


class Tables:
    """The tables that rows name, each read when it is first asked for; any threads may share one.

    Frames that are made with one object share its texts.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[str, Table] = {}
        self._lock = threading.RLock()

    def rows(self, table: str, places: np.ndarray) -> np.ndarray:
        """Return the row numbers of places in a table.

        Args:
            table: its name.
            places: as read from the store, any shape (rows,); a table that has grown since it was
                read is read again.
        """
        return self._holding(table, places).rows(places)

    def links(self, table: str, other: str, rows: np.ndarray) -> np.ndarray:
        """Return the row numbers in another table that rows of a table point to."""
        found: np.ndarray = self._holding(table).links[other][rows]
        return found

    def column(self, table: str, column: str, rows: np.ndarray) -> pd.Categorical:
        """Return the texts of a table's column in rows of it.

        Args:
            table: its name.
            column: one of its columns.
            rows: row numbers, any shape (rows,).
        """
        return _take(self._holding(table).columns[column], rows)

    def dataset(self, prompts: np.ndarray) -> pd.Categorical:
        """Return the names of the data sets of prompts, given by row number."""
        return self.column("datasets", "name", self.links("prompts", "datasets", prompts))

    def drop_lookups(self) -> None:
        """Drop the tables that looking a text up leaves behind, which are larger than the texts."""
        with self._lock:
            for table in self._read.values():
                for column in table.columns.values():
                    _drop_lookup(column)

    def _holding(self, name: str, places: np.ndarray | None = None) -> Table:
        with self._lock:
            found = self._read.get(name)
            if found is None or (places is not None and not found.reaches(places)):
                found = self._read[name] = self._table(name)
            return found

    def _table(self, name: str) -> Table:
        table = self._store.read(f"{_TABLES[name]} ORDER BY place")
        places = table["place"].to_numpy()
        links = {
            other: self.rows(other, table[other].to_numpy())
            for other in table.column_names
            if other in _TABLES
        }
        texts = [column for column in table.column_names if column not in {"place", *links}]
        columns = {
            column: _ids(table[column]) if column == "id" else categorical(table[column])
            for column in texts
        }
        return Table(places, columns, links)


def categorical(column: pyarrow.ChunkedArray) -> pd.Categorical:
    """Return a column of texts as a categorical with its texts sorted."""
    import pandas as pd

    coded = column.combine_chunks().dictionary_encode()
    texts = np.array(coded.dictionary.to_pylist(), dtype=object)
    order = np.argsort(texts)
    place = np.empty(len(order) + 1, dtype=np.int64)
    place[order] = np.arange(len(order))
    place[-1] = -1
    codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return pd.Categorical.from_codes(place[codes], categories=pd.Index(texts[order], dtype="str"))


def plain(table: pyarrow.Table, columns: list[str]) -> dict[str, Any]:
    """Return the columns of a table that name nothing: numbers and times, texts as categoricals."""
    import pyarrow

    return {
        name: categorical(table[name])
        if pyarrow.types.is_string(table[name].type)
        else table[name].to_pandas()
        for name in columns
    }


def _ids(column: pyarrow.ChunkedArray) -> pd.Categorical:
    import pandas as pd

    names = pd.Index(column.to_pandas(), dtype="str")
    found = pd.Categorical.from_codes(np.arange(len(column)), categories=names)
    _drop_lookup(found)  # left by the check that they differ
    return found


def _drop_lookup(column: pd.Categorical) -> None:
    column.categories._cache.clear()  # type: ignore[attr-defined] # pandas keeps it there


def _take(texts: pd.Categorical, rows: np.ndarray) -> pd.Categorical:
    import pandas as pd

    return pd.Categorical.from_codes(texts.codes[rows], dtype=texts.dtype, validate=False)

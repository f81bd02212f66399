"""Turns records into stored records and queries into tables, through the owner of the database."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

import httpx

from lab.errors import LabError, OwnerError, StoreError
from lab.home import Home, find_home
from storage.launch import as_error, authorise, find_or_start, stop_owner
from storage.places import Address, Places, find_places
from storage.schema import TABLES, Record, column_list, columns, decode, encode
from storage.wire import JSON, pack_add, unpack_table

if TYPE_CHECKING:
    import pyarrow

__all__ = ["Store", "open_store", "stop_owner"]

RETRY_SECONDS = 60.0
"""How long a call goes on trying while owners come and go."""


class Store:
    """A client of the owner; any number of threads may share one."""

    def __init__(self, home: Home, idle_seconds: float | None = None) -> None:
        self.home = home
        """The lab whose records these are."""
        self._places: Places = find_places(home.database)
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._address: Address = find_or_start(self._places, idle_seconds)
        self._http = httpx.Client(
            timeout=httpx.Timeout(300.0, connect=10.0),
            limits=httpx.Limits(max_connections=256, max_keepalive_connections=64),
            trust_env=False,
        )

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the owner stays for others, and leaves when idle."""
        self._http.close()

    def add(self, records: Iterable[Any]) -> None:
        """Store records, all or none, and return once they are on the disk.

        Args:
            records: any mix of types. One whose id is stored already is left as it is.

        Raises:
            StoreError: a record points to one that does not exist, takes a unique name or place
                twice, or does not fit its type.
        """
        groups: dict[type, list[Any]] = {}
        for record in records:
            groups.setdefault(type(record), []).append(record)
        if not groups:
            return
        for kind in groups:
            if kind not in TABLES:
                raise StoreError(f"the store has no table for {kind.__name__}")
        parts = [(kind, TABLES[kind], encode(group, kind)) for kind, group in groups.items()]
        content_type, body = pack_add(parts)
        self._post("/add", body, content_type)

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> pyarrow.Table:
        """Run one SELECT; it cannot change anything.

        Args:
            sql: the query, with `$1`, `$2`, … for the parameters.
            parameters: strings, numbers, booleans, None, or lists of these.

        Returns:
            An Arrow table; ids are strings, times are in UTC, JSON is text.

        Raises:
            StoreError: the query is wrong, or no SELECT.
        """
        body = json.dumps({"sql": sql, "parameters": list(parameters)}).encode()
        return unpack_table(self._post("/read", body))

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Run one SELECT and return a dict per row; see `read`."""
        return self.read(sql, parameters).to_pylist()

    def select(
        self, kind: type[Record], rest: str = "", parameters: Sequence[Any] = ()
    ) -> list[Record]:
        """Read records of one type.

        Args:
            kind: the type.
            rest: what follows `SELECT … FROM its_table`, such as `WHERE name = $1 ORDER BY id`.
            parameters: as for `read`.
        """
        plain: type = kind
        sql = f"SELECT {column_list(plain)} FROM {TABLES[plain]} {rest}"
        table = self.read(sql, parameters)
        return decode(kind, [table[column.name].to_pylist() for column in columns(plain)])

    def do(self, operation: str, **arguments: Any) -> Any:
        """Run one named operation in the single writer; see `storage.operations`.

        Raises:
            LabError: the operation refuses.
        """
        return json.loads(self._post(f"/do/{operation}", json.dumps(arguments).encode()))

    def health(self) -> dict[str, Any]:
        """Ask the owner whether it works; asked every 20 s, it also keeps it from leaving.

        Returns:
            `pid`, and `change`, a number that grows whenever something was written.
        """
        return json.loads(self._request("GET", "/health", None, JSON))

    def _post(self, path: str, body: bytes, content_type: str = JSON) -> bytes:
        return self._request("POST", path, body, content_type)

    def _request(self, method: str, path: str, body: bytes | None, content_type: str) -> bytes:
        deadline = time.monotonic() + RETRY_SECONDS
        while True:
            address = self._address
            headers = {"Content-Type": content_type, **authorise(address)}
            try:
                reply = self._http.request(
                    method, address.url + path, content=body, headers=headers
                )
            except httpx.TransportError as error:
                self._recover(address, deadline, error)
                continue
            if reply.status_code == httpx.codes.UNAUTHORIZED:
                # Another owner has the port of the one that we knew.
                self._recover(address, deadline, None)
                continue
            return _content(reply)

    def _recover(self, failed: Address, deadline: float, error: Exception | None) -> None:
        if time.monotonic() > deadline or isinstance(error, httpx.ReadTimeout):
            raise OwnerError(
                f"the owner of {self._places.database} does not answer ({error}); "
                f"see {self._places.log}"
            ) from error
        with self._lock:
            if self._address == failed:
                self._address = find_or_start(self._places, self._idle_seconds)


def _content(reply: httpx.Response) -> bytes:
    if reply.is_success:
        return reply.content
    raise _error(reply)


def _error(reply: httpx.Response) -> LabError:
    try:
        return as_error(reply.json())
    except ValueError:
        return StoreError(f"the owner answered {reply.status_code}: {reply.text[:200]}")


def open_store(home: Home | None = None, *, idle_seconds: float | None = None) -> Store:
    """Open the store of a lab; finds its owner, or starts one.

    Args:
        home: the lab; by default the one that `lab.home.find_home` finds.
        idle_seconds: how long a started owner stays without requests; by default its own default.

    Raises:
        StoreError: the database cannot be opened; says why and what to do.
    """
    return Store(home or find_home(), idle_seconds)

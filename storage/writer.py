"""Turns concurrent writes into few transactions: one thread, group commit, answers after COMMIT."""

from __future__ import annotations

import logging
import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import duckdb

from lab.errors import LabError, StoreError
from lab.records import Account
from storage.clock import Clock
from storage.desk import Desk
from storage.insert import Connection, add_rows, insert_records
from storage.wire import Rows

GROUP_SIZE = 128
"""Most operations that share one COMMIT."""

QUEUE_TABLES = {
    "accounts", "studies", "study_events", "items", "controls", "assignments", "leases", "answers",
    "ratings", "votes", "reviewer_spans",
}  # fmt: skip
"""What the desk's books are made of."""

FATAL_EXIT_CODE = 70
"""What the owner exits with after a `duckdb.FatalException` (EX_SOFTWARE of sysexits.h)."""

log = logging.getLogger("storage.owner")


@dataclass(frozen=True, slots=True)
class Job:
    """One operation on its way through the writer."""

    rows: list[Rows]
    """Rows to add; empty for a named operation."""

    operation: Callable[[Desk, datetime], Any] | None = None
    """A named operation; None where rows are added."""

    answer: Future[Any] = field(default_factory=Future)
    """Set once the transaction is on the disk, or has failed."""


class Writer:
    """The one thread that writes to a database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._desk = Desk(connection)
        self._clock = Clock(connection)
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self.n_commits = 0
        """Transactions so far that wrote something."""

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the jobs that are queued, then end the thread."""
        self._jobs.put(None)
        self._thread.join()

    def submit(self, job: Job) -> Future[Any]:
        """Queue a job.

        Returns:
            A future that has the answer once it is durable.
        """
        self._jobs.put(job)
        return job.answer

    def _run(self) -> None:
        running = True
        while running:
            group = [self._jobs.get()]
            while len(group) < GROUP_SIZE and not self._jobs.empty():
                group.append(self._jobs.get())
            running = None not in group
            self._commit([job for job in group if job is not None])

    def _commit(self, jobs: list[Job]) -> None:
        try:
            outcomes = self._transact(jobs)
        except Exception as error:
            if len(jobs) > 1:
                # Only the guilty one fails: each of the group is tried again by itself.
                for job in jobs:
                    self._commit([job])
            elif jobs:
                jobs[0].answer.set_exception(as_lab_error(error))
            return
        for job, outcome in zip(jobs, outcomes, strict=True):
            if isinstance(outcome, LabError):
                job.answer.set_exception(outcome)
            else:
                job.answer.set_result(outcome)

    def _transact(self, jobs: list[Job]) -> list[Any]:
        if not jobs:
            return []
        self._connection.execute("BEGIN")
        try:
            self._add([rows for job in jobs for rows in job.rows])
            outcomes = [self._operate(job) for job in jobs]
            insert_records(self._connection, self._desk.new)
            self._connection.execute("COMMIT")
        except duckdb.FatalException as error:
            die(error)
        except Exception:
            # Whatever it was: no transaction stays open, and no book tells what is not on the disk.
            self._desk.clear()
            self._roll_back()
            raise
        self.n_commits += bool(self._desk.new) or any(job.rows for job in jobs)
        if any(isinstance(record, Account) for record in self._desk.new):
            # A study may name it as the one who settles disagreements.
            self._desk.clear()
        self._desk.new.clear()
        return outcomes

    def _add(self, batches: list[Rows]) -> None:
        add_rows(self._connection, batches)
        if any(rows.table in QUEUE_TABLES for rows in batches):
            self._desk.clear()

    def _operate(self, job: Job) -> Any:
        if job.operation is None:
            return None
        try:
            return job.operation(self._desk, self._clock.tick())
        except LabError as error:
            # Operations refuse before they change anything, so the others can go on.
            return error

    def _roll_back(self) -> None:
        try:
            self._connection.execute("ROLLBACK")
        except duckdb.FatalException as error:
            die(error)
        except duckdb.TransactionException:
            log.info("nothing to roll back: the COMMIT itself failed")


def as_lab_error(error: BaseException) -> LabError:
    """Turn an error of a write or a read into one that the client can show."""
    if isinstance(error, LabError):
        return error
    log.exception("an operation failed", exc_info=error)
    first = (str(error).splitlines() or [""])[0]
    return StoreError(f"the store refused: {first}")


def die(error: BaseException) -> None:
    """End this process at once: after a fatal error DuckDB answers nothing any more."""
    log.critical("fatal error of the database; leaving", exc_info=error)
    logging.shutdown()
    os._exit(FATAL_EXIT_CODE)

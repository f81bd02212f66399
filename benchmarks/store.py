"""Durable single-row inserts per second of 1, 8 and 32 client processes, two ways.

The owner process of this lab, against the way that needs no owner: each client opens the DuckDB
file, writes one row, closes it, and tries again while another has it open.

    python benchmarks/store.py [--seconds 5] [--clients 1 8 32]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from lab.home import find_home
from lab.records import Checkpoint, CheckpointKind
from storage.client import open_store, stop_owner

PATIENCE_SECONDS = 5.0
"""After so long without the lock a client of the second way gives a write up."""


def owner(folder: Path) -> Callable[[], bool]:
    store = open_store(find_home(folder, str(folder / "owner.duckdb")))

    def write() -> bool:
        store.add([Checkpoint(name="benchmark", kind=CheckpointKind.EXTERNAL)])
        return True

    return write


def direct(folder: Path) -> Callable[[], bool]:
    def write() -> bool:
        one = Checkpoint(name="benchmark", kind=CheckpointKind.EXTERNAL)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                with duckdb.connect(str(folder / "direct.duckdb")) as connection:
                    connection.execute(
                        "INSERT INTO checkpoints VALUES ($1, $2, $3, $4)",
                        [one.id, one.name, one.kind, one.created_at.isoformat()],
                    )
                return True
            except duckdb.IOException:
                time.sleep(random.uniform(0.001, 0.02))
        return False

    return write


WAYS = {"owner": owner, "open, write, close": direct}


def work(way: str, folder: Path, seconds: float, start: Path) -> None:
    """Write for a while; print the latency of each acknowledged write, and what was given up."""
    write = WAYS[way](folder)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while not start.exists():
        time.sleep(0.005)
    latencies, n_given_up = [], 0
    end = time.monotonic() + seconds
    while (begin := time.monotonic()) < end:
        if write():
            latencies.append(time.monotonic() - begin)
        else:
            n_given_up += 1
    print(json.dumps({"latencies": latencies, "n_given_up": n_given_up}))


def measure(way: str, folder: Path, n_clients: int, seconds: float) -> dict[str, float]:
    start = folder / f"start-{way}-{n_clients}"
    command = [sys.executable, __file__, "--worker", way, str(folder), str(seconds), str(start)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    workers = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(n_clients)
    ]
    for worker in workers:
        worker.stdout.readline()
    begin = time.monotonic()
    start.touch()
    found = [json.loads(worker.communicate()[0]) for worker in workers]
    elapsed = time.monotonic() - begin
    latencies = sorted(latency for one in found for latency in one["latencies"])
    n = len(latencies)
    return {
        "per_second": n / elapsed,
        "p50_ms": 1000 * latencies[n // 2] if n else float("nan"),
        "p95_ms": 1000 * latencies[int(n * 0.95)] if n else float("nan"),
        "n_written": n,
        "n_idle_clients": sum(not one["latencies"] for one in found),
    }


def count_rows(path: Path) -> int:
    with duckdb.connect(str(path)) as connection:
        return connection.execute("SELECT count(*) FROM checkpoints").fetchall()[0][0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="per way and number of clients")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--worker", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        way, folder, seconds, start = given.worker
        work(way, Path(folder), float(seconds), Path(start))
        return
    with tempfile.TemporaryDirectory() as name:
        report(Path(name), given.clients, given.seconds)


def report(folder: Path, clients: list[int], seconds: float) -> None:
    """Print a table, and whether every acknowledged write is in the file."""
    home = find_home(folder, str(folder / "owner.duckdb"))
    open_store(home).close()
    with duckdb.connect(str(folder / "direct.duckdb")) as connection:
        connection.execute(
            "CREATE TABLE checkpoints "
            "(id UUID PRIMARY KEY, name VARCHAR, kind VARCHAR, created_at TIMESTAMPTZ)"
        )
    print("| way | clients | inserts/s | p50 ms | p95 ms | clients that wrote nothing |")
    print("|---|---|---|---|---|---|")
    written = dict.fromkeys(WAYS, 0)
    for n_clients in clients:
        for way in WAYS:
            found = measure(way, folder, n_clients, seconds)
            written[way] += int(found["n_written"])
            print(
                f"| {way} | {n_clients} | {found['per_second']:.0f} | {found['p50_ms']:.1f} "
                f"| {found['p95_ms']:.1f} | {found['n_idle_clients']:.0f} |",
                flush=True,
            )
    stop_owner(home)
    for way, file in (("owner", "owner.duckdb"), ("open, write, close", "direct.duckdb")):
        print(f"{way}: {written[way]} acknowledged, {count_rows(folder / file)} in the file")


if __name__ == "__main__":
    main()

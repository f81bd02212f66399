"""Kills the review server and the owner while simulated reviewers finish a study: nothing is lost.

    python benchmarks/crash.py [--reviewers 100] [--items 5000] [--k 3] [--kills 20]

Reviewers close tabs, lose their places, and send answers twice. In the end every item must have
exactly k different reviewers, and every acknowledged answer must be stored once.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.reviewers import Reviewer, Server, client, free_port, open_study, sign_in
from lab.home import Home, find_home
from lab.records import Answer, Role, Study
from storage import queue
from storage.client import Store, open_store, stop_owner
from storage.places import find_places, read_address


async def work(
    store: Store, study: Study, reviewers: list[Reviewer], server: Server, n_kills: int
) -> None:
    """Let all work until the study is complete, and kill meanwhile."""
    stop = asyncio.Event()
    async with client() as connections:
        tasks = [asyncio.create_task(one.work(connections, stop)) for one in reviewers]
        killer = asyncio.create_task(kill_now_and_then(server, n_kills))
        while not await asyncio.to_thread(is_complete, store, study):
            for task in tasks:
                if task.done():
                    task.result()
            await asyncio.sleep(1)
        stop.set()
        await killer
        await asyncio.gather(*tasks)


def is_complete(store: Store, study: Study) -> bool:
    """Say whether every item has all its answers."""
    progress = queue.study_progress(store, study.id)
    done = sum(answered for answered, _ in progress.slots.values())
    print(f"\r{done:,} answers", end="", file=sys.stderr, flush=True)
    return progress.is_complete


async def kill_now_and_then(server: Server, n_kills: int) -> None:
    """Kill the review server and the owner of the database in turn."""
    draw = random.Random(0)
    for number in range(n_kills):
        await asyncio.sleep(draw.uniform(0.5, 3))
        if number % 2:
            kill_owner(server.home)
        else:
            server.kill()
            await asyncio.to_thread(server.start)


def kill_owner(home: Home) -> None:
    """Kill the process that owns the database; the next call starts another."""
    address = read_address(find_places(home.database))
    if address is not None:
        os.kill(address.pid, signal.SIGKILL)


def judge(store: Store, study: Study, reviewers: list[Reviewer], k: int) -> dict[str, Any]:
    """Compare what was acknowledged with what is stored."""
    acknowledged = {id: at for one in reviewers for id, at in one.acknowledged.items()}
    stored = {answer.id: answer for answer in store.select(Answer)}
    counted = store.rows(
        "SELECT items.id AS item, count(*) AS n, count(DISTINCT reviewer_id) AS n_reviewers "
        "FROM items LEFT JOIN assignments ON item_id = items.id "
        "LEFT JOIN counted_answers ON assignment_id = assignments.id "
        "WHERE study_id = $1::UUID AND counted_answers.id IS NOT NULL GROUP BY items.id",
        [study.id],
    )
    n_items = store.rows("SELECT count(*) AS n FROM items")[0]["n"]
    n_ratings = store.rows("SELECT count(*) AS n FROM ratings")[0]["n"]
    n_votes = store.rows("SELECT count(*) AS n FROM votes")[0]["n"]
    per_assignment = [answer.assignment_id for answer in stored.values()]
    return {
        "items": n_items,
        f"items with exactly {k} different reviewers": sum(
            row["n"] == row["n_reviewers"] == k for row in counted
        ),
        "answers acknowledged": len(acknowledged),
        "of these stored": len(acknowledged.keys() & stored.keys()),
        "answers stored": len(stored),
        "assignments answered twice": len(per_assignment) - len(set(per_assignment)),
        "late answers, kept and not counted": sum(answer.late for answer in stored.values()),
        "ratings and votes": n_ratings + n_votes,
        "ratings and votes that belong to the answers": sum(
            4 if answer.kind == "rate" else 1 for answer in stored.values()
        ),
        "tabs closed": sum(one.n_closed_tabs for one in reviewers),
        "leases lost": sum(one.n_lost_leases for one in reviewers),
    }


def main() -> None:
    """Run the whole study and print what is left of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reviewers", type=int, default=100)
    parser.add_argument("--items", type=int, default=5000)
    parser.add_argument("--k", type=int, default=3, help="reviewers per item (default: 3)")
    parser.add_argument("--kills", type=int, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = find_home(folder)
        server = Server(home, free_port())
        with open_store(home) as store:
            study = open_study(store, arguments.items, arguments.k)
            lead = sign_in(store, Role.LEAD)
            reviewers = [
                Reviewer(
                    sign_in(store), server.address, study.id, random.Random(number),
                    closes_tab=0.05, sends_twice=0.05, loses_lease=0.02, lead=lead,
                )
                for number in range(arguments.reviewers)
            ]  # fmt: skip
            server.start()
            started = time.monotonic()
            try:
                asyncio.run(work(store, study, reviewers, server, arguments.kills))
            finally:
                server.kill()
            seconds = time.monotonic() - started
            found = judge(store, study, reviewers, arguments.k)
        stop_owner(home)
    print(f"\n{arguments.reviewers} reviewers, {arguments.kills} kills, {seconds:.0f} s")
    for name, value in found.items():
        print(f"| {name} | {value:,} |")


if __name__ == "__main__":
    main()

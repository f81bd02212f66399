"""One reviewer as a process: answers items until a file appears, printing what was acknowledged."""

from __future__ import annotations

import sys
from pathlib import Path

from lab.home import find_home
from lab.records import new_id
from storage import queue
from storage.client import open_store


def main(folder: str, study_id: str, reviewer_id: str, stop: str) -> None:
    home = find_home(folder, str(Path(folder) / "lab.duckdb"))
    with open_store(home) as store:
        while not Path(stop).exists():
            for task in queue.next_tasks(store, study_id, reviewer_id, 2):
                ratings = {"coherence": 1, "fluency": 5}
                done = queue.submit(
                    store,
                    answer_id=new_id(),
                    assignment_id=task.assignment_id,
                    reviewer_id=reviewer_id,
                    kind="rate",
                    ratings=ratings,
                )
                sys.stdout.write(f"{done.answer_id} {task.assignment_id}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])

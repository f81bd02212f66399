"""Turns runs into events, both as lines of JSON: `python -m lab.sample.playground_worker`.

The review app starts it when a lead wants to see a text written, and holds the other ends of its
standard input and output. It leaves when the input ends, or when nobody has asked for a while.

In: `{"run": id, "prompt": {…}, "checkpoints": [{…}], "settings": {…}}`, `{"stop": id}`.
Out: what `lab.sample.playground` tells, each with its `run`; `end` when nothing more comes.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import sys
import threading
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

from lab.errors import LabError

if TYPE_CHECKING:
    from lab.sample.playground import Event, Models, Run

IDLE_SECONDS = 900.0
"""How long it stays, with its models in memory, when nobody asks."""

NICE = 5
"""How much it stands back for other processes."""


def main(arguments: list[str] | None = None) -> int:
    """Serve whoever holds the other end until nobody needs it.

    Returns:
        0.
    """
    parser = argparse.ArgumentParser(
        prog="python -m lab.sample.playground_worker", description=__doc__
    )
    parser.add_argument("--idle", type=float, default=IDLE_SECONDS, help="seconds without a run")
    given = parser.parse_args(arguments)
    # What a library prints goes to the log: the output has lines of ours alone.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    # Reviewers on the same machine come first.
    os.nice(NICE)
    worker = Worker(out)
    threading.Thread(target=worker.listen, args=[sys.stdin], daemon=True).start()
    worker.work(given.idle)
    return 0


class Worker:
    """One run after the other; the thread that listens can stop the one at work."""

    def __init__(self, out: IO[str]) -> None:
        self.out = out
        self._asked: queue.Queue[dict[str, Any]] = queue.Queue()
        self._stopped: set[str] = set()
        self._models: Models | None = None

    def listen(self, lines: IO[str]) -> None:
        """Take up what is asked for; at the end of the input the process ends at once."""
        for line in lines:
            asked = json.loads(line)
            if "stop" in asked:
                self._stopped.add(asked["stop"])
            else:
                self._asked.put(asked)
        os._exit(0)

    def work(self, idle_seconds: float) -> None:
        """Do what is asked for until nobody has asked for a while."""
        while True:
            try:
                asked = self._asked.get(timeout=idle_seconds)
            except queue.Empty:
                return
            for event in self._events(asked):
                self._tell(asked["run"], event)
            self._tell(asked["run"], {"event": "end"})
            self._stopped.discard(asked["run"])

    def _events(self, asked: dict[str, Any]) -> Iterator[Event]:
        try:
            from lab.sample.playground import Models, write_side_by_side

            self._models = self._models or Models()
            run = read_run(asked)
        except ImportError as error:
            yield {"event": "failed", "index": None, "error": _missing(error)}
        except LabError as error:
            yield {"event": "failed", "index": None, "error": str(error)}
        else:
            yield from write_side_by_side(run, self._models, lambda: asked["run"] in self._stopped)

    def _tell(self, run: str, event: Event) -> None:
        self.out.write(json.dumps({"run": run, **event}) + "\n")
        self.out.flush()


def read_run(asked: dict[str, Any]) -> Run:
    """Read what is to be written.

    Raises:
        ConfigError: the settings cannot be used.
    """
    from lab.records import Checkpoint, Prompt
    from lab.sample.config import SampleConfig
    from lab.sample.playground import Run

    return Run(
        prompt=Prompt(**asked["prompt"]),
        checkpoints=tuple(Checkpoint(**one) for one in asked["checkpoints"]),
        config=SampleConfig(**asked["settings"]),
    )


def _missing(error: ImportError) -> str:
    return (
        f"models cannot be run here: {error}; install torch and transformers beside the review "
        "app (`pip install review-lab` brings them), then try again"
    )


if __name__ == "__main__":
    raise SystemExit(main())

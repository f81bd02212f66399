"""Documents per second of each step of preparing made text, and the most memory that it takes.

    python benchmarks/prepare.py [--size 100 1000] [--workers 1] [--folder FOLDER]

Each size (megabytes) is prepared in a process of its own by all steps that need no model. Memory
is that of the process and its workers: what it has of its own (which must not grow with the
text), and with the pages of its files that the system lends it as long as nobody needs the room.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.run import prepare
from lab.world.corpus import write_corpus

STORIES = 5000


def main() -> None:
    """Prepare each size in a process of its own, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=float, nargs="+", default=[100, 1000], help="megabytes")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--folder", help="where there is room (default: the system's)")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        measure(Path(asked.one), asked.workers)
        return
    for size in asked.size:
        with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
            n = write_documents(Path(folder) / "documents.jsonl", int(size * 1e6))
            print(f"\n{size:g} MB, {n:,} documents, {asked.workers} processes", flush=True)
            words = [sys.executable, __file__, "--one", folder, "--workers", str(asked.workers)]
            subprocess.run(words, check=True)


def write_documents(path: Path, n_bytes: int) -> int:
    """Write made documents, a line each; returns how many."""
    stories = [prompt.reference or "" for prompt in write_corpus(1, STORIES, 0, 0)[1]]
    n = 0
    with path.open("w", encoding="utf-8") as file:
        for text in documents(stories, random.Random(1)):
            file.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")
            n += 1
            if file.tell() >= n_bytes:
                return n
    return n


def documents(stories: list[str], rng: random.Random) -> Iterator[str]:
    """Write documents without end: stories with what is wrong in texts from the web."""
    last = ""
    for number in range(sys.maxsize):
        kind = rng.random()
        parts = [*rng.sample(stories, rng.randint(2, 8)), f"Number {number} of {rng.random()}."]
        text = "\n\n".join(parts)
        if kind < 0.25:
            text = "<div>" + text.replace("\n\n", "</p>\n<p>") + "&nbsp;&amp; more</div>"
        elif kind < 0.35:
            text += " The café’s “menu” was naïve.".encode().decode("latin-1")
        elif kind < 0.45:
            text += f" Write to rosa{number}@example.org or call +44 20 7946 {number % 10000:04}."
        elif kind < 0.5:
            text = text.replace(". ", ".  \t").replace("\n", "\r\n")
        elif kind < 0.53 and last:
            text = last
        elif kind < 0.56 and last:
            text = f"{last} And so on."
        elif kind < 0.58:
            text = "buy now! " * 50
        last = text
        yield text


def measure(folder: Path, workers: int) -> None:
    """Prepare the documents of a folder and print the speed of each step and the memory."""
    config = PrepareConfig(
        name="made", kind="text", vocabulary=4096, segment_tokens=512, boilerplate=1000,
        workers=workers,
    )  # fmt: skip
    with Memory() as memory:
        started = time.perf_counter()
        prepared = prepare(
            [str(folder / "documents.jsonl")], config, folder / "data", lambda share, note: None
        )
        seconds = time.perf_counter() - started
    steps = (prepared.dataset.steps or {})["steps"]
    n = steps[0]["n_in"]
    print(f"{'step':<30} {'rows':>10} {'seconds':>9} {'rows/s':>9}")
    for step in steps:
        speed = step["n_in"] / max(step["seconds"], 1e-9)
        print(f"{step['name']:<30} {step['n_in']:>10,} {step['seconds']:>9.1f} {speed:>9,.0f}")
    rest = seconds - sum(step["seconds"] for step in steps)
    print(f"{'reading, writing, hashing':<30} {n:>10,} {rest:>9.1f} {n / rest:>9,.0f}")
    print(f"{'all':<30} {n:>10,} {seconds:>9.1f} {n / seconds:>9,.0f}")
    print(f"most memory: {memory.own:,.0f} MB of its own, {memory.all:,.0f} MB with files' pages")
    disk = sum(path.stat().st_size for path in (folder / "data").rglob("*") if path.is_file())
    print(f"on disk: {disk / 1e6:,.0f} MB at the end", flush=True)
    shutil.rmtree(folder / "data")


class Memory:
    """Watches how much memory this process and its children take, in megabytes."""

    def __enter__(self) -> Memory:
        self.own, self.all = 0.0, 0.0
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.thread.join()

    def _watch(self) -> None:
        while not self.done.wait(0.05):
            own, pages = map(sum, zip(*map(_memory, _processes()), strict=True))
            self.own, self.all = max(self.own, own), max(self.all, own + pages)


def _processes() -> list[str]:
    children = Path("/proc/self/task").glob("*/children")
    return ["self", *(pid for path in children for pid in path.read_text().split())]


def _memory(process: str) -> tuple[float, float]:
    """Return a process's own memory and its pages of files; nothing of one that has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0, 0.0
    found = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith("Rss")}
    return int(found.get("RssAnon", 0)) / 1e3, int(found.get("RssFile", 0)) / 1e3


if __name__ == "__main__":
    main()

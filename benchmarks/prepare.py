"""Documents per second of each step of preparing made text, and the most memory that it takes.

    python benchmarks/prepare.py [--size 100 1000] [--workers 1] [--folder FOLDER]

Each size (megabytes) is prepared in a process of its own by all steps that need no model. Memory
is that of the process and its workers: what it has of its own (which must not grow with the
text), and with the pages of its files that the system lends it as long as nobody needs the room.
Documents are stories of the built-in world in which every fourth word is another one, so that
texts are alike only where copies are planted, however many there are.
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
from contextlib import suppress
from pathlib import Path

from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.run import prepare
from lab.world.corpus import write_corpus

STORIES = 5000
TOLD = "measured.json"
OTHER_WORDS = 0.25


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
    told = {}
    for size in asked.size:
        with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
            n = write_documents(Path(folder) / "documents.jsonl", int(size * 1e6))
            print(f"\n{size:g} MB, {n:,} documents, {asked.workers} processes", flush=True)
            words = [sys.executable, __file__, "--one", folder, "--workers", str(asked.workers)]
            subprocess.run(words, check=True)
            told[size] = json.loads((Path(folder) / TOLD).read_text())
    if len(told) > 1:
        print("\nmost memory of its own: " + compared(told))


def compared(told: dict[float, dict[str, float]]) -> str:
    """Say how memory grows from the smallest size to each other one."""
    first, *others = sorted(told)
    found = [f"{told[first]['own']:,.0f} MB at {first:g} MB"]
    for size in others:
        times = told[size]["own"] / told[first]["own"]
        found.append(f"{told[size]['own']:,.0f} MB at {size:g} MB ({times:.2f} times)")
    return ", ".join(found)


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
    last, pool = "", [word for story in stories for word in story.split()]
    for number in range(sys.maxsize):
        kind = rng.random()
        parts = [varied(story, pool, rng) for story in rng.sample(stories, rng.randint(2, 8))]
        text = "\n\n".join([*parts, f"Number {number} of {rng.random()}."])
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


def varied(text: str, pool: list[str], rng: random.Random) -> str:
    """Put other words in the place of some, so that one story can be told often."""
    words = text.split(" ")
    n = int(len(words) * OTHER_WORDS)
    for place, word in zip(rng.sample(range(len(words)), n), rng.choices(pool, k=n), strict=True):
        words[place] = word
    return " ".join(words)


def measure(folder: Path, workers: int) -> None:
    """Prepare the documents of a folder and print the speed of each step and the memory."""
    config = PrepareConfig(
        name="made", kind="text", vocabulary=4096, segment_tokens=512, boilerplate=1000,
        workers=workers,
    )  # fmt: skip
    n_bytes = (folder / "documents.jsonl").stat().st_size
    with Memory(folder / "data") as memory:
        started = time.perf_counter()
        prepared = prepare(
            [str(folder / "documents.jsonl")], config, folder / "data", lambda share, note: None
        )
        seconds = time.perf_counter() - started
    steps = (prepared.dataset.steps or {})["steps"]
    n = steps[0]["n_in"]
    head = ("rows in", "rows out", "seconds", "rows/s", "documents/s")
    print(f"{'step':<30}" + "".join(f"{name:>13}" for name in head))
    for step in steps:
        line(step["name"], step["n_in"], step["n_out"], step["seconds"], n)
    rest = seconds - sum(step["seconds"] for step in steps)
    line("passes: rows from and to disk", n, steps[-1]["n_out"], rest, n)
    line("all", n, steps[-1]["n_out"], seconds, n)
    print(f"most memory: {memory.own:,.0f} MB of its own, {memory.all:,.0f} MB with files' pages")
    end = used(folder / "data")
    most, times = max(memory.disk, end), max(memory.disk, end) / n_bytes
    print(
        f"on disk: {most / 1e6:,.0f} MB at most, {times:.1f} times the text; "
        f"{end / 1e6:,.0f} MB at the end",
        flush=True,
    )
    (folder / TOLD).write_text(json.dumps({"own": memory.own}))
    shutil.rmtree(folder / "data")


def line(name: str, n_in: int, n_out: int, seconds: float, n_documents: int) -> None:
    """Print the speed of a step: rows that came into it, and documents that were read."""
    speeds = [n / max(seconds, 1e-9) for n in (n_in, n_documents)]
    cells = [f"{n_in:,}", f"{n_out:,}", f"{seconds:.1f}", *(f"{speed:,.0f}" for speed in speeds)]
    print(f"{name:<30}" + "".join(f"{cell:>13}" for cell in cells))


def used(folder: Path) -> int:
    """Return the bytes of the files in a folder, which others may delete meanwhile."""
    n_bytes = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            n_bytes += path.stat().st_size
    return n_bytes


class Memory:
    """Watches how much memory this process and its children take (MB), and a folder (bytes)."""

    def __init__(self, folder: Path):
        self.folder = folder

    def __enter__(self) -> Memory:
        self.own, self.all, self.disk = 0.0, 0.0, 0
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.thread.join()

    def _watch(self) -> None:
        n_looks = 0
        while not self.done.wait(0.05):
            n_looks += 1
            if n_looks % 20 == 0:
                self.disk = max(self.disk, used(self.folder))
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

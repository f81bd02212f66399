"""Turns results into lines, tables and progress bars on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

Advance = Callable[[float, str], None]
"""Takes the share done in [0, 1] and a short note."""


def say(text: str = "") -> None:
    """Print a line."""
    print(text, flush=True)


def width() -> int:
    """Return how many characters a line may have: the terminal's, or 160 in a file."""
    from rich.console import Console

    return Console().width if sys.stdout.isatty() else 160


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """Print a table; numbers stand right, None is a dash."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    rows = [list(row) for row in rows]
    if title:
        say(f"\n{title}")
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for index, name in enumerate(columns):
        numeric = all(isinstance(row[index], int | float | None) for row in rows)
        shown.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(Text(_cell(value)) for value in row))
    Console(width=width()).print(shown)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


@contextmanager
def progress(label: str) -> Iterator[Advance]:
    """Show a progress bar with the time left, on the error stream."""
    with progress_of([label]) as advances:
        yield advances[label]


@contextmanager
def progress_of(labels: Sequence[str]) -> Iterator[dict[str, Advance]]:
    """Show a progress bar with the time left for each of several jobs, on the error stream."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = [
        TextColumn("{task.description:<20}", markup=False),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}", markup=False),
    ]
    console = Console(stderr=True, width=None if sys.stderr.isatty() else 120)
    with Progress(*columns, console=console, refresh_per_second=4) as bars:
        tasks = {label: bars.add_task(label, total=1.0, note="") for label in labels}

        def advance_of(label: str) -> Advance:
            return lambda share, note: bars.update(tasks[label], completed=share, note=note)

        yield {label: advance_of(label) for label in labels}
        for task in tasks.values():
            bars.update(task, completed=1.0)

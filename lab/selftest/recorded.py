"""Turns the figures of a run into a file that tells how they came about, and back.

The package ships one recording (`recorded.json`); a user's own is in the reports of the lab.
"""

from __future__ import annotations

import dataclasses
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from lab import __version__
from lab.errors import InputError
from lab.selftest.figures import Figure

SHIPPED = Path(__file__).with_name("recorded.json")
"""The recording that comes with the package, from a machine where nothing else ran."""
FILE_NAME = "self-test.json"
"""Name of a user's own recording in the folder of the lab's reports."""
_LIBRARIES = ("numpy", "scipy", "pandas")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The figures of one topic, and how they came about."""

    topic: str
    """What was tried."""
    made_at: datetime
    """When the run ended, in UTC."""
    seconds: float
    """How long it took on that machine, in seconds."""
    command: str
    """The command that gives the same figures again."""
    versions: Mapping[str, str]
    """Versions of the lab, of Python and of the numerical libraries."""
    figures: tuple[Figure, ...]
    """What came out; the runs and the seed stand in each."""


def record(topic: str, figures: Iterable[Figure], seconds: float, command: str) -> Recording:
    """Note down what a run of this moment, on this machine, gave."""
    versions = {"review-lab": __version__, "python": platform.python_version()}
    return Recording(
        topic=topic,
        made_at=datetime.now(UTC).replace(microsecond=0),
        seconds=round(seconds, 1),
        command=command,
        versions=versions | {name: version(name) for name in _LIBRARIES},
        figures=tuple(figures),
    )


def write(path: Path, recordings: Iterable[Recording]) -> None:
    """Write recordings to a file; those of other topics that are in it stay.

    Raises:
        InputError: the file is there and is no such recording.
    """
    kept = {one.topic: one for one in read(path)} | {one.topic: one for one in recordings}
    plain = [
        {**dataclasses.asdict(one), "made_at": one.made_at.isoformat()} for one in kept.values()
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(plain, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read(path: Path) -> tuple[Recording, ...]:
    """Read the recordings of a file; none where there is no such file.

    Raises:
        InputError: the file is no such recording.
    """
    if not path.exists():
        return ()
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return tuple(_recording(one) for one in found)
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(
            f"{path} is no recording of a self-test ({error}); delete it and run `lab selftest`"
        ) from error


def newest(own: Path) -> tuple[Recording, ...]:
    """Return each topic's newest recording, of the shipped ones and a user's own.

    Args:
        own: the user's file, which need not exist.

    Raises:
        InputError: the user's file is no such recording.
    """
    known: dict[str, Recording] = {}
    for one in (*read(SHIPPED), *read(own)):
        before = known.get(one.topic)
        if before is None or one.made_at > before.made_at:
            known[one.topic] = one
    return tuple(known.values())


def _recording(plain: dict[str, object]) -> Recording:
    values = dict(plain)
    figures = tuple(Figure(**one) for one in values.pop("figures"))  # type: ignore[attr-defined]
    made_at = datetime.fromisoformat(str(values.pop("made_at")))
    return Recording(**values, made_at=made_at, figures=figures)  # type: ignore[arg-type]

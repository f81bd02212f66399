"""A data set's folder is there whole or not at all: kill -9, full disks, failures."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.data.prepare.arrays import new_array
from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.place import LOCK, new_place
from lab.data.prepare.run import Prepared, prepare
from lab.errors import InputError

# Prepares, and stops for good where it is told to, so that it can be killed there.
KILLED = """
import signal, sys
from pathlib import Path
from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.run import prepare

origin, data, stage = sys.argv[1:]

def stop(*_):
    print("here", flush=True)
    signal.pause()

def advance(share, text):
    if text == stage:
        stop()

prepare([origin], PrepareConfig(name="tales"), Path(data), advance,
        keep=stop if stage == "storing" else lambda prepared: None)
"""


@pytest.fixture
def origin(tmp_path: Path) -> str:
    rows = [
        {"prompt": f"Say {number}.", "reference": f"The {number}th word was {number * 7} long."}
        for number in range(20)
    ]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def run(origin: str, data: Path, **more: object) -> Prepared:
    config = PrepareConfig(name="tales")
    return prepare([origin], config, data, lambda share, text: None, **more)  # type: ignore[arg-type]


def killed(origin: str, data: Path, stage: str) -> None:
    words = [sys.executable, "-c", KILLED, origin, str(data), stage]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        process.send_signal(signal.SIGKILL)


@pytest.mark.parametrize("stage", ["reading", "writing", "storing"])
def test_what_a_killed_run_leaves_the_next_one_deletes(
    origin: str, tmp_path: Path, stage: str
) -> None:
    data = tmp_path / "data"
    other = data / "tales-of-others-0123456789ab.part"
    other.mkdir(parents=True)
    killed(origin, data, stage)
    left = set(data.iterdir()) - {other}
    assert [path.suffix == ".part" for path in left] == [stage != "storing"]
    prepared = run(origin, data)
    assert set(data.iterdir()) == {other, Path(prepared.dataset.path or "")}


def test_a_stored_folder_and_one_that_is_worked_in_are_left_alone(
    origin: str, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    stored = Path(run(origin, data).dataset.path or "")
    (stored / LOCK).touch()  # killed between the store and the end
    with new_place(data, "tales", "0123456789ab", [str(stored)]) as place:
        run(origin, data, stored=[str(stored)])
        assert place.part.is_dir()
        place.finish()
    assert stored.is_dir()
    assert place.folder.is_dir()


def test_nothing_is_left_when_storing_fails(origin: str, tmp_path: Path) -> None:
    def keep(prepared: Prepared) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(origin, tmp_path / "data", keep=keep)
    assert list((tmp_path / "data").iterdir()) == []


@pytest.mark.parametrize(
    "error",
    [OSError(errno.ENOSPC, "No space"), OSError("Error writing: No space left on device")],
)
def test_a_full_disk_is_told_with_its_folder_and_space(error: OSError, tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match=rf"{tmp_path}: the disk is full, which had [\d,]+ MB"),
        new_place(tmp_path, "x", "0123456789ab", ()),
    ):
        raise error
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(words, capture_output=True).returncode:
        pytest.skip("a small disk cannot be made without the rights to mount one")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_small_disk_ends_in_an_error_and_not_in_a_bus_error(
    origin: str, small_disk: Path, tmp_path: Path
) -> None:
    with pytest.raises(OSError, match="No space"):
        new_array(small_disk / "array.npy", float, (1 << 20,))
    (small_disk / "array.npy").unlink()
    rows = "".join(
        json.dumps({"prompt": str(n), "reference": "x" * 99}) + "\n" for n in range(9999)
    )
    Path(origin).write_text(rows)
    with pytest.raises(InputError, match="the disk is full, which had 1 MB free"):
        run(origin, small_disk)
    assert list(small_disk.iterdir()) == []

"""States on disk, whole or not there; a killed run reaches the same weights, to the bit."""

import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from lab.errors import CheckpointError, TrainingError
from lab.models.folder import read_about
from lab.train.states import RunFolder

SCRIPT = Path(__file__).with_name("killed_run.py")


def killed_run() -> object:
    spec = importlib.util.spec_from_file_location("killed_run", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("architecture", "when", "saved"), [("gpt", "8", 6), ("gru", "2", None), ("gpt", "saving", 3)]
)
def test_a_killed_run_reaches_the_weights_of_one_that_was_not(
    architecture: str, when: str, saved: int | None, tmp_path: Path
) -> None:
    run = killed_run()
    ended = subprocess.run(
        [sys.executable, SCRIPT, tmp_path / "killed", architecture, when],
        capture_output=True,
        check=False,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    state = RunFolder(tmp_path / "killed" / "run").load()
    assert (state["loop"]["steps"] if state else None) == saved
    torch.manual_seed(7)  # what this process drew must not matter
    expected = run.run(tmp_path / "whole", architecture)
    assert run.run(tmp_path / "killed", architecture) == expected
    kept = [f"checkpoint@{step}" for step in (12, 14)]
    for name in kept:
        one, other = (read_about(tmp_path / way / name) for way in ("whole", "killed"))
        assert one["weights_sha256"] == other["weights_sha256"]
        assert one["n_tokens"] == other["n_tokens"]
    assert sorted(path.name for path in (tmp_path / "killed").iterdir()) == ["checkpoint", *kept]


def test_a_state_comes_back_as_it_was(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    assert folder.load() is None
    folder.save({"weights": {"a": torch.arange(3)}, "best": None, "low": float("inf")})
    folder.save({"weights": {"a": torch.arange(4)}, "best": None, "low": float("inf")})
    assert folder.load()["weights"]["a"].tolist() == [0, 1, 2, 3]
    assert [path.name for path in folder.path.iterdir()] == ["state.pt"]


def test_a_full_disk_leaves_the_last_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.save({"step": 1})

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CheckpointError, match="No space left on device; the last one is whole"):
        folder.save({"step": 2})
    assert folder.load()["step"] == 1
    assert [path.name for path in folder.path.iterdir()] == ["state.pt"]


def test_a_run_goes_on_after_a_full_disk(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", small],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("only root may mount a small disk")
    try:
        run = killed_run()
        with pytest.raises(CheckpointError, match=r"cannot be written: .*No space left"):
            run.run(small, "gpt")
        assert RunFolder(small / "run").load()["loop"]["steps"] == 3
        assert not [path for path in small.rglob("*") if "partial" in path.name]
        subprocess.run(["mount", "-o", "remount,size=8m", small], check=True)
        assert run.run(small, "gpt") == run.run(tmp_path / "large", "gpt")
    finally:
        subprocess.run(["umount", "-l", small], check=True)


def test_a_damaged_state_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state.pt").write_bytes(b"PK not a state")
    with pytest.raises(CheckpointError, match=r"state\.pt' is damaged: .*train anew"):
        RunFolder(tmp_path).load()


def test_a_state_of_another_version_is_refused(tmp_path: Path) -> None:
    torch.save({"format": 99}, tmp_path / "state.pt")
    with pytest.raises(CheckpointError, match="another version of the lab"):
        RunFolder(tmp_path).load()


def test_one_process_at_a_time_has_a_run(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    with (
        folder.locked(),
        pytest.raises(TrainingError, match="another process"),
        folder.locked(),
    ):
        pass
    with folder.locked():
        pass

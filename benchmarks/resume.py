"""Kills `lab train` at random points by SIGKILL, resumes it and compares the weights, as a table.

Every run has the same data, settings and seed; one of them is left alone. Equal means that the
SHA-256 of the weights file is the same.

    python benchmarks/resume.py [--kills 20] [--steps 60] [--architecture gpt] [--seed 0]
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lab.commands.data import write_world
from lab.home import Home
from storage import checkpoints, training
from storage.client import Store, open_store

SIZES = ("--layers", "1", "--width", "64", "--template", "{source}\n", "--dropout", "0.1")
PACE = ("--log-every", "5", "--validate-every", "10", "--save-every", "7", "--threads", "1")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--architecture", default="gpt")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder), str(Path(folder) / "lab.duckdb"))
        write_world(home, 1, 400, 40, 1)
        with open_store(home) as store:
            compare(home, store, given)


def compare(home: Home, store: Store, given: argparse.Namespace) -> None:
    """Train once in peace, then with a kill at each of the random points."""
    began = time.perf_counter()
    train(home, given, "whole").wait()
    seconds = time.perf_counter() - began
    expected = checkpoints.named(store, "whole").weights_sha256
    pause = random.Random(given.seed)
    print("| kill | after seconds | last step logged | weights |\n|---|---|---|---|")
    equal = 0
    for number in range(1, given.kills + 1):
        name = f"killed-{number}"
        process = train(home, given, name)
        started = wait_for_start(store, name, process)
        moment = pause.uniform(0, seconds - started)
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        was_killed = process.returncode == -signal.SIGKILL
        steps = training.steps(store, training.run_named(store, name).id)
        last = steps[-1].step if steps else 0
        if was_killed and not has_ended(store, name):
            subprocess.run(command(home, "--resume", name), check=True, capture_output=True)
        same = checkpoints.named(store, name).weights_sha256 == expected
        equal += same
        how = "equal" if same else "DIFFERENT"
        print(f"| {number} | {moment:.2f}{'' if was_killed else ' (was over)'} | {last} | {how} |")
    print(
        f"\n{equal} of {given.kills} equal to the bit ({given.architecture}, {given.steps} steps)"
    )


def train(home: Home, given: argparse.Namespace, name: str) -> subprocess.Popen[bytes]:
    """Start `lab train` in a process of its own."""
    words = ("--dataset", "world", "--name", name, "--steps", str(given.steps))
    kind = ("--architecture", given.architecture)
    return subprocess.Popen(
        command(home, *words, *kind, *SIZES, *PACE),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"LAB_DATABASE": home.database},
    )


def command(home: Home, *words: str) -> list[str]:
    """Return the command line of `lab train`."""
    return [sys.executable, "-m", "lab.cli", "train", "--home", str(home.path), *words]


def wait_for_start(store: Store, name: str, process: subprocess.Popen[bytes]) -> float:
    """Wait until the run is stored, just before its first step; return the seconds waited."""
    began = time.perf_counter()
    while not any(run.name == name for run in training.runs(store)):
        if process.poll() not in (None, 0):
            raise SystemExit(f"`lab train` failed with code {process.returncode}")
        time.sleep(0.02)
    return time.perf_counter() - began


def has_ended(store: Store, name: str) -> bool:
    """Return whether a run was stored as over before the kill came."""
    return bool(training.ends(store, training.run_named(store, name).id))


if __name__ == "__main__":
    main()

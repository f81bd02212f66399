"""Trains in a process of its own that kills itself, as `kill -9` does: at a step, or in a save.

python killed_run.py FOLDER ARCHITECTURE (STEP | saving)
"""

import os
import signal
import sys
from pathlib import Path

import torch

from lab.records import Prompt, Split
from lab.train.config import TrainConfig
from lab.train.learner import Learner
from lab.train.run import train


def made_prompts() -> list[Prompt]:
    return [
        Prompt(
            dataset_id="d",
            key=f"{name}-{thing}",
            split=Split.TRAIN,
            text=f"hero: {name}; thing: {thing}",
            reference=f"{name} had a {thing}. The {thing} was all that {name} had.",
        )
        for name in ("Rosa", "Ivy", "Tom", "Lena", "Ada")
        for thing in ("kite", "lamp", "drum")
    ]


def config(architecture: str) -> TrainConfig:
    return TrainConfig(
        name="killed",
        architecture=architecture,
        layers=1,
        width=32,
        vocabulary=300,
        context=64,
        batch_rows=4,
        accumulate=2,
        dropout=0.1,
        steps=14,
        precision="fp32",
        log_every=2,
        validate_every=4,
        save_every=3,
        keep=2,
        threads=1,
        device="cpu",
    )


def run(folder: Path, architecture: str) -> str:
    prompts = made_prompts()
    checkpoint = train(
        prompts[:-3],
        prompts[-3:],
        config(architecture),
        folder / "checkpoint",
        "run-1",
        lambda step, share: None,
        states=folder / "run",
    )
    return str(checkpoint.weights_sha256)


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_at_step(last: int) -> None:
    step = Learner.step
    done: list[int] = []

    def watched(*arguments: object) -> object:
        result = step(*arguments)
        done.append(1)
        if len(done) == last:
            kill()
        return result

    Learner.step = watched


def kill_in_second_save() -> None:
    save = torch.save
    saved: list[int] = []

    def half(state: object, file: object) -> None:
        saved.append(1)
        if len(saved) == 2:
            file.write(b"PK\x03\x04 half a state")
            file.flush()
            kill()
        save(state, file)

    torch.save = half


if __name__ == "__main__":
    where, kind, when = sys.argv[1:]
    if when == "saving":
        kill_in_second_save()
    else:
        kill_at_step(int(when))
    run(Path(where), kind)

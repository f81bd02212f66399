"""Tokens per second of the lab's sampling beside transformers' generate, as a table.

Same GPT, trained for a moment so that texts end where stories end, same prompts of the embedded
world, same temperature and longest text, both in float32 with a key-value cache, at 1, 16, 64
and 256 rows; the lab writes at once what its automatic batch says, generate all, padded on the
left. Runs take turns. Only tokens up to the end token count, for both. Speed is by processor time,
as a machine may have other work; memory is how much the process grows at most in a run of its own.

    python benchmarks/sample.py [--steps 60] [--turns 3] [--threads 1]
"""

from __future__ import annotations

import argparse
import ctypes
import dataclasses
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch

from lab.models.load import LoadedModel, load_model
from lab.models.prompts import prompt_ids, render
from lab.records import Checkpoint, Prompt
from lab.sample.batch import Request, write
from lab.sample.config import SampleConfig
from lab.sample.memory import write_fitting
from lab.train.config import TrainConfig
from lab.train.run import train
from lab.world.corpus import write_corpus

TEMPLATE = "{source}\n"
SETTINGS = SampleConfig(temperature=0.8, max_new_tokens=160)
ROWS = (1, 16, 64, 256)
Run = Callable[[LoadedModel, list[list[int]], int], int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    given_load = os.getloadavg()
    _, prompts = write_corpus(0, 1000, 1, max(ROWS))
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = make_checkpoint(prompts, given.steps, Path(folder))
        loaded = load_model(checkpoint.path or "", "cpu")
    test = [prompt for prompt in prompts if prompt.split == "test"]
    ids = [prompt_ids(loaded.tokenizer, render(TEMPLATE, prompt)) for prompt in test]
    ids.sort(key=len)
    print(
        f"GPT of {checkpoint.n_parameters:,} weights, up to {SETTINGS.max_new_tokens} tokens, "
        f"float32, {given.threads} thread(s); median of {given.turns} runs\n"
    )
    print("| rows | lab, tokens/s | generate, tokens/s | lab / generate | lab, MB | generate, MB |")
    print("|---|---|---|---|---|---|")
    for n_rows in ROWS:
        compare(loaded, ids[:n_rows], given.turns)
    loads = (given_load[0], os.getloadavg()[0])
    print(f"\nload average {loads[0]:.1f} before, {loads[1]:.1f} after")


def make_checkpoint(prompts: list[Prompt], steps: int, folder: Path) -> Checkpoint:
    config = TrainConfig(name="benchmark", template=TEMPLATE, steps=steps, device="cpu")
    learned = [prompt for prompt in prompts if prompt.split == "train"]
    return train(learned, [], config, folder / "c", "benchmark", lambda step, share: None)


def compare(loaded: LoadedModel, ids: list[list[int]], turns: int) -> None:
    """Let both write on the same rows in turn, and print a line of the table."""
    ours, theirs = [], []
    repeats = max(1, 16 // len(ids))
    for turn in range(turns + 1):
        for found, run in ((ours, run_ours), (theirs, run_generate)):
            began = time.process_time()
            n_tokens = sum(run(loaded, ids, turn * repeats + count) for count in range(repeats))
            if turn:
                found.append(n_tokens / (time.process_time() - began))
    mine, other = statistics.median(ours), statistics.median(theirs)
    memory = " | ".join(f"{grown(run, loaded, ids):,.0f}" for run in (run_ours, run_generate))
    print(
        f"| {len(ids)} | {mine:,.0f} | {other:,.0f} | {mine / other:.2f} | {memory} |", flush=True
    )


def grown(run: Run, loaded: LoadedModel, ids: list[list[int]]) -> float:
    """Return by how many MB a fresh copy of this process grows in a run."""
    reader, writer = os.pipe()
    if not (child := os.fork()):
        ctypes.CDLL(None).malloc_trim(0)  # what earlier runs left would hide what this one takes
        Path("/proc/self/clear_refs").write_text("5")
        before = highest()
        run(loaded, ids, 0)
        os.write(writer, str((highest() - before) / 1024).encode())
        os._exit(0)
    os.waitpid(child, 0)
    return float(os.read(reader, 100))


def highest() -> int:
    """Return the most memory that this process has had, in KB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def run_ours(loaded: LoadedModel, ids: list[list[int]], seed: int) -> int:
    """Return the number of tokens that the lab wrote."""
    generator = torch.Generator().manual_seed(seed)
    requests = [
        Request(
            tuple(row),
            torch.rand(
                min(SETTINGS.max_new_tokens, loaded.context - len(row)),
                generator=generator,
                dtype=torch.float64,
            ),
        )
        for row in ids
    ]
    settings = dataclasses.replace(SETTINGS, seed=seed)
    return sum(len(each.ids) for _, each in write_fitting(write, loaded, requests, settings))


@torch.inference_mode()
def run_generate(loaded: LoadedModel, ids: list[list[int]], seed: int) -> int:
    """Return the number of tokens that generate wrote, up to each row's end."""
    torch.manual_seed(seed)
    batch = loaded.tokenizer.pad({"input_ids": ids}, return_tensors="pt", padding_side="left")
    longest = batch["input_ids"].shape[1]
    whole = loaded.model.generate(
        **batch,
        do_sample=True,
        temperature=SETTINGS.temperature,
        top_k=0,
        max_new_tokens=min(SETTINGS.max_new_tokens, loaded.context - longest),
        pad_token_id=loaded.tokenizer.pad_token_id,
    )
    ended = (whole[:, longest:] == loaded.tokenizer.eos_token_id).int().cumsum(dim=1)
    return int((ended - (whole[:, longest:] == loaded.tokenizer.eos_token_id).int() == 0).sum())


if __name__ == "__main__":
    main()

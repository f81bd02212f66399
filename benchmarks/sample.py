"""Tokens per second of the lab's sampling beside transformers' generate, as a table.

Same GPT, trained for a moment so that texts end where stories end, same prompts of the embedded
world, same temperature and longest text, both in float32 with a key-value cache, at 1, 16, 64
and 256 rows; the lab writes 64 at once, generate all. Runs take turns. Only tokens up to the end
token count, for both.

    python benchmarks/sample.py [--steps 60] [--turns 3] [--threads 1]
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import tempfile
import time
from pathlib import Path

import torch

from lab.models.load import LoadedModel, load_model
from lab.models.prompts import prompt_ids, render
from lab.records import Checkpoint, Prompt
from lab.sample.batch import Request, write
from lab.sample.config import SampleConfig
from lab.train.config import TrainConfig
from lab.train.run import train
from lab.world.corpus import write_corpus

TEMPLATE = "{source}\n"
SETTINGS = SampleConfig(temperature=0.8, max_new_tokens=160)
ROWS = (1, 16, 64, 256)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
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
    print("| rows | lab, tokens/s | generate, tokens/s | lab / generate |")
    print("|---|---|---|---|")
    for n_rows in ROWS:
        compare(loaded, ids[:n_rows], given.turns)


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
            began = time.perf_counter()
            n_tokens = sum(run(loaded, ids, turn * repeats + count) for count in range(repeats))
            if turn:
                found.append(n_tokens / (time.perf_counter() - began))
    mine, other = statistics.median(ours), statistics.median(theirs)
    print(f"| {len(ids)} | {mine:,.0f} | {other:,.0f} | {mine / other:.2f} |", flush=True)


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
    return sum(len(written.ids) for _, written in write(loaded, requests, settings))


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

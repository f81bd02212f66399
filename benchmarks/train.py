"""Tokens per second of the lab's training loop beside transformers' Trainer, as a table.

Same GPT, same stories of the embedded world, same rows per step, same bf16 autocast, both with
rows of like length together, both with AdamW; the lab's default with Muon is shown as well. Runs
take turns, so that what else the machine does falls on all of them alike.

    python benchmarks/train.py [--steps 40] [--turns 3] [--threads 1]
"""

from __future__ import annotations

import argparse
import copy
import dataclasses
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from typing import Any

import torch
from transformers import PrinterCallback, Trainer, TrainingArguments

from lab.models.quiet import quiet
from lab.train.arrays import Row
from lab.train.batches import IGNORED
from lab.train.config import TrainConfig
from lab.train.loop import fit
from lab.train.rows import token_rows
from lab.train.start import Start, make_start
from lab.world.corpus import write_corpus

CONFIG = TrainConfig(name="benchmark", template="{source}\n", seed=0, device="cpu")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    _, prompts = write_corpus(0, given.steps * CONFIG.batch_rows, 1, 1)
    prompts = [prompt for prompt in prompts if prompt.split == "train"]
    start = make_start(prompts, CONFIG)
    rows = token_rows(prompts, start.tokenizer, CONFIG.template, CONFIG.context)
    ways: dict[str, Callable[[], float]] = {
        "lab, Muon + AdamW": lambda: run_ours(start, rows, given.steps, "muon"),
        "lab, AdamW": lambda: run_ours(start, rows, given.steps, "adamw"),
        "transformers Trainer, AdamW": lambda: run_trainer(start, rows, given.steps),
    }
    print_table(take_turns(ways, given.turns), given)


def take_turns(ways: dict[str, Callable[[], float]], turns: int) -> dict[str, list[float]]:
    """Run all ways one after another, some times; the first round only warms up."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(turns + 1):
        for name, run in ways.items():
            speed = run()
            if turn:
                found[name].append(speed)
    return found


def run_ours(start: Start, rows: list[Row], steps: int, optimizer: str) -> float:
    """Return the lab's tokens per second."""
    config = dataclasses.replace(CONFIG, steps=steps, optimizer=optimizer)
    model = copy.deepcopy(start.model)
    began = time.perf_counter()
    result = fit(model, rows, [], config, start.tokenizer.pad_token_id, True, lambda **_: None)
    return result.n_tokens / (time.perf_counter() - began)


def run_trainer(start: Start, rows: list[Row], steps: int) -> float:
    """Return Trainer's tokens per second."""
    pad = start.tokenizer.pad_token_id
    examples = [
        {
            "input_ids": list(row.ids),
            "labels": [IGNORED] * row.n_prompt + list(row.ids[row.n_prompt :]),
            "length": len(row.ids),
        }
        for row in rows
    ]

    def collate(batch: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
        longest = max(len(example["input_ids"]) for example in batch)
        fill = {"input_ids": pad, "labels": IGNORED}
        return {
            key: torch.tensor(
                [example[key] + [value] * (longest - len(example[key])) for example in batch]
            )
            for key, value in fill.items()
        }

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), quiet():
        warnings.simplefilter("ignore")
        arguments = TrainingArguments(
            output_dir=folder,
            max_steps=steps,
            per_device_train_batch_size=CONFIG.batch_rows,
            learning_rate=CONFIG.peak_rate,
            lr_scheduler_type="cosine",
            bf16=True,
            use_cpu=True,
            train_sampling_strategy="group_by_length",
            logging_strategy="no",
            save_strategy="no",
            report_to=[],
            disable_tqdm=True,
        )
        trainer = Trainer(
            model=copy.deepcopy(start.model),
            args=arguments,
            train_dataset=examples,
            data_collator=collate,
        )
        trainer.remove_callback(PrinterCallback)
        began = time.perf_counter()
        trainer.train()
        return sum(len(row.ids) for row in rows) / (time.perf_counter() - began)


def print_table(found: dict[str, list[float]], given: argparse.Namespace) -> None:
    print(
        f"GPT of {CONFIG.layers} layers, width {CONFIG.width}; {CONFIG.batch_rows} rows per step, "
        f"{given.steps} steps, bf16, {given.threads} thread(s); median of {given.turns} runs\n"
    )
    print("| way | tokens/s | lowest–highest |")
    print("|---|---|---|")
    for name, speeds in found.items():
        middle = statistics.median(speeds)
        print(f"| {name} | {middle:,.0f} | {min(speeds):,.0f}–{max(speeds):,.0f} |")


if __name__ == "__main__":
    main()

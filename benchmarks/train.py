"""Tokens per second of the lab's training loop beside transformers' Trainer, as tables.

Same model, texts, tokens per step and bf16 autocast; both take turns, so that what else the
machine does falls on all alike. On a CPU the time is the processor's; memory is how much the
process grows at most in a run of its own. Cases:

    default     the lab's GPT on stories of the embedded world, behind their fact cards
    mixed       the same GPT on documents of mixed length, where texts can be packed
    gpt2-124m, llama-1.5b   full rows of random tokens, for a GPU, with the model FLOPs
                utilisation of PaLM (Chowdhery et al. 2022, appendix B)

    python benchmarks/train.py [CASE] [--steps 40] [--turns 3] [--threads 1]
    python benchmarks/train.py gpt2-124m --rows 32 --steps 30 --peak-tflops 989 [--compile]
"""

from __future__ import annotations

import argparse
import copy
import ctypes
import dataclasses
import os
import random
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from transformers import (
    AutoModelForCausalLM,
    GPT2Config,
    LlamaConfig,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerState,
    TrainingArguments,
)

from lab.models.quiet import quiet
from lab.records import Prompt, Split
from lab.train.arrays import Row
from lab.train.batches import IGNORED, row_lengths
from lab.train.config import TrainConfig
from lab.train.loop import fit
from lab.train.packing import pack_rows
from lab.train.rows import token_rows
from lab.train.start import make_start
from lab.world.corpus import write_corpus

LARGE: dict[str, Any] = {
    "gpt2-124m": GPT2Config(),
    "llama-1.5b": LlamaConfig(
        vocab_size=32_000,
        hidden_size=2048,
        intermediate_size=5632,
        num_hidden_layers=28,
        num_attention_heads=16,
        num_key_value_heads=16,
        max_position_embeddings=2048,
    ),
}
PEAK_STEPS = 5
WARM_STEPS = 10
"""Steps of each run before its clock starts: what is compiled is compiled in them."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is trained on what."""

    model: Any
    rows: list[Row]
    config: TrainConfig
    pad: int
    title: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to train."""

    name: str
    run: Callable[[Case, int], tuple[int, float]]
    """Trains for WARM_STEPS and then some; gives these' tokens without padding, and seconds."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("case", nargs="?", default="default", choices=["default", "mixed", *LARGE])
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rows", type=int, default=16, help="rows per step")
    parser.add_argument("--compile", action="store_true", help="torch.compile, for both")
    parser.add_argument("--peak-tflops", type=float, help="of the device in bf16, for MFU")
    given = parser.parse_args()
    # Where there are several GPUs, Trainer would take all of them, and the lab's loop one.
    os.environ["CUDA_VISIBLE_DEVICES"] = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0]
    torch.set_num_threads(given.threads)
    make = {"default": stories, "mixed": documents}.get(given.case, large)
    case = make(given)
    ways = mixed_ways(case) if given.case == "mixed" else usual_ways(given.case)
    speeds = take_turns(case, ways, given)
    print_table(case, ways, speeds, given)


def stories(given: argparse.Namespace) -> Case:
    """Make the default: fact cards and stories."""
    _, prompts = write_corpus(0, given.steps * given.rows, 1, 1)
    kept = [prompt for prompt in prompts if prompt.split == Split.TRAIN]
    return of_prompts(kept, "{source}\n", given, "stories behind fact cards")


def documents(given: argparse.Namespace) -> Case:
    """Make plain texts of mixed length: a log-normal number of words, with a median of 50."""
    _, prompts = write_corpus(0, given.steps * given.rows, 1, 1)
    words = " ".join(prompt.reference or "" for prompt in prompts).split()
    rng, texts = random.Random(0), []
    while words:
        n = min(max(4, round(rng.lognormvariate(3.9, 0.8))), 210)
        texts.append(" ".join(words[:n]))
        words = words[n:]
    made = [
        Prompt(dataset_id="", key=str(place), split=Split.TRAIN, text="", reference=text)
        for place, text in enumerate(texts)
    ]
    return of_prompts(made, "{prompt}", given, "documents of mixed length")


def of_prompts(prompts: list[Prompt], template: str, given: argparse.Namespace, title: str) -> Case:
    config = configured(given, template=template, device="cpu")
    start = make_start(prompts, config)
    rows = list(token_rows(prompts, start.tokenizer, template, config.context))
    size = f"GPT of {config.layers} layers, width {config.width}, context {config.context}"
    pad = start.tokenizer.pad_token_id
    return Case(model=start.model, rows=rows, config=config, pad=pad, title=f"{size}; {title}")


def large(given: argparse.Namespace) -> Case:
    """Make a model of a known size and full rows of random tokens."""
    shape = LARGE[given.case]
    context = shape.max_position_embeddings
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(shape, attn_implementation="sdpa")
    model = model.to("cuda" if torch.cuda.is_available() else "cpu")
    rng = np.random.default_rng(0)
    shown = rng.integers(1, shape.vocab_size, (given.rows * given.steps, context))
    config = configured(given, context=context)
    title = f"{given.case}, {model.num_parameters() / 1e6:,.0f} M weights, rows of {context}"
    return Case(model=model, rows=[Row(ids, 1) for ids in shown], config=config, pad=0, title=title)


def configured(given: argparse.Namespace, **fields: Any) -> TrainConfig:
    return TrainConfig(
        name="benchmark",
        batch_rows=given.rows,
        steps=given.steps,
        precision="bf16",
        compile=given.compile,
        **fields,
    )


def usual_ways(case: str) -> list[Way]:
    muon = [Way(name="lab, Muon + AdamW", run=lambda case, steps: run_lab(case, steps, "muon"))]
    return [
        Way(name="lab, AdamW", run=run_lab),
        *(muon if case == "default" else []),
        Way(name="Trainer, AdamW, like lengths together", run=run_grouped),
    ]


def mixed_ways(case: Case) -> list[Way]:
    """Train on as many tokens per step: packed rows, or about as many texts as stand in them."""
    packs = pack_rows(row_lengths(case.rows) - 1, case.config.context, 0)
    texts = round(case.config.batch_rows * len(case.rows) / len(packs))
    apart = dataclasses.replace(case, config=dataclasses.replace(case.config, batch_rows=texts))
    config = dataclasses.replace(case.config, packing=True)
    packed = dataclasses.replace(case, config=config)
    return [
        Way(name="lab, packed rows", run=lambda _, steps: run_lab(packed, steps)),
        Way(name="lab, like lengths together", run=lambda _, steps: run_lab(apart, steps)),
        Way(name="Trainer, as it comes", run=lambda _, steps: run_trainer(apart, steps, "random")),
        Way(name="Trainer, like lengths together", run=lambda _, steps: run_grouped(apart, steps)),
    ]


def run_lab(
    case: Case, steps: int, optimizer: Literal["adamw", "muon"] = "adamw"
) -> tuple[int, float]:
    config = dataclasses.replace(
        case.config, steps=WARM_STEPS + steps, log_every=WARM_STEPS, optimizer=optimizer
    )
    model = copy.deepcopy(case.model)
    began, n_before = 0.0, 0

    def report(*, step: int, n_tokens: int, **_: Any) -> None:
        nonlocal began, n_before
        if step == WARM_STEPS:
            began, n_before = clock(model), n_tokens

    result = fit(model, case.rows, [], config, case.pad, True, report)
    return result.n_tokens - n_before, clock(model) - began


def run_grouped(case: Case, steps: int) -> tuple[int, float]:
    return run_trainer(case, steps, "group_by_length")


def run_trainer(case: Case, steps: int, sampling: str) -> tuple[int, float]:
    """Train as transformers does; tokens are counted where they are padded."""
    n_tokens: list[int] = []  # by batch, since batches are made ahead of their steps
    examples = [
        {
            "input_ids": np.asarray(row.ids, np.int64),
            "n_prompt": row.n_prompt,
            "length": len(row.ids),
        }
        for row in case.rows
    ]

    def collate(batch: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
        longest = max(len(example["input_ids"]) for example in batch)
        ids = torch.full((len(batch), longest), case.pad)
        labels = torch.full((len(batch), longest), IGNORED)
        for place, example in enumerate(batch):
            n, n_prompt = len(example["input_ids"]), example["n_prompt"]
            ids[place, :n] = torch.from_numpy(example["input_ids"])
            labels[place, n_prompt:n] = ids[place, n_prompt:n]
        n_tokens.append(sum(len(example["input_ids"]) for example in batch))
        return {"input_ids": ids, "labels": labels}

    model = copy.deepcopy(case.model)
    start = Start(model)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), quiet():
        warnings.simplefilter("ignore")
        arguments = TrainingArguments(
            output_dir=folder,
            max_steps=WARM_STEPS + steps,
            per_device_train_batch_size=case.config.batch_rows,
            learning_rate=case.config.peak_rate,
            lr_scheduler_type="cosine",
            bf16=True,
            use_cpu=model.device.type == "cpu",
            torch_compile=case.config.compile,
            train_sampling_strategy=sampling,
            remove_unused_columns=False,
            logging_strategy="no",
            save_strategy="no",
            report_to=[],
            disable_tqdm=True,
        )
        trainer = Trainer(
            model=model,
            args=arguments,
            train_dataset=examples,
            data_collator=collate,
            callbacks=[start],
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
        return sum(n_tokens[WARM_STEPS:][:steps]), clock(model) - start.seconds


class Start(TrainerCallback):
    """Looks at the clock after the first steps of a Trainer."""

    def __init__(self, model: Any):
        self.model, self.seconds = model, 0.0

    def on_step_end(self, args: Any, state: TrainerState, control: Any, **_: Any) -> None:
        if state.global_step == WARM_STEPS:
            self.seconds = clock(self.model)


def clock(model: Any) -> float:
    """Return the processor's seconds, or the seconds at which a GPU has done all it was given."""
    if model.device.type != "cuda":
        return time.process_time()
    torch.cuda.synchronize()
    return time.perf_counter()


def take_turns(case: Case, ways: list[Way], given: argparse.Namespace) -> dict[str, list[float]]:
    """Run all ways one after another, some times."""
    found: dict[str, list[float]] = {way.name: [] for way in ways}
    for _ in range(given.turns):
        for way in ways:
            n_tokens, seconds = way.run(case, given.steps)
            found[way.name].append(n_tokens / seconds)
    return found


def peak_megabytes(case: Case, way: Way) -> float:
    """Return how much memory a few steps take beside the model and the rows."""
    if case.model.device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        way.run(case, PEAK_STEPS)
        return (torch.cuda.max_memory_allocated() - before) / 1e6
    reader, writer = os.pipe()
    if not (child := os.fork()):
        ctypes.CDLL(None).malloc_trim(0)  # what earlier runs left would hide what this one takes
        Path("/proc/self/clear_refs").write_text("5")
        before = highest()
        way.run(case, PEAK_STEPS)
        os.write(writer, str((highest() - before) / 1e3).encode())
        os._exit(0)
    os.waitpid(child, 0)
    return float(os.read(reader, 100))


def highest() -> int:
    """Return the most memory that this process has had, in KB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def utilisation(case: Case, tokens_per_second: float, peak_tflops: float) -> float:
    """Return the share of the device's peak: 6 N + 12 L H Q T FLOPs per token.

    N leaves out tables that are only looked up: positions, and an input embedding of its own.
    """
    shape = case.model.config
    looked_up = sum(
        module.weight.numel()
        for module in case.model.modules()
        if isinstance(module, torch.nn.Embedding)
    )
    if shape.tie_word_embeddings:
        looked_up -= case.model.get_input_embeddings().weight.numel()
    n = case.model.num_parameters() - looked_up
    attention = 12 * shape.num_hidden_layers * shape.hidden_size * case.config.context
    return tokens_per_second * (6 * n + attention) / (peak_tflops * 1e12)


def print_table(
    case: Case, ways: list[Way], speeds: dict[str, list[float]], given: argparse.Namespace
) -> None:
    load = os.getloadavg()[0]
    print(
        f"{case.title}; {case.config.batch_rows} rows per step, {given.steps} steps, bf16, "
        f"{given.threads} thread(s); median of {given.turns} turns; load {load:.1f}\n"
    )
    base = max(
        statistics.median(found) for name, found in speeds.items() if name.startswith("Trainer")
    )
    wanted = given.peak_tflops is not None
    print(
        f"| way | tokens/s | lowest–highest | of the best Trainer | memory, MB |{' MFU |' * wanted}"
    )
    print("|---|---|---|---|---|" + "---|" * wanted)
    for way in ways:
        found = speeds[way.name]
        middle = statistics.median(found)
        memory = peak_megabytes(case, way)
        share = f" {utilisation(case, middle, given.peak_tflops):.1%} |" if wanted else ""
        print(
            f"| {way.name} | {middle:,.0f} | {min(found):,.0f}–{max(found):,.0f} | "
            f"{middle / base:.2f} | {memory:,.0f} |{share}"
        )


if __name__ == "__main__":
    main()

"""Let checkpoints write texts for prompts."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lab.commands import flags
from lab.commands.console import progress, say

if TYPE_CHECKING:
    from lab.home import Home
    from lab.sample.config import SampleConfig

EXAMPLES = """\
examples:
  lab sample baseline candidate --dataset world --limit 60 --temperature 0.7
  lab sample candidate --dataset world --strategy greedy
  lab sample candidate --dataset world --n-samples 4 --top-p 0.9 --seed 7
  lab sample candidate --dataset world --grid grid.toml

A grid is a settings file with lists, such as `temperature = [0.5, 0.8]`: each combination is
sampled, and stored with its settings. Run again, only what is missing is written.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the checkpoints, the choice of prompts and the flags of the sampling config."""
    from lab.sample.config import SampleConfig

    parser.add_argument("checkpoints", nargs="+", help="names of checkpoints")
    flags.add_home(parser)
    parser.add_argument("--dataset", required=True, help="the data set whose prompts are used")
    parser.add_argument(
        "--split", choices=["train", "validation", "test"], default="test", help="(default: test)"
    )
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N prompts")
    parser.add_argument(
        "--grid", metavar="FILE", help="settings with lists of values as TOML: all combinations"
    )
    flags.add_config(parser, SampleConfig)
    parser.set_defaults(handler=_sample)


def _sample(arguments: argparse.Namespace) -> None:
    from lab.home import find_home
    from lab.sample.config import SampleConfig
    from lab.sample.grid import words

    config = flags.read_config(arguments, SampleConfig)
    configs = _combinations(arguments.grid, config)
    home = find_home(arguments.home)
    for name in arguments.checkpoints:
        for one in configs:
            made = sample_checkpoint(
                home, name, arguments.dataset, arguments.split, arguments.limit, one
            )
            told = f"{name} ({words(one)})" if len(configs) > 1 else name
            say(f"{told}: {made:,} new texts" if made else f"{told}: nothing missing, no new texts")


def _combinations(path: str | None, config: SampleConfig) -> list[SampleConfig]:
    from lab.sample.config import SampleConfig
    from lab.sample.grid import expand

    if path is None:
        return [config]
    return expand(config, flags.read_settings(path, SampleConfig))


def sample_checkpoint(
    home: Home, name: str, dataset_name: str, split: str, limit: int | None, config: SampleConfig
) -> int:
    """Write and store the texts that a checkpoint still lacks for these prompts and settings.

    Returns:
        The number of new generations.
    """
    import time

    from lab.errors import CheckpointError, InputError
    from lab.records import Split
    from lab.sample.config import decoding
    from lab.sample.run import sample
    from storage import checkpoints, datasets, generations, prompts
    from storage.client import open_store

    with open_store(home) as store:
        checkpoint = checkpoints.named(store, name)
        if checkpoint.path is None:
            raise CheckpointError(
                f"checkpoint {name!r} is an outside system, known by its texts alone; "
                "import its texts with `lab generations import`"
            )
        dataset = datasets.named(store, dataset_name)
        rows = prompts.read(store, dataset.id, Split(split), limit)
        if not rows:
            raise InputError(f"data set {dataset_name!r} has no prompts in split {split!r}")
        done = generations.existing(store, checkpoint.id, decoding(config), config.seed)
        wanted = {(row.id, index) for row in rows for index in range(config.n_samples)} - done
        n_made = n_tokens = 0
        started = time.perf_counter()
        if not wanted:
            return 0
        with progress(f"sampling {name}") as advance:
            for batch in sample(checkpoint, rows, config, skip=done):
                store.add([record for one in batch for record in (one.generation, one.tokens)])
                n_made += len(batch)
                n_tokens += sum(one.generation.n_tokens or 0 for one in batch)
                speed = n_tokens / (time.perf_counter() - started)
                advance(n_made / len(wanted), f"{n_made} texts, {speed:,.0f} tokens/s")
    return n_made

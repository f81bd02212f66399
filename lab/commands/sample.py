"""Let checkpoints write texts for prompts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.commands import flags
from lab.commands.console import progress, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lab.home import Home
    from lab.records import Checkpoint, Generation, Prompt, TokenScores
    from lab.sample.config import SampleConfig
    from lab.sample.endpoint import Endpoint
    from storage.client import Store

EXAMPLES = """\
examples:
  lab sample baseline candidate --dataset world --limit 60 --temperature 0.7
  lab sample candidate --dataset world --strategy greedy
  lab sample candidate --dataset world --n-samples 4 --top-p 0.9 --seed 7
  lab sample candidate --dataset world --strategy contrastive --penalty-alpha 0.6 --top-k 4
  lab sample candidate --dataset world --grid grid.toml
  lab sample candidate --dataset world --engine transformers
  lab sample candidate --dataset world --engine vllm --n-samples 8
  lab sample served --dataset world --endpoint http://localhost:8000/v1 --endpoint-model NAME

A grid is a settings file with lists: each combination is sampled, and stored with its settings.
  strategy = ["sample", "contrastive"]
  temperature = [0.5, 0.8]
  penalty_alpha = 0.6
  top_k = 4

Engines: `lab` is this program's own loop; `transformers` runs models that ours cannot, with the
same texts for the same seed; `vllm`, where it is installed, draws by random numbers of its own.
A served model (vLLM, llama.cpp, hosted services) is reached with --endpoint instead.

Run again, only what is missing is written: an interrupted run goes on where it stopped.
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
    served = parser.add_argument_group("a model that is served (vLLM, llama.cpp, hosted services)")
    served.add_argument(
        "--endpoint", metavar="URL", help="its address, such as http://host:8000/v1"
    )
    served.add_argument("--endpoint-model", metavar="NAME", help="the model's name there")
    served.add_argument("--chat", action="store_true", help="send prompts as a user's messages")
    served.add_argument("--key-file", metavar="FILE", help="a file with the service's secret key")
    served.add_argument("--concurrent", type=int, default=8, help="texts at once (default: 8)")
    parser.set_defaults(handler=_sample)


def _sample(arguments: argparse.Namespace) -> None:
    from lab.home import find_home
    from lab.sample.config import SampleConfig
    from lab.sample.grid import words

    config = flags.read_config(arguments, SampleConfig)
    configs = _combinations(arguments.grid, config)
    endpoint = _endpoint(arguments)
    home = find_home(arguments.home)
    for name in arguments.checkpoints:
        for one in configs:
            where = (home, name, arguments.dataset, arguments.split, arguments.limit, one)
            made = sample_served(*where, endpoint) if endpoint else sample_checkpoint(*where)
            told = f"{name} ({words(one)})" if len(configs) > 1 else name
            say(f"{told}: {made:,} new texts" if made else f"{told}: nothing missing, no new texts")


def _endpoint(arguments: argparse.Namespace) -> Endpoint | None:
    from lab.errors import ConfigError, InputError
    from lab.sample.endpoint import Endpoint

    if not arguments.endpoint:
        if arguments.endpoint_model or arguments.key_file or arguments.chat:
            raise ConfigError("--endpoint is missing: name the address where the model is served")
        return None
    key = ""
    if arguments.key_file:
        try:
            key = Path(arguments.key_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{arguments.key_file}: the key cannot be read: {error}") from error
    return Endpoint(
        url=arguments.endpoint,
        model=arguments.endpoint_model or "",
        key=key,
        is_chat=arguments.chat,
        concurrent=arguments.concurrent,
    )


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
    from lab.errors import CheckpointError
    from lab.sample.config import decoding
    from lab.sample.engines import sample_by_engine
    from lab.sample.precision import settled
    from storage import checkpoints
    from storage.client import open_store

    with open_store(home) as store:
        checkpoint = checkpoints.named(store, name)
        if checkpoint.path is None:
            raise CheckpointError(
                f"checkpoint {name!r} is an outside system, known by its texts alone; "
                "import its texts with `lab generations import`, or name where it is served "
                "with --endpoint"
            )
        rows = _prompts(store, dataset_name, split, limit)
        config = settled(config, checkpoint)
        done, n_wanted = _done(store, checkpoint, rows, config, decoding(config))
        if not n_wanted:
            return 0
        batches = (
            ([one.generation for one in batch], [one.tokens for one in batch])
            for batch in sample_by_engine(checkpoint, rows, config, skip=done)
        )
        return _store(store, name, batches, n_wanted)


def sample_served(
    home: Home,
    name: str,
    dataset_name: str,
    split: str,
    limit: int | None,
    config: SampleConfig,
    endpoint: Endpoint,
) -> int:
    """Let a served model write, and store, the texts that it still lacks; see `sample_checkpoint`.

    A checkpoint of the name is made where there is none.
    """
    from lab.errors import CheckpointError
    from lab.records import CheckpointKind
    from lab.sample.endpoint import check_settings, sample_endpoint, settings
    from storage.client import open_store

    check_settings(config)
    with open_store(home) as store:
        rows = _prompts(store, dataset_name, split, limit)
        checkpoint = _outside_system(store, name)
        if checkpoint.kind is not CheckpointKind.EXTERNAL:
            raise CheckpointError(
                f"checkpoint {name!r} has weights of its own; choose another name for what is "
                f"served at {endpoint.url}"
            )
        done, n_wanted = _done(store, checkpoint, rows, config, settings(config, endpoint))
        if not n_wanted:
            return 0
        batches: Iterable[tuple[list[Generation], list[TokenScores]]] = (
            ([one], []) for one in sample_endpoint(checkpoint, rows, config, endpoint, skip=done)
        )
        return _store(store, name, batches, n_wanted)


def _prompts(store: Store, dataset_name: str, split: str, limit: int | None) -> list[Prompt]:
    from lab.errors import InputError
    from lab.records import Split
    from storage import datasets, prompts

    dataset = datasets.named(store, dataset_name)
    rows = prompts.read(store, dataset.id, Split(split), limit)
    if not rows:
        only = "; of a prepared data set, only held-out prompts are" if dataset.path else ""
        raise InputError(
            f"data set {dataset_name!r} has no prompts in split {split!r} to write for{only}"
        )
    return rows


def _outside_system(store: Store, name: str) -> Checkpoint:
    from lab.errors import UnknownNameError
    from lab.records import Checkpoint, CheckpointKind
    from storage import checkpoints

    try:
        return checkpoints.named(store, name)
    except UnknownNameError:
        made = Checkpoint(name=name, kind=CheckpointKind.EXTERNAL)
        store.add([made])
        return made


def _done(
    store: Store,
    checkpoint: Checkpoint,
    rows: list[Prompt],
    config: SampleConfig,
    stored: dict[str, Any],
) -> tuple[set[tuple[str, int]], int]:
    """Return what exists already with these settings, and how many texts are missing."""
    from storage import generations

    done = generations.existing(store, checkpoint.id, stored, config.seed)
    wanted = {(row.id, index) for row in rows for index in range(config.n_samples)} - done
    return done, len(wanted)


def _store(
    store: Store,
    name: str,
    batches: Iterable[tuple[list[Generation], list[TokenScores]]],
    n_wanted: int,
) -> int:
    """Store texts as they come, and show how fast."""
    import time

    n_made = n_tokens = 0
    started = time.perf_counter()
    with progress(f"sampling {name}") as advance:
        for texts, tokens in batches:
            store.add([*texts, *tokens])
            n_made += len(texts)
            n_tokens += sum(text.n_tokens or 0 for text in texts)
            speed = n_tokens / (time.perf_counter() - started)
            advance(n_made / n_wanted, f"{n_made} texts, {speed:,.0f} tokens/s")
    return n_made

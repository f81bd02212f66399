"""Turns a checkpoint, prompts and settings into generations, batch by batch."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import torch

from lab.errors import CheckpointError, InputError
from lab.models.load import LoadedModel, load_model
from lab.models.prompts import input_ids
from lab.models.threads import threads
from lab.records import Checkpoint, Generation, Prompt, TokenScores
from lab.sample.batch import Request, Written
from lab.sample.choose import BrokenLogits
from lab.sample.config import SampleConfig, decoding
from lab.sample.memory import write_fitting
from lab.sample.precision import prepared, settled
from lab.sample.stops import Stops
from lab.sample.tokens import Pieces, token_scores
from lab.sample.writers import find_writer

GIVEN_AT_ONCE = 64
"""Finished texts that are given together, where the settings name no number of rows."""


def sample(
    checkpoint: Checkpoint,
    prompts: Sequence[Prompt],
    config: SampleConfig,
    skip: Collection[tuple[str, int]] = (),
) -> Iterator[list[Sampled]]:
    """Let a checkpoint write texts for prompts.

    Each text has its own random numbers, made from the seed, the prompt's key and the sample's
    number: it does not depend on the batch size, the order, or what is skipped. A text ends at an
    end token, at `max_new_tokens`, or where the model's context is full.

    Args:
        checkpoint: what writes; its template turns prompts into its input.
        prompts: what to write for.
        config: the settings.
        skip: (prompt id, sample index) of texts that exist already.

    Returns:
        An iterator over lists of finished texts, about in the order of their prompts' lengths.

    Raises:
        ConfigError: a precision that these settings cannot be run in.
        CheckpointError: the checkpoint has no weights, they cannot be loaded, or the model gives
            something else than numbers; names the prompt and the token.
        InputError: a prompt lacks what the template asks for, or does not fit into the context.
    """
    if checkpoint.path is None:
        raise CheckpointError(
            f"checkpoint {checkpoint.name!r} has no weights, only texts; import its texts instead"
        )
    done = set(skip)
    config = settled(config, checkpoint)
    loaded = prepared(load_model(checkpoint.path, config.device or None), config)
    jobs = [
        Job(prompt, index, ids)
        for prompt in prompts
        for ids in [encode(loaded, checkpoint.template, prompt)]
        for index in range(config.n_samples)
        if (prompt.id, index) not in done
    ]
    # Equal prompts stay together: their beginning is read once.
    jobs.sort(key=lambda job: (len(job.ids), job.ids))
    return _batches(loaded, checkpoint, jobs, config)


@dataclass(frozen=True, slots=True)
class Sampled:
    """One text that was written."""

    generation: Generation
    """The text."""

    tokens: TokenScores
    """How likely each of its tokens was."""


@dataclass(frozen=True, slots=True)
class Job:
    """One text to be written."""

    prompt: Prompt
    """What to write for."""

    sample_index: int
    """0-based number among the texts of the prompt."""

    ids: tuple[int, ...]
    """The prompt as the model reads it."""


def _batches(
    loaded: LoadedModel, checkpoint: Checkpoint, jobs: Sequence[Job], config: SampleConfig
) -> Iterator[list[Sampled]]:
    pieces = Pieces(loaded.tokenizer)
    requests = [Request(job.ids, uniforms(job, config, loaded.context)) for job in jobs]
    texts = write_fitting(find_writer(config), loaded, requests, config)
    while True:
        try:
            with threads(config.threads):
                finished = list(itertools.islice(texts, config.batch_rows or GIVEN_AT_ONCE))
        except BrokenLogits as error:
            raise broken(checkpoint, jobs[error.number].prompt, error) from error
        if not finished:
            return
        yield [
            sampled(pieces, checkpoint, jobs[number], written, config)
            for number, written in finished
        ]


def broken(checkpoint: Checkpoint, prompt: Prompt, error: BrokenLogits) -> CheckpointError:
    """Say what a model that gives no numbers means for its user."""
    return CheckpointError(
        f"checkpoint {checkpoint.name!r} gave logits that are no numbers (NaN or infinite) for "
        f"prompt {prompt.key!r} at token {error.step}; its weights are damaged or its training "
        "diverged: take an earlier checkpoint; texts that were finished before are kept"
    )


def encode(loaded: LoadedModel, template: str, prompt: Prompt) -> tuple[int, ...]:
    """Encode a prompt.

    Raises:
        InputError: it leaves no room for a token, or lacks what the template asks for.
    """
    ids = input_ids(loaded.tokenizer, template, prompt)
    if len(ids) >= loaded.context:
        raise InputError(
            f"prompt {prompt.key!r}: {len(ids)} tokens do not fit into the checkpoint's context "
            f"of {loaded.context} with a token to write; shorten the prompt, or train with a "
            "larger context"
        )
    return tuple(ids)


def uniforms(job: Job, config: SampleConfig, context: int) -> torch.Tensor:
    """Return the random numbers of one text, one per token that it may have."""
    name = f"{config.seed}\0{job.prompt.key}\0{job.sample_index}"
    digest = hashlib.sha256(name.encode()).digest()
    generator = torch.Generator().manual_seed(int.from_bytes(digest[:8]) >> 1)
    most = min(config.max_new_tokens, context - len(job.ids))
    return torch.rand(most, generator=generator, dtype=torch.float64)


def sampled(
    pieces: Pieces, checkpoint: Checkpoint, job: Job, written: Written, config: SampleConfig
) -> Sampled:
    """Make the records of a text that was written."""
    text = Stops(pieces.tokenizer, config.stop).cut(pieces.text(written.ids))
    generation = Generation(
        prompt_id=job.prompt.id,
        checkpoint_id=checkpoint.id,
        text=text,
        decoding=decoding(config),
        seed=config.seed,
        sample_index=job.sample_index,
        n_prompt_tokens=len(job.ids),
        n_tokens=len(written.ids),
        mean_logprob=sum(written.log_probabilities) / len(written.ids),
        finish_reason=written.finish_reason,
        latency_seconds=written.seconds,
    )
    return Sampled(generation, token_scores(generation.id, text, written, pieces))

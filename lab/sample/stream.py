"""Turns a checkpoint, one prompt and settings into a text that comes token by token.

The rules are those of sampling in batches: the same seed gives the same text.
"""

from __future__ import annotations

import dataclasses
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from lab.errors import CheckpointError, ConfigError
from lab.models.load import LoadedModel, load_model
from lab.models.threads import threads
from lab.records import Checkpoint, Prompt
from lab.sample.batch import Written, end_tokens
from lab.sample.choose import BrokenLogits, check_scores, choose, log_probability
from lab.sample.config import SampleConfig
from lab.sample.decoders import find_decoder
from lab.sample.history import History
from lab.sample.precision import prepared, settled
from lab.sample.run import Job, Sampled, broken, encode, sampled, uniforms
from lab.sample.stops import Stops
from lab.sample.tokens import Pieces


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a text that is being written."""

    text: str
    """What it adds to the text; empty for an end token, and for a part of a letter that is shown
    with another part."""

    token_id: int
    """Its number in the checkpoint's vocabulary."""

    logprob: float
    """Its log-probability at temperature 1, before any rule on repeats, in nats."""

    entropy: float
    """Of the distribution that it is from, at temperature 1, in nats."""


def stream(
    checkpoint: Checkpoint,
    prompt: Prompt,
    settings: SampleConfig,
    seed: int,
    loaded: LoadedModel | None = None,
) -> Stream:
    """Let a checkpoint write one text, and hand each token out as soon as it is settled.

    A token waits while a stop string may be beginning in it, or a letter is not whole yet.

    Args:
        checkpoint: what writes; its template turns the prompt into its input.
        prompt: what to write for.
        settings: how tokens are chosen; the number of samples is taken as 1.
        seed: seed of the drawing.
        loaded: the checkpoint's model where it is in memory already, in the precision of the
            settings; dtype "auto" is then the model's own.

    Returns:
        An iterator over the tokens, whose texts joined are the text. At its end `sampled` is the
        record that sampling in batches makes with this seed.

    Raises:
        ConfigError: the strategy does not write one token after the other, or the engine is
            another than the lab's own.
        CheckpointError: the checkpoint has no weights, or cannot be loaded or run.
        InputError: the prompt lacks what the template asks for, or is too long.
    """
    if settings.strategy not in ("greedy", "sample"):
        raise ConfigError(
            f"strategy {settings.strategy!r} cannot be streamed: it settles no token before the "
            "text is done; use sample or greedy"
        )
    if settings.engine != "lab":
        raise ConfigError(f"engine {settings.engine!r} cannot be streamed from; leave it out")
    if checkpoint.path is None:
        raise CheckpointError(
            f"checkpoint {checkpoint.name!r} has no weights, only texts; name one with weights"
        )
    config = dataclasses.replace(settings, seed=seed, n_samples=1)
    if loaded is None:
        config = settled(config, checkpoint)
        loaded = prepared(load_model(checkpoint.path, config.device or None), config)
    elif config.dtype == "auto":
        is_short = loaded.model.dtype == torch.bfloat16
        config = dataclasses.replace(config, dtype="bfloat16" if is_short else "float32")
    return Stream(checkpoint, prompt, config, loaded)


class Stream(Iterator[Token]):
    """A text that is being written; an iterator over its tokens."""

    sampled: Sampled | None = None
    """The whole text with its tokens' scores, once the iterator is at its end."""

    def __init__(
        self, checkpoint: Checkpoint, prompt: Prompt, config: SampleConfig, loaded: LoadedModel
    ):
        self.checkpoint, self.config = checkpoint, config
        ids = encode(loaded, checkpoint.template, prompt)
        self.job = Job(prompt, 0, ids)
        self.writer = _Writer(loaded, self.job, config)
        self.pieces, self.stops = Pieces(loaded.tokenizer), Stops(loaded.tokenizer, config.stop)
        self.settled: deque[Token] = deque()
        self.n_given = self.n_shown = 0
        """Tokens handed out or settled, and the letters of the text in them."""

    def __next__(self) -> Token:
        """Return the next token, writing as many as it takes to settle it."""
        while not self.settled:
            if self.sampled is not None:
                raise StopIteration
            try:
                is_finished = self.writer.advance()
            except BrokenLogits as error:
                raise broken(self.checkpoint, self.job.prompt, error) from error
            self._settle(is_finished)
            if is_finished:
                written = self.writer.written
                self.sampled = sampled(self.pieces, self.checkpoint, self.job, written, self.config)
        return self.settled.popleft()

    def _settle(self, is_finished: bool) -> None:
        """Take over the tokens whose text can no longer change."""
        written = self.writer.written
        text = self.pieces.text(written.ids)
        shown = self.stops.cut(text)
        certain = len(shown) if is_finished else len(self.stops.certain(text))
        ends = self.pieces.ends(written.ids, shown)
        while self.n_given < len(ends) and (is_finished or ends[self.n_given] <= certain):
            number, end = self.n_given, max(ends[self.n_given], self.n_shown)
            end = len(shown) if is_finished and number == len(ends) - 1 else end
            self.settled.append(
                Token(
                    shown[self.n_shown : end],
                    written.ids[number],
                    written.log_probabilities[number],
                    written.entropies[number],
                )
            )
            self.n_given, self.n_shown = number + 1, end


class _Writer:
    """A row of its own, one token at a time."""

    def __init__(self, loaded: LoadedModel, job: Job, config: SampleConfig):
        self.name, self.config, self.device = job.prompt.key, config, loaded.device
        self.uniforms = uniforms(job, config, loaded.context)
        self.ends = end_tokens(loaded)
        self.stops = Stops(loaded.tokenizer, config.stop)
        self.history = History(1, config, np.array(sorted(self.ends)))
        self.history.begin(0, job.ids)
        self.began = time.perf_counter()
        self.n_read, self.next = len(job.ids) - 1, job.ids[-1]
        self.written = Written()
        self._begin(loaded, job)

    @torch.inference_mode()
    def _begin(self, loaded: LoadedModel, job: Job) -> None:
        decoder = find_decoder(loaded, 1, len(job.ids) + len(self.uniforms))
        if decoder is None:
            raise CheckpointError(
                f"a model of type {loaded.model.config.model_type!r} cannot be streamed: it "
                "keeps something else than keys and values; use lab sample --engine transformers"
            )
        self.decoder = decoder
        if self.n_read:
            self.decoder.read([job.ids[:-1]], torch.tensor([0], device=self.device))

    @torch.inference_mode()
    def advance(self) -> bool:
        """Write one token; says whether the text is finished."""
        with threads(self.config.threads):
            token = self._next_token()
        written = self.written
        written.ids.append(token)
        written.seconds = time.perf_counter() - self.began
        self.history.add(np.array([token]))
        self.n_read, self.next = self.n_read + 1, token
        n_written = np.array([len(written.ids)])
        if token in self.ends:
            written.finish_reason = "end"
        elif self.stops.reached(np.array([written.ids]), n_written)[0]:
            written.finish_reason = "stop"
        else:
            return len(written.ids) == len(self.uniforms)
        return True

    def _next_token(self) -> int:
        n_written = len(self.written.ids)
        read = torch.tensor([self.n_read], device=self.device)
        following = torch.tensor([self.next], device=self.device)
        logits = self.decoder.step(following, read, self.n_read + 1)
        ruled = self.history.apply(logits.clone(), np.array([n_written]))
        uniform = self.uniforms[n_written : n_written + 1].to(self.device)
        token = choose(ruled, uniform, self.config)
        scores = torch.stack(log_probability(logits, token), dim=1).cpu().numpy()
        check_scores(scores, [0], np.array([n_written]))
        self.written.log_probabilities.append(float(scores[0, 0]))
        self.written.entropies.append(float(scores[0, 1]))
        return int(token)

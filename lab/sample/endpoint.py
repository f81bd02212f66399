"""Turns prompts into generations of a model that somebody serves, over OpenAI's HTTP interface.

It is what vLLM, llama.cpp, TGI and many hosted services speak.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

import httpx

from lab.errors import CheckpointError, ConfigError
from lab.models.prompts import CHAT, messages, render
from lab.models.settings import check_types, require
from lab.records import Checkpoint, Generation, Prompt
from lab.sample.config import SampleConfig, decoding

MOST_TRIES = 6
"""How often one text is asked for while the service is busy."""

_PASSED_ON = {"top_k": "top_k", "min_p": "min_p", "repetition_penalty": "repetition_penalty"}
"""Settings that are sent only where they are changed: not every service knows them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A served model."""

    url: str
    """Address up to the version, such as "http://localhost:8000/v1"."""

    model: str
    """The model's name there."""

    key: str = ""
    """The secret of the service, sent as a bearer token; empty for none."""

    is_chat: bool = False
    """Whether prompts are sent as a user's messages instead of plain texts."""

    concurrent: int = 8
    """Texts asked for at once."""

    timeout: float = 300.0
    """Most seconds to wait for one text."""

    def __post_init__(self) -> None:
        """Refuse values that make no sense.

        Raises:
            ConfigError: names the field, the value and what is allowed.
        """
        check_types(self)
        is_web = self.url.startswith(("http://", "https://"))
        require(is_web, "endpoint", self.url, "an address that starts with http:// or https://")
        require(bool(self.model), "endpoint_model", self.model, "the model's name at the endpoint")
        require(self.concurrent >= 1, "concurrent", self.concurrent, "1 or more")
        require(self.timeout > 0, "timeout", self.timeout, "seconds above 0")


def sample_endpoint(
    checkpoint: Checkpoint,
    prompts: Sequence[Prompt],
    config: SampleConfig,
    endpoint: Endpoint,
    skip: Collection[tuple[str, int]] = (),
) -> Iterator[Generation]:
    """Let a served model write texts for prompts.

    Each text has a seed of its own, sent along; whether the service keeps to it is its affair.

    Args:
        checkpoint: the record that the texts are of; its template turns prompts into input.
        prompts: what to write for.
        config: the settings.
        endpoint: where the model is.
        skip: (prompt id, sample index) of texts that exist already.

    Yields:
        Generations as they come in, in any order.

    Raises:
        ConfigError: a setting that such a service does not have.
        CheckpointError: the service cannot be reached, refuses, or answers something else; what
            came before is not lost.
    """
    check_settings(config)
    done = set(skip)
    jobs = [
        (prompt, index)
        for prompt in prompts
        for index in range(config.n_samples)
        if (prompt.id, index) not in done
    ]
    headers = {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {}
    with (
        httpx.Client(timeout=endpoint.timeout, headers=headers) as client,
        ThreadPoolExecutor(endpoint.concurrent) as pool,
    ):
        futures = [
            pool.submit(_ask, client, endpoint, checkpoint, prompt, index, config)
            for prompt, index in jobs
        ]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            for future in futures:
                future.cancel()


def check_settings(config: SampleConfig) -> None:
    """Refuse settings that a served model cannot be given.

    Raises:
        ConfigError: names the setting.
    """
    usual = SampleConfig()
    for name in ("typical_p", "no_repeat_ngram", "min_new_tokens", "engine"):
        if getattr(config, name) != getattr(usual, name):
            raise ConfigError(f"{name} cannot be set for an endpoint; leave it out")
    if config.strategy not in ("sample", "greedy"):
        raise ConfigError(
            f"strategy {config.strategy!r} cannot be asked of an endpoint; use sample or greedy"
        )


def settings(config: SampleConfig, endpoint: Endpoint) -> dict[str, Any]:
    """Return the settings that decide about the text, as they are stored with a generation."""
    return {**decoding(config), "endpoint_model": endpoint.model}


def _ask(
    client: httpx.Client,
    endpoint: Endpoint,
    checkpoint: Checkpoint,
    prompt: Prompt,
    index: int,
    config: SampleConfig,
) -> Generation:
    began = time.perf_counter()
    told = _post(client, endpoint, _body(endpoint, checkpoint, prompt, index, config))
    try:
        choice = told["choices"][0]
        text = choice["message"]["content"] if endpoint.is_chat else choice["text"]
        usage = told.get("usage") or {}
        return Generation(
            prompt_id=prompt.id,
            checkpoint_id=checkpoint.id,
            text=text or "",
            decoding=settings(config, endpoint),
            seed=config.seed,
            sample_index=index,
            n_prompt_tokens=usage.get("prompt_tokens"),
            n_tokens=usage.get("completion_tokens"),
            finish_reason=choice.get("finish_reason"),
            latency_seconds=time.perf_counter() - began,
        )
    except (KeyError, IndexError, TypeError) as error:
        raise CheckpointError(
            f"{endpoint.url} answered something else than a completion: {str(told)[:200]!r}; is "
            "it an endpoint in OpenAI's manner, and does it need --chat?"
        ) from error


def _body(
    endpoint: Endpoint, checkpoint: Checkpoint, prompt: Prompt, index: int, config: SampleConfig
) -> dict[str, Any]:
    usual = SampleConfig()
    is_greedy = config.strategy == "greedy"
    body: dict[str, Any] = {
        "model": endpoint.model,
        "max_tokens": config.max_new_tokens,
        "temperature": 0.0 if is_greedy else config.temperature,
        "top_p": 1.0 if is_greedy else config.top_p,
        # Services take 32 bits; samples of one prompt must differ.
        "seed": (config.seed * 1_000_003 + index) % 2**31,
    }
    if endpoint.is_chat:
        body["messages"] = _turns(checkpoint, prompt)
    elif checkpoint.template == CHAT:
        raise ConfigError(
            f"template {CHAT!r}: an endpoint takes the turns of a chat only with --chat; give it, "
            "or use a template with {prompt}"
        )
    else:
        body["prompt"] = render(checkpoint.template, prompt)
    if config.stop:
        body["stop"] = list(config.stop)
    for name, theirs in _PASSED_ON.items():
        if getattr(config, name) != getattr(usual, name):
            body[theirs] = getattr(config, name)
    return body


def _turns(checkpoint: Checkpoint, prompt: Prompt) -> list[dict[str, str]]:
    if checkpoint.template == CHAT or prompt.conversation is not None:
        return messages(prompt)
    return [{"role": "user", "content": render(checkpoint.template, prompt)}]


def _post(client: httpx.Client, endpoint: Endpoint, body: dict[str, Any]) -> dict[str, Any]:
    """Ask until there is an answer, waiting longer each time the service is busy."""
    path = "/chat/completions" if endpoint.is_chat else "/completions"
    for number in range(MOST_TRIES):
        try:
            reply = client.post(endpoint.url.rstrip("/") + path, json=body)
        except httpx.HTTPError as error:
            raise CheckpointError(
                f"{endpoint.url} cannot be reached: {error or type(error).__name__}; is it "
                "running there? what was written so far is kept, run the command again"
            ) from error
        is_last = number == MOST_TRIES - 1
        if reply.status_code in (429, 500, 502, 503, 504) and not is_last:
            time.sleep(_wait(reply, number))
            continue
        break
    if reply.status_code != 200:
        raise CheckpointError(
            f"{endpoint.url} refused with status {reply.status_code}: {reply.text[:200]!r}; what "
            "was written so far is kept, run the command again"
        )
    try:
        return reply.json()
    except ValueError as error:
        raise CheckpointError(
            f"{endpoint.url} did not answer with JSON: {reply.text[:200]!r}; give the address up "
            "to the version, such as http://localhost:8000/v1"
        ) from error


def _wait(reply: httpx.Response, number: int) -> float:
    """Return the seconds until the next try: what the service says, else longer each time."""
    told = reply.headers.get("retry-after", "")
    return min(float(told), 60.0) if told.replace(".", "", 1).isdigit() else 0.5 * 2**number

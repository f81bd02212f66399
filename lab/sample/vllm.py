"""Turns prompts into generations with vLLM, where it is installed.

vLLM draws by random numbers of its own: a seed gives the same text only on the same version and
machine. It tells log-probabilities at temperature 1 and no entropies.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from lab.errors import CheckpointError, ConfigError
from lab.models.folder import read_about
from lab.models.load import LoadedModel
from lab.records import Checkpoint, Prompt
from lab.sample.batch import Written
from lab.sample.config import SampleConfig
from lab.sample.run import Job, Sampled, encode, sampled, uniforms
from lab.sample.tokens import Pieces

ROUND = 1024
"""Texts that are asked for at once; they are stored when the last of them is done."""


def sample_vllm(
    checkpoint: Checkpoint,
    prompts: Sequence[Prompt],
    config: SampleConfig,
    skip: Collection[tuple[str, int]] = (),
) -> Iterator[list[Sampled]]:
    """Let a checkpoint write texts for prompts; takes and yields what `lab.sample.run.sample` does.

    Raises:
        ConfigError: vLLM is not installed.
        CheckpointError: the checkpoint has no weights, or vLLM cannot run it.
        InputError: a prompt lacks what the template asks for, or does not fit into the context.
    """
    vllm = _import()
    if checkpoint.path is None:
        raise CheckpointError(
            f"checkpoint {checkpoint.name!r} has no weights, only texts; import its texts instead"
        )
    loaded, done = _load(vllm, checkpoint, config), set(skip)
    jobs = [
        Job(prompt, index, ids)
        for prompt in prompts
        for ids in [encode(loaded, checkpoint.template, prompt)]
        for index in range(config.n_samples)
        if (prompt.id, index) not in done
    ]
    jobs.sort(key=lambda job: (len(job.ids), job.ids))
    return _rounds(vllm, loaded, checkpoint, jobs, config)


def _import() -> Any:
    try:
        import vllm  # type: ignore[import-not-found]
    except ImportError as error:
        raise ConfigError(
            "engine 'vllm' needs vLLM, which is not installed here: pip install "
            f"'review-lab[vllm]' on a machine with a GPU, or leave the engine out ({error})"
        ) from error
    return vllm


def _load(vllm: Any, checkpoint: Checkpoint, config: SampleConfig) -> LoadedModel:
    path = checkpoint.path or ""
    about = (read_about(Path(path).expanduser()) if Path(path).exists() else None) or {}
    options: dict[str, Any] = {"max_num_seqs": config.batch_rows} if config.batch_rows else {}
    options |= {"max_model_len": int(about["context"])} if "context" in about else {}
    try:
        model = vllm.LLM(model=path, dtype=config.dtype, **options)
    except Exception as error:  # vLLM raises what its parts raise
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise CheckpointError(
            f"checkpoint {checkpoint.name!r} cannot be run by vLLM: {first}; leave the engine out"
        ) from error

    return LoadedModel(
        model=model,
        tokenizer=model.get_tokenizer(),
        template=checkpoint.template,
        context=int(model.llm_engine.model_config.max_model_len),
        kind="vllm",
        device=torch.device("cpu"),
    )


def _rounds(
    vllm: Any,
    loaded: LoadedModel,
    checkpoint: Checkpoint,
    jobs: Sequence[Job],
    config: SampleConfig,
) -> Iterator[list[Sampled]]:
    pieces = Pieces(loaded.tokenizer)
    for start in range(0, len(jobs), ROUND):
        some, began = jobs[start : start + ROUND], time.perf_counter()
        outputs = loaded.model.generate(
            [{"prompt_token_ids": list(job.ids)} for job in some],
            [vllm.SamplingParams(**_settings(job, config, loaded.context)) for job in some],
            use_tqdm=False,
        )
        seconds = time.perf_counter() - began
        yield [
            sampled(pieces, checkpoint, job, _written(output.outputs[0], seconds), config)
            for job, output in zip(some, outputs, strict=True)
        ]


def _settings(job: Job, config: SampleConfig, context: int) -> dict[str, Any]:
    """Name the settings as vLLM does."""
    is_drawn = config.strategy == "sample"
    draws = uniforms(job, config, context)
    return {
        "temperature": config.temperature if is_drawn else 0.0,
        "top_k": config.top_k if is_drawn else 0,
        "top_p": config.top_p if is_drawn else 1.0,
        "min_p": config.min_p if is_drawn else 0.0,
        "repetition_penalty": config.repetition_penalty,
        "max_tokens": len(draws),
        "min_tokens": min(config.min_new_tokens, len(draws)),
        "stop": list(config.stop),
        "seed": int(draws[0] * 2**31),
        "logprobs": 0,
    }


def _written(output: Any, seconds: float) -> Written:
    """Take over what vLLM wrote; its "stop" is an end token or a stop string."""
    ids = list(output.token_ids)
    is_string = output.finish_reason == "stop" and isinstance(output.stop_reason, str)
    reason = "stop" if is_string else "end" if output.finish_reason == "stop" else "length"
    return Written(
        ids=ids,
        log_probabilities=[
            float(told[token].logprob) for token, told in zip(ids, output.logprobs, strict=True)
        ],
        entropies=[],
        finish_reason=reason,
        seconds=seconds,
    )

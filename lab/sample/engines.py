"""Chooses what runs a checkpoint: one interface for the lab's own loop, transformers and vLLM."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from lab.records import Checkpoint, Prompt
from lab.sample.config import SampleConfig
from lab.sample.run import Sampled, sample


def sample_by_engine(
    checkpoint: Checkpoint,
    prompts: Sequence[Prompt],
    config: SampleConfig,
    skip: Collection[tuple[str, int]] = (),
) -> Iterator[list[Sampled]]:
    """Let a checkpoint write texts for prompts with the engine of the settings.

    Takes, yields and raises what `lab.sample.run.sample` and `lab.sample.vllm.sample_vllm` do.
    """
    if config.engine == "vllm":
        from lab.sample.vllm import sample_vllm

        return sample_vllm(checkpoint, prompts, config, skip)
    return sample(checkpoint, prompts, config, skip)

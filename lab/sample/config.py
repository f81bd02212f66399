"""The settings of sampling; imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

from lab.errors import ConfigError
from lab.models.settings import check_types, require


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleConfig:
    """How texts are drawn from a checkpoint."""

    strategy: Literal["greedy", "sample", "beam", "contrastive"] = "sample"
    """How a text is chosen: "greedy" (always the likeliest token), "sample" (drawn), "beam" (the
    likeliest text that a beam search finds), or "contrastive" (of the top_k likeliest tokens
    the one that is least like what was there before; give penalty_alpha and top_k)."""

    engine: Literal["lab", "transformers", "vllm"] = "lab"
    """What runs the model: "lab" (this program's own loop), "transformers" (its generate, for
    models that ours cannot run), or "vllm" (where it is installed)."""

    n_beams: int = 4
    """Beams of strategy "beam"."""

    temperature: float = 0.8
    """Divides the logits before drawing; lower is safer, 1 is the model's own distribution."""

    penalty_alpha: float = 0.0
    """Of strategy "contrastive": how much unlikeness counts beside likelihood, above 0 up to 1;
    0.6 with a top_k of 4 is usual."""

    top_k: int = 0
    """Draw only from the k likeliest tokens; 0 for all. Of strategy "contrastive": the number
    of tokens that are compared."""

    top_p: float = 1.0
    """Draw only from the likeliest tokens that together have this probability; 1 for all."""

    min_p: float = 0.0
    """Draw only from tokens at least this share as likely as the likeliest; 0 for all."""

    typical_p: float = 1.0
    """Draw only from the tokens nearest to the expected surprise that together have this
    probability; 1 for all."""

    repetition_penalty: float = 1.0
    """Makes tokens that the prompt or the text has less likely: above 1 less, 1 leaves them."""

    no_repeat_ngram: int = 0
    """Never write a run of so many tokens a second time; 0 lets it be."""

    min_new_tokens: int = 0
    """Fewest tokens to write before a text may end."""

    stop: tuple[str, ...] = ()
    """End a text before any of these strings."""

    max_new_tokens: int = 200
    """Most tokens to write per text, the end token included."""

    n_samples: int = 1
    """Texts per prompt."""

    seed: int = 0
    """Seed of the drawing; the same seed gives the same texts whatever the batch size."""

    batch_rows: int = 0
    """Texts written at once; 0 for as many as fit into memory and are of use."""

    threads: int = 0
    """Processor threads; 0 for torch's choice: OMP_NUM_THREADS, else the cores."""

    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    """Precision of weights and arithmetic; "auto" is bfloat16 on a GPU, else float32."""

    quantize: Literal["none", "int8"] = "none"
    """Keep the weights of linear layers in 8 bits: a quarter of the memory, a little less exact."""

    device: str = ""
    """Where to compute, such as "cpu" or "cuda:0"; empty for a GPU if there is one."""

    def __post_init__(self) -> None:
        """Refuse values that make no sense.

        Raises:
            ConfigError: names the field, the value and what is allowed.
        """
        check_types(self)
        require(0 < self.temperature <= 100, "temperature", self.temperature, "above 0, up to 100")
        require(self.top_k >= 0, "top_k", self.top_k, "0 (all tokens) or more")
        require(0 < self.top_p <= 1, "top_p", self.top_p, "above 0, up to 1")
        require(0 <= self.min_p < 1, "min_p", self.min_p, "0 (all tokens) up to, not with, 1")
        require(0 < self.typical_p <= 1, "typical_p", self.typical_p, "above 0, up to 1")
        require(
            0 < self.repetition_penalty <= 10,
            "repetition_penalty",
            self.repetition_penalty,
            "above 0, up to 10",
        )
        require(
            self.no_repeat_ngram >= 0, "no_repeat_ngram", self.no_repeat_ngram, "0 (off) or more"
        )
        require(all(self.stop), "stop", self.stop, "strings that are not empty")
        require(
            0 <= self.min_new_tokens <= self.max_new_tokens,
            "min_new_tokens",
            self.min_new_tokens,
            "0 up to max_new_tokens",
        )
        require(self.max_new_tokens >= 1, "max_new_tokens", self.max_new_tokens, "1 or more")
        require(self.n_samples >= 1, "n_samples", self.n_samples, "1 or more")
        require(0 <= self.seed < 2**63, "seed", self.seed, "0 to 2^63 - 1")
        require(self.n_beams >= 2, "n_beams", self.n_beams, "2 or more")
        require(self.batch_rows >= 0, "batch_rows", self.batch_rows, "0 (what fits) or more")
        require(self.threads >= 0, "threads", self.threads, "0 (torch's choice) or more")
        _check_contrastive(self)
        _check_engine(self)
        if self.strategy != "sample" and self.n_samples > 1:
            raise ConfigError(
                f"n_samples {self.n_samples}: {self.strategy} writes the same text each "
                "time; use 1, or strategy sample"
            )


def _check_contrastive(config: SampleConfig) -> None:
    """Refuse settings that belong to contrastive search alone, or that it cannot use."""
    alpha, is_contrastive = config.penalty_alpha, config.strategy == "contrastive"
    require(0 <= alpha <= 1, "penalty_alpha", alpha, "above 0, up to 1")
    if not is_contrastive and alpha:
        raise ConfigError(
            f"penalty_alpha {alpha} is of strategy 'contrastive' alone, and the strategy is "
            f"{config.strategy!r}; set the strategy, or leave penalty_alpha out"
        )
    if is_contrastive and not alpha:
        raise ConfigError(
            "strategy 'contrastive' needs penalty_alpha, above 0 up to 1 (0.6 is usual); without "
            "it the strategy is 'greedy'"
        )
    if is_contrastive and config.top_k < 2:
        raise ConfigError(
            f"strategy 'contrastive' compares the top_k likeliest tokens, and top_k is "
            f"{config.top_k}; give 2 or more (4 to 10 is usual)"
        )
    if is_contrastive and (given := _changed(config, DRAWING)):
        raise ConfigError(
            f"{next(iter(given))} is for drawing, and strategy 'contrastive' draws nothing; "
            "leave it out"
        )


def _check_engine(config: SampleConfig) -> None:
    """Refuse settings that an engine does not have."""
    if config.engine == "transformers" and config.strategy == "contrastive":
        raise ConfigError(
            "engine 'transformers' has no contrastive search (its version 5 dropped it); leave "
            "the engine out"
        )
    if config.engine == "vllm" and config.strategy in ("beam", "contrastive"):
        raise ConfigError(
            f"engine 'vllm' has no strategy {config.strategy!r} here; use sample or greedy, or "
            "leave the engine out"
        )
    foreign = ("typical_p", "no_repeat_ngram", "device", "quantize")
    if config.engine == "vllm" and (given := _changed(config, foreign)):
        raise ConfigError(f"engine 'vllm' has no {next(iter(given))}; leave one of them out")


DRAWING = ("top_p", "min_p", "typical_p")
"""Settings that only drawing uses."""


def decoding(config: SampleConfig) -> dict[str, Any]:
    """Return the settings that decide about the text, as they are stored with a generation.

    Args:
        config: the settings.

    Returns:
        Strategy and length, for "sample" temperature, top_k and top_p, for "beam" their number,
        for "contrastive" penalty_alpha and top_k, and whatever else is not left as it is; not
        the seed, the number of samples and the batch size.
    """
    kept: dict[str, Any] = {"strategy": config.strategy, "max_new_tokens": config.max_new_tokens}
    if config.strategy == "sample":
        kept |= {name: getattr(config, name) for name in ("temperature", "top_k", "top_p")}
        kept |= _changed(config, ("min_p", "typical_p"))
    if config.strategy == "beam":
        kept["n_beams"] = config.n_beams
    if config.strategy == "contrastive":
        kept |= {"penalty_alpha": config.penalty_alpha, "top_k": config.top_k}
    kept |= _changed(config, ("engine", "repetition_penalty", "no_repeat_ngram", "min_new_tokens"))
    kept |= _changed(config, ("quantize",))
    kept |= {"dtype": config.dtype} if config.dtype == "bfloat16" else {}
    return kept | ({"stop": list(config.stop)} if config.stop else {})


def _changed(config: SampleConfig, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the settings that differ from their defaults."""
    usual = {field.name: field.default for field in fields(SampleConfig)}
    return {name: getattr(config, name) for name in names if getattr(config, name) != usual[name]}

"""The settings of training; imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lab.errors import ConfigError
from lab.models.prompts import check_template
from lab.models.settings import check_types, require

DEFAULT_STEPS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """What is trained, on what input, for how long and how."""

    name: str
    """Name of the checkpoint that is made."""

    architecture: Literal["gpt", "lstm", "hub"] = "gpt"
    """A GPT or an LSTM from scratch, or "hub" to fine-tune the checkpoint given as parent."""

    parent: str = ""
    """Checkpoint to fine-tune: a checkpoint's name, a folder or a hub name; only with "hub"."""

    template: str = "{prompt}"
    """How a prompt becomes the model's input; fields {prompt} and {source}."""

    layers: int = 3
    """Blocks of the GPT, or layers of the LSTM."""

    width: int = 128
    """Size of the hidden states."""

    heads: int = 2
    """Attention heads per block of the GPT."""

    vocabulary: int = 2048
    """Most tokens of the tokenizer that is trained on the texts."""

    context: int = 256
    """Longest prompt with reference in tokens; a longer reference is cut, plain text windowed."""

    batch_rows: int = 16
    """Rows per optimiser step."""

    steps: int | None = None
    """Optimiser steps to do (default: 1000 unless seconds are given); repeatable by seed."""

    seconds: float | None = None
    """Time to train for, in place of steps; not repeatable to the last digit."""

    learning_rate: float | None = None
    """Peak learning rate (default: 0.006 with Muon, 0.004 with AdamW, 0.0001 for "hub")."""

    warmup: float = 0.05
    """Share of the budget in which the learning rate rises; after it, it falls by a cosine."""

    weight_decay: float = 0.1
    """Decay of the weight matrices per unit of learning rate."""

    optimizer: Literal["auto", "muon", "adamw"] = "auto"
    """Muon for matrices with AdamW for the rest, or AdamW; "auto" is AdamW for "hub", else Muon."""

    gradient_clip: float = 1.0
    """Largest L2 norm of all gradients together."""

    precision: Literal["auto", "bf16", "fp32"] = "auto"
    """Arithmetic: "auto" is bf16 where the processor has units for it, else fp32."""

    log_every: int = 10
    """Steps between logged training losses."""

    validate_every: int = 100
    """Steps between validations; there is always one at the end."""

    validation_rows: int = 128
    """Most validation rows to use."""

    seed: int = 0
    """Seed of the weights and of the order of the rows."""

    threads: int = 0
    """Processor threads; 0 for torch's choice: OMP_NUM_THREADS, else the cores."""

    device: str = ""
    """Where to compute, such as "cpu" or "cuda:0"; empty for a GPU if there is one."""

    def __post_init__(self) -> None:
        """Refuse values that make no sense, or not together.

        Raises:
            ConfigError: names the field, the value and what is allowed.
        """
        check_types(self)
        check_template(self.template)
        require(bool(self.name.strip()) and "/" not in self.name, "name", self.name, "a name")
        self._check_sizes()
        self._check_schedule()
        if self.architecture == "hub" and not self.parent:
            raise ConfigError(
                'parent is missing; architecture "hub" needs a checkpoint to start from'
            )
        if self.architecture != "hub" and self.parent:
            raise ConfigError(
                f"parent {self.parent!r} goes with architecture 'hub' only, not with "
                f"{self.architecture!r}"
            )

    def _check_sizes(self) -> None:
        for field in ("layers", "heads", "batch_rows", "log_every", "validate_every"):
            require(getattr(self, field) >= 1, field, getattr(self, field), "1 or more")
        require(self.context >= 8, "context", self.context, "8 or more")
        require(self.vocabulary >= 259, "vocabulary", self.vocabulary, "259 (all bytes) or more")
        even = f"a multiple of {2 * self.heads}, twice the heads"
        require(
            self.width > 0 and (self.architecture != "gpt" or self.width % (2 * self.heads) == 0),
            "width",
            self.width,
            even if self.architecture == "gpt" else "1 or more",
        )
        for field in ("validation_rows", "threads", "seed"):
            require(getattr(self, field) >= 0, field, getattr(self, field), "0 or more")

    def _check_schedule(self) -> None:
        if self.steps is not None and self.seconds is not None:
            raise ConfigError(
                f"steps {self.steps} and seconds {self.seconds} are both given; give one budget"
            )
        require(self.steps is None or self.steps >= 1, "steps", self.steps, "1 or more")
        require(self.seconds is None or self.seconds > 0, "seconds", self.seconds, "above 0")
        rate = self.learning_rate
        require(rate is None or rate > 0, "learning_rate", rate, "above 0")
        require(0 <= self.warmup < 1, "warmup", self.warmup, "a share from 0 to below 1")
        require(self.weight_decay >= 0, "weight_decay", self.weight_decay, "0 or more")
        require(self.gradient_clip > 0, "gradient_clip", self.gradient_clip, "above 0")

    @property
    def step_budget(self) -> int | None:
        """Steps to do; None where the budget is seconds."""
        return self.steps or (None if self.seconds is not None else DEFAULT_STEPS)

    @property
    def peak_rate(self) -> float:
        """The learning rate at the end of the warm-up."""
        if self.learning_rate is not None:
            return self.learning_rate
        if self.architecture == "hub":
            return 1e-4
        return 6e-3 if self.uses_muon else 4e-3

    @property
    def uses_muon(self) -> bool:
        """Whether matrices are trained by Muon."""
        return self.optimizer == "muon" or (self.optimizer == "auto" and self.architecture != "hub")

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

    architecture: str = "gpt"
    """What is trained from scratch: "gpt", "lstm", "gru" or any causal model type of transformers,
    such as "llama" or "qwen3"; or "hub" to fine-tune the checkpoint given as parent."""

    parent: str = ""
    """Checkpoint to fine-tune: a checkpoint's name, a folder or a hub name; only with "hub"."""

    template: str = ""
    """How a prompt becomes the model's input; fields {prompt} and {source}; or "chat" for the
    tokenizer's own chat template. If empty: "chat" for chats, else the parent's, else
    "{prompt}"."""

    layers: int = 3
    """Blocks of a transformer, or layers of an LSTM or GRU."""

    width: int = 128
    """Size of the hidden states."""

    heads: int = 2
    """Attention heads per block of a transformer."""

    parameters: int | None = None
    """Number of weights to come near to, in place of layers, width and heads."""

    dropout: float = 0.0
    """Share of activations dropped in training."""

    vocabulary: int = 2048
    """Most tokens of the tokenizer that is trained on the texts."""

    tokenizer: str = ""
    """Checkpoint (name, folder or hub name) whose tokenizer is used; else the one prepared with
    the data set, else one is trained; not with "hub", which has its own."""

    context: int = 256
    """Longest prompt with reference in tokens; a longer reference is cut, plain text windowed."""

    packing: bool = False
    """Fill rows up to the context with several texts, which do not see one another; a step then has
    more texts and is the faster for it where lengths differ. Not for recurrent models."""

    weights: Literal["all", "last", "lora", "dora"] = "all"
    """What is fine-tuned: all weights, those of the last blocks, or adapters (LoRA, DoRA) that
    are merged into the checkpoint at the end; only with "hub"."""

    last_blocks: int = 2
    """Blocks at the end that are trained with "last"."""

    unfreeze_every: int | None = None
    """With "last": steps after which one more block is trained; none by default."""

    lora_rank: int = 16
    """Rank of the adapters."""

    lora_alpha: float = 32.0
    """Scale of the adapters; they are multiplied by alpha over rank."""

    lora_dropout: float = 0.0
    """Share of the adapters' input dropped in training."""

    lora_targets: tuple[str, ...] = ()
    """Names of the layers that get adapters; all linear ones but the last by default."""

    batch_rows: int = 16
    """Rows per optimiser step, over all devices and accumulated parts together."""

    accumulate: int = 1
    """Parts that a step's rows are worked through in, to save memory."""

    steps: int | None = None
    """Optimiser steps to do (default: 1000 unless epochs or seconds are given); repeatable."""

    epochs: float | None = None
    """Passes over the training rows to do, in place of steps."""

    seconds: float | None = None
    """Time to train for, in place of steps; not repeatable to the last digit."""

    learning_rate: float | None = None
    """Peak learning rate (default: 0.006 with Muon, 0.004 with AdamW, 0.0001 for "hub")."""

    warmup: float = 0.05
    """Share of the budget in which the learning rate rises."""

    schedule: Literal["cosine", "linear", "constant", "plateau"] = "cosine"
    """How the learning rate falls after the warm-up; "plateau" halves it when the validation loss
    has not fallen in two validations."""

    weight_decay: float = 0.1
    """Decay of the weight matrices per unit of learning rate."""

    optimizer: Literal["auto", "muon", "adamw"] = "auto"
    """Muon for matrices with AdamW for the rest, or AdamW; "auto" is AdamW for "hub", else Muon."""

    gradient_clip: float = 1.0
    """Largest L2 norm of all gradients together."""

    label_smoothing: float = 0.0
    """Share of each target's probability that is spread over all tokens."""

    precision: Literal["auto", "bf16", "fp16", "fp32"] = "auto"
    """Arithmetic: "auto" is bf16 where the processor has units for it, else fp32; fp16 is for GPUs
    without bf16."""

    gradient_checkpointing: bool = False
    """Work activations out twice in place of keeping them: less memory, a third more time."""

    compile: bool = False
    """Compile the model by torch.compile; worth its start only in long runs on a GPU."""

    log_every: int = 10
    """Steps between logged training losses."""

    validate_every: int = 100
    """Steps between validations; there is always one at the end."""

    validation_rows: int = 128
    """Most validation rows to use."""

    patience: int | None = None
    """Stop after so many validations without a lower loss; never by default."""

    least_gain: float = 0.0
    """How much lower, in nats per token, a validation loss must be to count as lower."""

    keep: int = 0
    """How many of the last states to keep as checkpoints of their own, beside the best one."""

    save_every: int | None = None
    """Steps between states to resume from (default: the steps between validations)."""

    tensorboard: str = ""
    """Folder for TensorBoard files; none by default."""

    cost_per_hour: float | None = None
    """What an hour of this machine costs, in any currency, to tell what each epoch cost."""

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
        if self.template:
            check_template(self.template)
        is_name = bool(self.name.strip()) and "/" not in self.name
        require(is_name, "name", self.name, "one with a letter or more, and no slash")
        self._check_sizes()
        self._check_schedule()
        self._check_fine_tuning()
        if self.architecture == "hub" and not self.parent:
            raise ConfigError(
                'parent is missing; architecture "hub" needs a checkpoint to start from'
            )
        if self.architecture != "hub" and self.parent:
            raise ConfigError(
                f"parent {self.parent!r} goes with architecture 'hub' only, not with "
                f"{self.architecture!r}"
            )

        if self.architecture == "hub" and self.tokenizer:
            raise ConfigError(
                f"tokenizer {self.tokenizer!r} goes with a model from scratch only; leave it out, "
                "since a checkpoint has its own"
            )

    def _check_sizes(self) -> None:
        for field in ("layers", "heads", "batch_rows", "log_every", "validate_every"):
            require(getattr(self, field) >= 1, field, getattr(self, field), "1 or more")
        require(self.context >= 8, "context", self.context, "8 or more")
        require(self.vocabulary >= 259, "vocabulary", self.vocabulary, "259 (all bytes) or more")
        even = f"a multiple of {2 * self.heads}, twice the heads"
        recurrent = self.architecture in ("lstm", "gru")
        require(
            self.width > 0 and (recurrent or self.width % (2 * self.heads) == 0),
            "width",
            self.width,
            "1 or more" if recurrent else even,
        )
        for field in ("validation_rows", "threads", "seed", "keep", "least_gain"):
            require(getattr(self, field) >= 0, field, getattr(self, field), "0 or more")
        for field in ("accumulate", "last_blocks", "lora_rank"):
            require(getattr(self, field) >= 1, field, getattr(self, field), "1 or more")
        for field in ("parameters", "unfreeze_every", "patience", "save_every"):
            value = getattr(self, field)
            require(value is None or value >= 1, field, value, "1 or more")
        require(
            self.batch_rows % self.accumulate == 0,
            "accumulate",
            self.accumulate,
            f"a divisor of the {self.batch_rows} rows of a step",
        )
        for field in ("dropout", "lora_dropout", "label_smoothing"):
            value = getattr(self, field)
            require(0 <= value < 1, field, value, "a share from 0 to below 1")
        require(self.lora_alpha > 0, "lora_alpha", self.lora_alpha, "above 0")
        cost = self.cost_per_hour
        require(cost is None or cost >= 0, "cost_per_hour", cost, "0 or more")

    def _check_fine_tuning(self) -> None:
        if self.architecture != "hub" and self.weights != "all":
            raise ConfigError(
                f"weights {self.weights!r} goes with architecture 'hub' only, not with "
                f"{self.architecture!r}, which has nothing to keep"
            )
        if self.unfreeze_every is not None and self.weights != "last":
            raise ConfigError(
                f"unfreeze_every {self.unfreeze_every} goes with weights 'last' only, not with "
                f"{self.weights!r}"
            )
        if self.schedule == "plateau" and self.validation_rows == 0:
            raise ConfigError("schedule 'plateau' needs validation rows, and validation_rows is 0")
        if self.patience is not None and self.validation_rows == 0:
            raise ConfigError(
                f"patience {self.patience} needs validation rows, and validation_rows is 0"
            )

    def _check_schedule(self) -> None:
        names = ("steps", "epochs", "seconds")
        given = [f"{name} {getattr(self, name)}" for name in names if getattr(self, name)]
        if len(given) > 1:
            raise ConfigError(f"{' and '.join(given)} are given; give one budget")
        require(self.epochs is None or self.epochs > 0, "epochs", self.epochs, "above 0")
        require(self.steps is None or self.steps >= 1, "steps", self.steps, "1 or more")
        require(self.seconds is None or self.seconds > 0, "seconds", self.seconds, "above 0")
        rate = self.learning_rate
        require(rate is None or rate > 0, "learning_rate", rate, "above 0")
        require(0 <= self.warmup < 1, "warmup", self.warmup, "a share from 0 to below 1")
        require(self.weight_decay >= 0, "weight_decay", self.weight_decay, "0 or more")
        require(self.gradient_clip > 0, "gradient_clip", self.gradient_clip, "above 0")

    @property
    def step_budget(self) -> int | None:
        """Steps to do; None where the budget is seconds or epochs."""
        timed = self.seconds is not None or self.epochs is not None
        return self.steps or (None if timed else DEFAULT_STEPS)

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

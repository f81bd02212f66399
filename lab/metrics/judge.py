"""A checkpoint's folder into a judge: a model that says how likely a text is."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lab.metrics.precision import number_format

if TYPE_CHECKING:
    from lab.models.load import LoadedModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Likelihood:
    """How likely one text is under a judge."""

    nats: float
    """Negative log-likelihood of the text's tokens, summed, in nats."""

    n_tokens: int
    """Tokens that were scored."""

    n_bytes: int
    """Bytes of UTF-8 that these tokens spell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """A causal model under which texts are scored, best not the one that wrote them."""

    name: str
    """What the metric's version calls it: the checkpoint's name, or its folder's."""

    precision: str
    """Number format of the computation, "fp32" or "bf16"."""

    loaded: LoadedModel
    """Model, tokenizer, template and context length."""

    memory: dict[str, Likelihood | str] = field(default_factory=dict, repr=False, compare=False)
    """What was scored already, or why it could not be, by the generation's id."""


def load_judge(path: str | Path, name: str | None = None, device: str | None = None) -> Judge:
    """Load a checkpoint as a judge, in bf16 where the processor computes with it, else in fp32.

    Args:
        path: a checkpoint's folder, or a hub name.
        name: what the metric's version shall call it; by default the last part of the path.
        device: "cpu", "cuda", …; by default what `lab.models.load` chooses.

    Returns:
        The judge, in evaluation mode.

    Raises:
        CheckpointError: the folder is missing or not complete.
    """
    from lab.models.load import load_model

    loaded = load_model(path, device)
    precision, dtype = number_format(loaded.device)
    loaded.model.to(dtype=dtype)
    loaded.model.eval()
    return Judge(name=name or Path(path).name, precision=precision, loaded=loaded)

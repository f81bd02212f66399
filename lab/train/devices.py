"""Turns what a launcher (accelerate, torchrun) started into one team of processes that train.

One process alone needs none of it: without a launcher accelerate is not even imported.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from lab.errors import ConfigError, LabError
from lab.models.load import choose_device
from lab.train.config import TrainConfig

Made = TypeVar("Made")


class Team:
    """The processes that train one model together; most often it is one."""

    def __init__(self, accelerator: Any = None):
        """Take accelerate's object, or None for a process by itself."""
        self.accelerator = accelerator
        self.size: int = accelerator.num_processes if accelerator else 1
        self.rank: int = accelerator.process_index if accelerator else 0
        kind = accelerator.distributed_type.value if accelerator else "NO"
        self.shards: bool = kind == "FSDP"
        """Whether each process holds a part of the weights only."""

    @property
    def leads(self) -> bool:
        """Whether this is the process that reports and saves."""
        return self.rank == 0

    def device(self, asked: str) -> torch.device:
        """Return where this process computes; `asked` is the setting, empty for the best one."""
        if self.accelerator is None or (self.size == 1 and not self.shards):
            return choose_device(asked or None)
        return torch.device(self.accelerator.device)

    def share(self, make: Callable[[], Made]) -> Made:
        """Let the leading process make something that can be pickled, and hand it to all.

        Raises:
            LabError: making it failed; in all processes alike, so that none waits for ever.
        """
        if self.size == 1:
            return make()
        from accelerate.utils import broadcast_object_list  # type: ignore[import-untyped]

        box: list[Any] = [None]
        if self.leads:
            try:
                box[0] = make()
            except LabError as error:
                box[0] = error
        broadcast_object_list(box)
        if isinstance(box[0], LabError):
            raise box[0]
        return box[0]

    @contextmanager
    def leader_first(self) -> Iterator[None]:
        """Let the leading process go through a block before the others do."""
        with self.accelerator.main_process_first() if self.size > 1 else nullcontext():
            yield

    def summed(self, values: Tensor) -> Tensor:
        """Add up a tensor over all processes."""
        return self.accelerator.reduce(values, "sum") if self.size > 1 else values

    def led(self, value: float) -> float:
        """Return the leading process's number to all."""
        if self.size == 1:
            return value
        mine = value if self.leads else 0.0
        return float(self.summed(torch.tensor(mine, dtype=torch.float64).to(self._place())))

    def gathered(self, value: Any) -> list[Any]:
        """Return what each process has, by rank."""
        if self.size == 1:
            return [value]
        from accelerate.utils import gather_object

        return list(gather_object([value]))

    def spread(
        self, model: Any, objective: nn.Module, optimizers: Sequence[torch.optim.Optimizer]
    ) -> nn.Module:
        """Make a training step a matter of all processes.

        Args:
            model: the model inside the objective; sharded in place under FSDP.
            objective: a module whose forward gives the loss.
            optimizers: the model's, told of sharded weights.

        Returns:
            The objective to call: under DDP one that averages the gradients.
        """
        if self.accelerator is None:
            return objective
        if self.shards:
            self.accelerator.prepare(model, *optimizers)
            return objective
        return self.accelerator.prepare_model(objective)

    def unsynced(self, module: nn.Module) -> AbstractContextManager[Any]:
        """Return a context in which gradients are added up in this process only."""
        if self.size == 1:
            return nullcontext()
        return self.accelerator.no_sync(module)

    def _place(self) -> torch.device:
        return torch.device(self.accelerator.device)


def find_team(cpu: bool = False) -> Team:
    """Join the processes that a launcher started; without one, stay alone.

    Args:
        cpu: whether to compute on the CPU where there is a GPU too.

    Returns:
        The team.
    """
    if "LOCAL_RANK" not in os.environ:
        return Team()
    from accelerate import Accelerator  # type: ignore[import-untyped]

    return Team(Accelerator(cpu=cpu or not torch.accelerator.is_available(), mixed_precision="no"))


def check_team(team: Team, config: TrainConfig) -> None:
    """Make sure that the processes can follow the settings together.

    Args:
        team: the processes.
        config: the settings.

    Raises:
        ConfigError: names what does not go together, and what to do.
    """
    kind = team.accelerator.device.type if team.accelerator else ""
    if team.size > 1 and config.device not in ("", kind):
        raise ConfigError(
            f"device {config.device!r} is one, and {team.size} processes were started; leave "
            "`device` out: each process takes its own"
        )
    if not team.shards:
        return
    if team.accelerator.state.fsdp_plugin.fsdp_version != 2:
        raise ConfigError("FSDP of version 1 is not supported; give --fsdp_version 2 to accelerate")
    if config.uses_muon:
        raise ConfigError(
            f"optimizer {config.optimizer!r} is Muon here, which needs whole matrices, and FSDP "
            "shards them; give --optimizer adamw, or train without FSDP"
        )
    if config.weights in ("lora", "dora"):
        raise ConfigError(
            f"weights {config.weights!r} do not go with FSDP; train them without it: adapters "
            "need little memory"
        )
    if config.unfreeze_every is not None:
        raise ConfigError("unfreeze_every does not go with FSDP; train without one of them")

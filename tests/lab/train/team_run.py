"""Trains in each process that torchrun starts; the first one writes what was logged.

    torchrun --nproc-per-node 2 team_run.py FOLDER (ddp | fsdp) [STOP]

With STOP it ends at that step with an error, so that another call goes on from the state. FSDP is
accelerate's own way for GPUs; here it is told that these CPUs are some.
"""

import importlib.util
import json
import sys
from dataclasses import replace
from pathlib import Path

import torch

from lab.records import TrainingStep
from lab.train.devices import Team, find_team
from lab.train.run import train


def sharding_team() -> Team:
    from accelerate import Accelerator, FullyShardedDataParallelPlugin
    from accelerate.utils import DistributedType

    accelerator = Accelerator(cpu=True, mixed_precision="no")
    plugin = FullyShardedDataParallelPlugin(fsdp_version=2, cpu_ram_efficient_loading=False)
    accelerator.state.fsdp_plugin = plugin
    accelerator.state.distributed_type = DistributedType.FSDP
    return Team(accelerator)


def main(folder: Path, kind: str, stop: int) -> None:
    place = Path(__file__).with_name("killed_run.py")
    spec = importlib.util.spec_from_file_location("killed_run", place)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    prompts = made.made_prompts()
    config = replace(
        made.config("gpt"), optimizer="adamw", dropout=0.0, batch_rows=8, log_every=1, accumulate=2
    )
    team = sharding_team() if kind == "fsdp" else find_team(cpu=True)
    log: list[tuple[int, float, float]] = []

    def on_step(step: TrainingStep, share: float) -> None:
        log.append((step.step, step.train_loss, step.gradient_norm))
        if step.step == stop:
            raise RuntimeError("stopped")

    checkpoint = train(
        prompts[:-3],
        prompts[-3:],
        config,
        folder / "checkpoint",
        "run-1",
        on_step,
        states=folder / "run",
        team=team,
    )
    if team.leads:
        told = {"size": team.size, "log": log, "sha256": checkpoint.weights_sha256}
        told |= {"validation_loss": checkpoint.validation_loss, "path": checkpoint.path}
        (folder / "told.json").write_text(json.dumps(told))
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int((sys.argv[3:] or ["0"])[0]))

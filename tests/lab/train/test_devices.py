"""Two processes learn what one learns; what cannot be shared is refused."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from lab.errors import ConfigError
from lab.train.config import TrainConfig
from lab.train.devices import Team, check_team

SCRIPT = Path(__file__).with_name("team_run.py")
ROOT = Path(__file__).parents[3]


def train_in(folder: Path, kind: str, n_processes: int, *stop: str) -> dict | None:
    folder.mkdir(exist_ok=True)
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(n_processes)]
    ended = subprocess.run(
        [sys.executable, *launch, SCRIPT, folder, kind, *stop],
        capture_output=True,
        check=False,
        timeout=200,
        env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
    )
    assert bool(ended.returncode) == bool(stop), ended.stderr.decode()[-3000:]
    return None if stop else json.loads((folder / "told.json").read_text())


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["ddp", "fsdp"])
def test_two_processes_have_the_loss_curve_of_one(kind: str, tmp_path: Path) -> None:
    one = train_in(tmp_path / "one", "ddp", 1)
    two = train_in(tmp_path / "two", kind, 2)
    assert (one["size"], two["size"]) == (1, 2)
    for (step, loss, norm), (same_step, same_loss, same_norm) in zip(
        one["log"], two["log"], strict=True
    ):
        assert step == same_step
        assert same_loss == pytest.approx(loss, rel=1e-5)
        assert same_norm == pytest.approx(norm, rel=1e-5)
    assert two["validation_loss"] == pytest.approx(one["validation_loss"], rel=1e-5)
    # Killed by an error in one process, both go on from the state.
    train_in(tmp_path / "broken", kind, 2, "8")
    gone_on = train_in(tmp_path / "broken", kind, 2)
    assert gone_on["log"][0][0] == 7
    assert gone_on["sha256"] == two["sha256"]


def team(kind: str, size: int, version: int = 2) -> Team:
    return Team(
        SimpleNamespace(
            num_processes=size,
            process_index=0,
            distributed_type=SimpleNamespace(value=kind),
            device=SimpleNamespace(type="cuda"),
            state=SimpleNamespace(fsdp_plugin=SimpleNamespace(fsdp_version=version)),
        )
    )


@pytest.mark.parametrize(
    ("found", "changes", "message"),
    [
        (team("MULTI_GPU", 2), {"device": "cpu"}, "device 'cpu' is one, and 2 processes"),
        (team("FSDP", 2), {}, "'auto' is Muon here, .*--optimizer adamw"),
        (team("FSDP", 2, 1), {"optimizer": "adamw"}, "version 1 is not supported"),
        (
            team("FSDP", 2),
            {"architecture": "hub", "parent": "x", "weights": "lora"},
            "'lora' do not go with FSDP",
        ),
    ],
)
def test_what_cannot_be_shared_is_refused(
    found: Team, changes: dict, message: str, make_config: Callable[..., TrainConfig]
) -> None:
    with pytest.raises(ConfigError, match=message):
        check_team(found, make_config(**{"device": "", **changes}))

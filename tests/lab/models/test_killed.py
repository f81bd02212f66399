"""A process killed while it saves leaves no folder that could be taken for a checkpoint."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lab.errors import CheckpointError
from lab.models.load import load_model
from lab.models.save import save_checkpoint

PROGRAM = """
import os, pathlib, signal, sys
from lab.models.gpt import build_gpt
from lab.models.save import save_checkpoint
from lab.models.tokenizer import train_tokenizer

def die(*arguments, **named):
    os.kill(os.getpid(), signal.SIGKILL)

tokenizer = train_tokenizer(["the cat"], 270, 64)
model = build_gpt(tokenizer, layers=1, width=32, heads=2, context=64)
place, stage = pathlib.Path(sys.argv[1]), sys.argv[2]
if stage == "after the weights":
    tokenizer.save_pretrained = die
elif stage == "before the last file":
    pathlib.Path.write_text = die
elif stage == "before the rename":
    pathlib.Path.rename = die
save_checkpoint(model, tokenizer, place, {"template": "{prompt}"})
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "stage", ["after the weights", "before the last file", "before the rename"]
)
def test_a_killed_save_leaves_nothing_to_load(
    stage: str, gpt: object, tokenizer: object, tmp_path: Path
) -> None:
    place = tmp_path / "c"
    command = [sys.executable, "-c", PROGRAM, str(place), stage]
    root = str(Path(__file__).parents[3])
    environment = {**os.environ, "PYTHONPATH": root, "OMP_NUM_THREADS": "1"}
    ended = subprocess.run(command, check=False, env=environment, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    assert any(tmp_path.iterdir()), "it was killed before it wrote anything"
    with pytest.raises(CheckpointError, match="no such folder"):
        load_model(place, "cpu")
    save_checkpoint(gpt, tokenizer, place, {"template": "{prompt}", "kind": "gpt", "context": 64})
    assert load_model(place, "cpu").kind == "gpt"
    assert [path.name for path in tmp_path.iterdir()] == ["c"]

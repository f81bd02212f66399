"""Names of checkpoints, folders and hub models, and what is said of a mistyped one."""

from pathlib import Path

import pytest
from huggingface_hub import HfApi, constants

from lab.commands.prepared import checkpoint_folder
from lab.errors import UnknownNameError
from lab.records import Checkpoint, CheckpointKind
from storage.client import Store


@pytest.fixture(autouse=True)
def _no_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    def model_info(self: HfApi, name: str, timeout: float) -> None:
        if name != "org/there":
            raise ConnectionError("no network")

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(HfApi, "model_info", model_info)


def test_a_mistyped_checkpoint_names_those_of_like_names(store: Store) -> None:
    with pytest.raises(UnknownNameError, match=r"'stroies' in this lab \(there is none yet\)"):
        checkpoint_folder(store, "stroies")
    names = ("stories", "poems", "stories-2")
    store.add([Checkpoint(name=n, kind=CheckpointKind.GPT, path=f"/c/{n}") for n in names])
    near = r"\(there is: stories, stories-2\), no folder of .* hub cannot be reached .* spelling"
    with pytest.raises(UnknownNameError, match=near):
        checkpoint_folder(store, "stroies")
    assert checkpoint_folder(store, "stories") == "/c/stories"


def test_folders_and_names_on_the_hub_stay(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    for name in ("", "folder", "./gone", "org/there"):
        assert checkpoint_folder(store, name) == name

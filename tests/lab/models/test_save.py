"""Saving: a checkpoint folder is whole or not there."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.errors import CheckpointError
from lab.models.folder import read_about
from lab.models.save import save_checkpoint


def test_a_saved_folder_says_what_it_is(gpt: object, tokenizer: object, tmp_path: Path) -> None:
    sha256 = save_checkpoint(gpt, tokenizer, tmp_path / "c", {"template": "{prompt}"})
    about = read_about(tmp_path / "c")
    weights = (tmp_path / "c" / "model.safetensors").read_bytes()
    assert about["template"] == "{prompt}"
    assert about["weights_sha256"] == sha256 == hashlib.sha256(weights).hexdigest()


def test_a_failure_leaves_nothing(
    gpt: object, tokenizer: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(folder: Path) -> None:
        assert (Path(folder) / "model.safetensors").exists()
        raise OSError("No space left on device")

    monkeypatch.setattr(tokenizer, "save_pretrained", fail)
    with pytest.raises(CheckpointError, match="No space left"):
        save_checkpoint(gpt, tokenizer, tmp_path / "c", {})
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_no_hindrance(
    gpt: object, tokenizer: object, tmp_path: Path
) -> None:
    (tmp_path / ".c.partial").mkdir()
    (tmp_path / ".c.partial" / "model.safetensors").write_bytes(b"half")
    save_checkpoint(gpt, tokenizer, tmp_path / "c", {})
    assert [path.name for path in tmp_path.iterdir()] == ["c"]


def test_a_taken_place_is_refused(gpt: object, tokenizer: object, tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "mine.txt").write_text("keep")
    with pytest.raises(CheckpointError, match="something already"):
        save_checkpoint(gpt, tokenizer, tmp_path / "c", {})
    assert (tmp_path / "c" / "mine.txt").read_text() == "keep"


def test_a_copy_without_its_last_file_is_incomplete(
    gpt: object, tokenizer: object, tmp_path: Path
) -> None:
    save_checkpoint(gpt, tokenizer, tmp_path / "c", {})
    (tmp_path / "c" / "lab.json").unlink()
    with pytest.raises(CheckpointError, match=r"incomplete.*lab\.json"):
        read_about(tmp_path / "c")


def test_cut_weights_are_found(gpt: object, tokenizer: object, tmp_path: Path) -> None:
    save_checkpoint(gpt, tokenizer, tmp_path / "c", {})
    weights = tmp_path / "c" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match="damaged"):
        read_about(tmp_path / "c")


@pytest.mark.parametrize(
    ("change", "said"), [(Path.unlink, "missing"), (lambda path: path.write_text("{}"), "not the")]
)
def test_another_tokenizer_is_found(
    change: Callable[[Path], None],
    said: str,
    gpt: object,
    tokenizer: object,
    tmp_path: Path,
) -> None:
    save_checkpoint(gpt, tokenizer, tmp_path / "c", {})
    change(tmp_path / "c" / "tokenizer.json")
    with pytest.raises(CheckpointError, match=rf"tokenizer\.json is {said}.*trained with"):
        read_about(tmp_path / "c")


def test_a_folder_from_before_tokenizers_were_hashed_is_whole(
    gpt: object, tokenizer: object, tmp_path: Path
) -> None:
    save_checkpoint(gpt, tokenizer, tmp_path / "c", {})
    about = json.loads((tmp_path / "c" / "lab.json").read_text())
    del about["tokenizer_sha256"]
    (tmp_path / "c" / "lab.json").write_text(json.dumps(about))
    assert read_about(tmp_path / "c") == about


def test_a_broken_about_file_is_named(gpt: object, tokenizer: object, tmp_path: Path) -> None:
    save_checkpoint(gpt, tokenizer, tmp_path / "c", {})
    (tmp_path / "c" / "lab.json").write_text('{"templ')
    with pytest.raises(CheckpointError, match=r"lab\.json.*cannot be read"):
        read_about(tmp_path / "c")


def test_lab_json_is_written_last(
    gpt: object, tokenizer: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[set[str]] = []
    write_text = Path.write_text

    def watch(path: Path, *args: object, **kwargs: object) -> int:
        if path.name == "lab.json":
            order.append({other.name for other in path.parent.iterdir()})
        return write_text(path, *args, **kwargs)

    monkeypatch.setattr(Path, "write_text", watch)
    save_checkpoint(gpt, tokenizer, tmp_path / "c", {})
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= order[0]
    assert json.loads((tmp_path / "c" / "lab.json").read_text())["weights_bytes"]

"""Imports the published votes of LLMFAO as an export of Label Studio would hold them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from lab.cli import main
from storage.client import open_store
from tests.apps.dashboard.conftest import accounts, make_home


def import_llmfao(path: Path, folder: Path) -> None:
    """Fill a lab with the votes, by the lab's own command.

    Args:
        path: the published comparisons.
        folder: the lab's folder.
    """
    with open_store(make_home(folder)) as store:
        store.add(accounts())
    words = ["ratings", "import", str(_export(path, folder))]
    words += ["--format", "label-studio", "--study", "llmfao", "--compare", "overall=overall"]
    words += ["--prompt-column", "prompt", "--text-column", "a", "--text-b-column", "b"]
    words += ["--checkpoint-column", "left", "--checkpoint-b-column", "right"]
    assert main([*words, "--home", str(folder)]) == 0


def _export(path: Path, folder: Path) -> Path:
    tasks: dict[tuple[str, str, str], dict] = {}
    with path.open() as file:
        for row in csv.DictReader(file):
            left, right = row["left"], row["right"]
            texts = {"a": f"{left} on {row['prompt']}", "b": f"{right} on {row['prompt']}"}
            shown = {"prompt": f"prompt {row['prompt']}", "left": left, "right": right, **texts}
            key = (row["prompt"], left, right)
            task = tasks.setdefault(key, {"id": len(tasks), "data": shown, "annotations": []})
            value = {"type": "pairwise", "from_name": "overall", "to_name": "a,b",
                     "value": {"selected": row["winner"]}}  # fmt: skip
            task["annotations"].append({"completed_by": int(row["worker"]), "result": [value]})
    export = folder / "export.json"
    export.write_text(json.dumps(list(tasks.values())))
    return export

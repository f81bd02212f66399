"""Turns published labels of hallucinated replies into a lab, by the lab's own commands."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from lab.cli import main
from storage.client import open_store
from tests.apps.dashboard.conftest import accounts, make_home

SYSTEMS = ("dodeca", "memnet")


def dialogues(path: Path, folder: Path, n_prompts: int = 544) -> None:
    """Import the replies of Q² with their labels as marks of the whole text, and check them.

    Args:
        path: `cross_annotation.csv` of Q².
        folder: of the lab.
        n_prompts: so many messages, from the first.
    """
    with path.open() as file:
        rows = list(csv.DictReader(file))[:n_prompts]
    tasks = [_task(row, system) for row in rows for system in SYSTEMS]
    export = folder / "export.json"
    export.write_text(json.dumps([{"id": number, **task} for number, task in enumerate(tasks)]))
    with open_store(make_home(folder)) as store:
        store.add(accounts())
    words = ["ratings", "import", str(export), "--format", "label-studio", "--study", "dialogues"]
    words += ["--prompt-column", "message", "--source-column", "knowledge"]
    words += ["--text-column", "reply", "--checkpoint-column", "system", "--home", str(folder)]
    assert main(words) == 0
    assert main(["check", "--checker", "source", "--home", str(folder)]) == 0


def _task(row: dict[str, str], system: str) -> dict[str, object]:
    text = row[f"{system}_response"]
    shown = {
        "message": row["message"] or "(silence)",
        "knowledge": row["knowledge"],
        "reply": text,
        "system": system,
    }
    marked = [
        {
            "type": "labels",
            "from_name": "faults",
            "to_name": "reply",
            "value": {"start": 0, "end": len(text), "text": text, "labels": ["unsupported"]},
        }
    ]
    given = marked if row[f"{system}_label"] == "1" else []
    return {"data": shown, "annotations": [{"completed_by": 1, "result": given}]}

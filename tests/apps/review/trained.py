"""Two tiny checkpoints with weights, and prompts that they can write for."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import torch

from lab.models.load import load_model
from lab.records import Checkpoint, Dataset, Prompt, Split
from lab.train.config import TrainConfig
from lab.train.run import train
from storage.client import Store

THINGS = ["kite", "lamp", "drum", "umbrella"]


def tiny_checkpoints(folder: Path, name: str = "tiny") -> list[Checkpoint]:
    """Train a model for a moment, and take it twice under different names."""
    rows = [
        Prompt(
            dataset_id="d",
            key=thing,
            split=Split.TRAIN,
            text=f"thing: {thing}",
            reference=f"Rosa had a {thing}. The {thing} was all that Rosa had.",
        )
        for thing in THINGS
    ]
    config = TrainConfig(
        name="tiny",
        architecture="gpt",
        layers=1,
        width=16,
        heads=2,
        vocabulary=280,
        context=8192,
        batch_rows=4,
        steps=30,
        learning_rate=0.01,
        precision="fp32",
        template="{prompt}\n",
        threads=1,
        device="cpu",
    )
    one = train(rows, [], config, folder / "tiny", "run-1", lambda step, share: None)
    one = replace(one, name=f"{name} one", training_run_id=None)
    other = Checkpoint(
        name=f"{name} two", kind=one.kind, path=one.path, n_parameters=one.n_parameters,
        template="{prompt}",
    )  # fmt: skip
    return [one, other]


def endless_checkpoint(folder: Path, original: Checkpoint) -> Checkpoint:
    """Change a tiny model so that it never writes its end token: only the length ends a text."""
    path = folder / "endless"
    shutil.copytree(original.path or "", path)
    model = load_model(path, "cpu").model
    with torch.no_grad():
        for name, weights in model.named_parameters():
            # Nothing is added to what each token brings along.
            if name.endswith(("o_proj.weight", "down_proj.weight")):
                weights.zero_()
        rows = model.get_input_embeddings().weight
        rows[:, 0] = 1
        rows[model.config.eos_token_id] = 0
        rows[model.config.eos_token_id, 0] = -1000
    model.save_pretrained(path)
    return Checkpoint(
        name="endless",
        kind=original.kind,
        path=str(path),
        template="{prompt}",
        created_at=original.created_at - timedelta(hours=1),
    )


def things_dataset(name: str) -> tuple[Dataset, list[Prompt]]:
    """Make a data set of prompts that the tiny checkpoints know."""
    dataset = Dataset(
        name=name, origin="test", content_sha256=name, n_prompts=len(THINGS), config={}
    )
    prompts = [
        Prompt(dataset_id=dataset.id, key=thing, split=Split.TEST, text=f"thing: {thing}")
        for thing in THINGS
    ]
    return dataset, prompts


def store_trained(store: Store, checkpoints: list[Checkpoint], dataset_name: str) -> list[Prompt]:
    """Store checkpoints and the prompts of a data set; returns the prompts."""
    dataset, prompts = things_dataset(dataset_name)
    store.add([*checkpoints, dataset, *prompts])
    return prompts

"""A lab with a small data set to train on."""

import pytest

from lab.records import Dataset, Prompt, Split
from storage.client import Store


@pytest.fixture
def lab(store: Store) -> Store:
    dataset = Dataset(name="d", origin="made", content_sha256="abc123", n_prompts=10, config={})
    rows = [
        Prompt(
            dataset_id=dataset.id,
            key=str(number),
            split=Split.VALIDATION if number > 7 else Split.TRAIN,
            text=f"number {number}",
            reference=f"The number was {number}, and {number} it stayed.",
        )
        for number in range(10)
    ]
    store.add([dataset, *rows])
    return store

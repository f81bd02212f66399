"""`lab score` with a judge, a classifier, an encoder, and a metric of the `evaluate` hub."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from lab.cli import main
from lab.records import Checkpoint, CheckpointKind, Generation, Prompt, Split
from storage import checkpoints, datasets, scores
from storage.client import Store
from tests.lab.metrics.tiny import make_classifier, make_encoder, make_judge

ROWS = """prompt,system,text,reference
Why?,x,The cat sat. A dog ran on the mat. It is good.,The cat ran.
How?,x,One sentence only.,
"""

HUB_SCRIPT = """
import datasets
import evaluate


class SharedWords(evaluate.Metric):
    def _info(self):
        return evaluate.MetricInfo(
            description="", citation="", inputs_description="",
            features=datasets.Features(
                {"predictions": datasets.Value("string"), "references": datasets.Value("string")}
            ),
        )

    def _compute(self, predictions, references):
        pairs = zip(predictions, references)
        return {"shared_words": sum(len({*p.split()} & {*r.split()}) for p, r in pairs)}
"""


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("models")
    return {
        name: make(place / name)
        for name, make in (("e", make_encoder), ("c", make_classifier), ("j", make_judge))
    }


@pytest.fixture
def texts(store: Store, tmp_path: Path) -> Store:
    path = tmp_path / "texts.csv"
    path.write_text(ROWS)
    assert run(store, "generations", "import", str(path), "--name", "d") == 0
    x = checkpoints.named(store, "x")
    who = Prompt(
        dataset_id=datasets.named(store, "d").id,
        key="3",
        split=Split.TEST,
        text="Who?",
        reference="The dog.",
    )
    store.add([who])
    store.add([Generation(prompt_id=who.id, checkpoint_id=x.id, text="", decoding={})])
    return store


def run(store: Store, *words: str) -> int:
    return main([*words, "--home", str(store.home.path)])


def scored(store: Store, metric: str) -> list[tuple[float | None, str | None]]:
    return [(one.value, one.reason) for one in scores.read(store, metric)]


def test_a_checkpoint_judges_likelihood_and_order(texts, models, capsys) -> None:
    texts.add([Checkpoint(name="tiny", kind=CheckpointKind.GPT, path=str(models["j"]))])
    names = ("order_gain", "perplexity", "bits_per_byte")
    assert run(texts, "score", "--metric", *names, "--judge", "tiny") == 0
    (gain, _), *others = scored(texts, "order_gain")
    assert gain is not None
    assert math.isfinite(gain)
    assert all("no two different sentences" in reason for _, reason in others)
    assert [value is None for value, _ in scored(texts, "perplexity")] == [False, False, True]
    assert all(0 < value < 20 for value, _ in scored(texts, "bits_per_byte")[:2])
    assert "order_gain" in capsys.readouterr().out
    assert "|judge:tiny|" in scores.read(texts, "order_gain")[0].version


def test_a_classifier_of_ones_own(texts, models) -> None:
    assert run(texts, "score", "--metric", "c:POSITIVE", "--classifier", str(models["c"])) == 0
    *found, (none, reason) = scored(texts, "c:POSITIVE")
    assert all(0 < value < 1 for value, _ in found)
    assert (none, reason) == (None, "the text is empty")


def test_near_copies_of_what_was_learned(texts, models, tmp_path) -> None:
    rows = tmp_path / "train.csv"
    rows.write_text("prompt,reference\nWhy?,One sentence only.\n")
    shares = ["--train-share", "1", "--validation-share", "0", "--test-share", "0"]
    assert run(texts, "data", "import", str(rows), "--name", "t", *shares) == 0
    command = ["--metric", "nearest_training", "--training", "t", "--encoder", str(models["e"])]
    assert run(texts, "score", *command) == 0
    other, copy, empty = scored(texts, "nearest_training")
    assert copy[0] == pytest.approx(1, abs=5e-3)
    assert other[0] < copy[0]
    assert empty == (None, "the text is empty")


def test_a_metric_of_the_hub_from_a_folder(texts, tmp_path, monkeypatch, capsys) -> None:
    from evaluate import config

    monkeypatch.setattr(config, "HF_MODULES_CACHE", tmp_path / "modules")
    folder = tmp_path / "shared_words"
    folder.mkdir()
    (folder / "shared_words.py").write_text(HUB_SCRIPT)
    assert run(texts, "score", "--metric", f"evaluate:{folder}") == 0
    assert scored(texts, "evaluate:shared_words") == [
        (2.0, None),
        (None, "the prompt has no reference"),
        (0.0, None),
    ]
    assert run(texts, "score", "--metric", f"evaluate:{folder}:none") == 2
    assert "gives shared_words; name one" in capsys.readouterr().err

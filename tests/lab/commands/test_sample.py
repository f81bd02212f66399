"""`lab sample` over a store: grids with contrastive search, engines, broken off and gone on."""

from __future__ import annotations

import contextlib
import dataclasses
from pathlib import Path

import pytest

from lab.cli import main
from lab.records import Checkpoint, Dataset, Prompt, Split
from lab.sample import run
from lab.train.config import TrainConfig
from lab.train.run import train
from storage import generations
from storage.client import Store

THINGS = ["kite", "lamp", "drum", "rope", "coin", "boat"]
SERVED = ["--endpoint", "http://127.0.0.1:9/v1", "--endpoint-model", "m"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    rows = [
        Prompt(dataset_id="d", key=thing, split=Split.TRAIN, text=thing, reference=f"A {thing}.")
        for thing in THINGS
    ]
    config = TrainConfig(
        name="tiny",
        layers=1,
        width=16,
        heads=2,
        vocabulary=270,
        context=48,
        batch_rows=4,
        steps=20,
        precision="fp32",
        template="{prompt}\n",
        threads=1,
        device="cpu",
    )
    folder = tmp_path_factory.mktemp("tiny") / "tiny"
    made = train(rows, [], config, folder, "run-1", lambda step, share: None)
    return dataclasses.replace(made, training_run_id=None)


@pytest.fixture
def lab(store: Store, trained: Checkpoint) -> Store:
    dataset = Dataset(name="d", origin="made", content_sha256="0", n_prompts=6, config={})
    prompts = [
        Prompt(dataset_id=dataset.id, key=thing, split=Split.TEST, text=thing) for thing in THINGS
    ]
    store.add([dataset, trained, *prompts])
    return store


def call(store: Store, *words: str) -> int:
    settings = ["--max-new-tokens", "9", "--threads", "1", "--batch-rows", "2"]
    home = ["--home", str(store.home.path)]
    return main(["sample", "tiny", "--dataset", "d", *settings, *words, *home])


def texts(store: Store) -> dict[tuple[str, str, int], str]:
    return {
        (one.prompt_id, str(sorted(one.decoding.items())), one.sample_index): one.text
        for one in generations.read(store)
    }


def test_a_grid_stores_each_text_with_the_settings_of_its_strategy(
    lab: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grid = tmp_path / "grid.toml"
    grid.write_text('strategy = ["greedy", "contrastive"]\npenalty_alpha = [0.3, 0.6]\ntop_k = 4\n')
    assert call(lab, "--grid", str(grid)) == 0
    made = generations.read(lab)
    found = {(one.decoding["strategy"], one.decoding.get("penalty_alpha")) for one in made}
    assert found == {("greedy", None), ("contrastive", 0.3), ("contrastive", 0.6)}
    assert len(made) == 3 * len(THINGS)
    assert call(lab, "--grid", str(grid)) == 0
    assert len(generations.read(lab)) == len(made)
    assert capsys.readouterr().out.count("nothing missing") == 3


def test_engines_store_texts_of_their_own_that_are_the_same(lab: Store) -> None:
    assert call(lab, "--seed", "5") == 0
    assert call(lab, "--seed", "5", "--engine", "transformers") == 0
    made = generations.read(lab)
    by_engine: dict[str, dict[str, str]] = {"lab": {}, "transformers": {}}
    for one in made:
        by_engine[one.decoding.get("engine", "lab")][one.prompt_id] = one.text
    assert by_engine["lab"] == by_engine["transformers"]
    assert len(by_engine["lab"]) == len(THINGS)


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_what_was_broken_off_goes_on_with_what_is_missing(
    lab: Store, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    make, calls = run.sampled, iter(range(100))

    def break_off(*arguments: object) -> run.Sampled:
        if next(calls) == 5:
            raise error("broken off")
        return make(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(run, "sampled", break_off)
        with contextlib.suppress(error):
            assert call(lab, "--n-samples", "2") != 0
    kept = texts(lab)
    assert len(kept) == 4  # whole batches of two
    assert call(lab, "--n-samples", "2") == 0
    whole = texts(lab)
    assert len(whole) == 2 * len(THINGS)
    assert kept.items() <= whole.items()
    scores = lab.rows("SELECT count(*) AS n FROM token_scores", [])
    assert scores[0]["n"] == len(whole)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--strategy", "contrastive"], "needs penalty_alpha"),
        (["--penalty-alpha", "0.6", "--top-k", "4"], "of strategy 'contrastive' alone"),
        (["--engine", "vllm", "--strategy", "beam"], "'vllm' has no strategy 'beam'"),
        (["--min-new-tokens", "10"], "min_new_tokens 10"),
        (["--engine", "vllm", *SERVED], "engine cannot be set for an endpoint"),
        (["--strategy", "beam", *SERVED], "cannot be asked of an endpoint"),
    ],
)
def test_settings_that_make_no_sense_are_one_clear_line(
    lab: Store, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert call(lab, *words) != 0
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told
    assert texts(lab) == {}

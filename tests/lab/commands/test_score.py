"""`lab score` over processes, whole sets, training sets, rules and files of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.cli import main
from lab.commands import scoring
from lab.records import Generation
from storage import checkpoints, generations, scores
from storage.client import Store

ROWS = "prompt,system,text,reference\n" + "".join(
    f"Why {n}?,{system},The {system} {n} and the sea.,The sea and {n}.\n"
    for n in range(12)
    for system in ("x", "y")
)


@pytest.fixture
def texts(store: Store, tmp_path: Path) -> Store:
    path = tmp_path / "texts.csv"
    path.write_text(ROWS)
    assert main(["generations", "import", str(path), "--name", "d", *home(store)]) == 0
    return store


def home(store: Store) -> list[str]:
    return ["--home", str(store.home.path)]


def values(store: Store, metric: str) -> list[float | None]:
    return [one.value for one in scores.read(store, metric)]


def test_processes_give_the_same_scores_in_the_same_order(texts, tmp_path, monkeypatch) -> None:
    names = ["chrf", "mtld", "length"]
    monkeypatch.setattr(scoring, "BATCH", 5)
    assert main(["score", "--metric", *names, "--workers", "2", *home(texts)]) == 0
    several = {name: scores.read(texts, name) for name in names}
    order = [one.id for one in generations.read(texts)]
    for rows in several.values():
        assert [one.generation_id for one in rows] == order
    inputs = scoring._inputs(texts, order)
    for name, rows in several.items():
        alone = scoring.score(inputs, scoring_metric(name))
        assert [(one.value, one.reason) for one in rows] == [
            (one.value, one.reason) for one in alone
        ]


def scoring_metric(name: str):
    from lab.metrics.run import METRICS

    return METRICS[name]


def test_only_what_is_missing_is_scored(texts, capsys) -> None:
    command = ["score", "--metric", "length", "self_bleu", "corpus_bleu", *home(texts)]
    assert main(command) == 0
    out = capsys.readouterr().out
    assert "new scores of whole sets" in out
    assert main(command) == 0
    assert "nothing to score" in capsys.readouterr().out
    assert len(values(texts, "self_bleu")) == 24
    assert len(scores.of_sets(texts)) == 2


def test_a_new_text_makes_its_whole_set_be_scored_anew(texts) -> None:
    command = ["score", "--metric", "length", "self_bleu", "corpus_distinct_1", *home(texts)]
    assert main(command) == 0
    prompt = generations.read(texts)[0].prompt_id
    x = checkpoints.named(texts, "x")
    texts.add([Generation(prompt_id=prompt, checkpoint_id=x.id, text="New.", decoding={},
                          sample_index=1)])  # fmt: skip
    assert main(command) == 0
    assert len(values(texts, "length")) == 25
    assert len(values(texts, "self_bleu")) == 24 + 13
    found = {(one["checkpoint"], one["n_texts"]) for one in scores.of_sets(texts)}
    assert found == {("x", 13), ("y", 12)}


def test_what_was_learned_is_told_from_what_is_new(texts, tmp_path) -> None:
    rows = tmp_path / "train.csv"
    rows.write_text('prompt,reference\nWhy?,"the x 3 and the sea"\n')
    shares = ["--train-share", "1", "--validation-share", "0", "--test-share", "0"]
    assert main(["data", "import", str(rows), "--name", "t", *shares, *home(texts)]) == 0
    command = ["score", "--metric", "longest_copy", "--training", "t", *home(texts)]
    assert main(command) == 0
    assert max(values(texts, "longest_copy")) == 6


def test_rules_and_a_file_of_ones_own(texts, tmp_path, capsys) -> None:
    rule, own = tmp_path / "rule.toml", tmp_path / "signs.py"
    rule.write_text('name = "sea"\nmust = "sea"\nmust_not = "x"\n')
    own.write_text("def compute(predictions):\n    return [len(text) for text in predictions]\n")
    command = ["score", "--metric", str(own), "--rule", str(rule), *home(texts)]
    assert main(command) == 0
    assert set(values(texts, "sea")) == {0.5, 1.0}
    assert min(values(texts, "signs")) == 20
    rule.write_text('name = "bleu"\nmust = "sea"\n')
    assert main(command) == 2
    assert "already; rename yours" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--metric", "mauve"], "needs an encoder: add `--encoder MODEL`"),
        (["--metric", "longest_copy"], "needs a training set: add `--training DATASET`"),
        (["--metric", "order_gain"], "needs a judge: add `--judge CHECKPOINT`"),
        (["--metric", "none.py"], "'none.py' cannot be read"),
        (["--training", "d", "--metric", "longest_copy"], "has no training rows"),
        (["--classifier", "/none", "--metric", "length"], "'/none' cannot be loaded"),
        (["--encoder", "/none", "--metric", "length"], "/none"),
        (["--metric", "bluu"], "'bluu'"),
    ],
)
def test_what_is_missing_is_told(texts, capsys, monkeypatch, words, message) -> None:
    from lab.metrics import encoder

    monkeypatch.setattr(encoder, "has_offline_encoder", lambda: False)
    assert main(["score", *words, *home(texts)]) == 2
    assert message in capsys.readouterr().err

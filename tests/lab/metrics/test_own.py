"""Metrics of a user's own file and of `evaluate`."""

from __future__ import annotations

import pytest

from lab.errors import ConfigError
from lab.metrics.own import OwnMetricError, foreign_metric, is_foreign
from lab.metrics.run import score

OWN_CLASS = """
import datasets
import evaluate


class Shared(evaluate.Metric):
    def _info(self):
        return evaluate.MetricInfo(
            description="", citation="", inputs_description="",
            features=datasets.Features(
                {"predictions": datasets.Value("string"),
                 "references": REFERENCES}
            ),
        )

    def _compute(self, predictions, references):
        pairs = list(zip(predictions, references))
        return COMPUTED
"""


@pytest.fixture
def own(tmp_path):
    def write(content: str, key: str = ""):
        path = tmp_path / "own.py"
        path.write_text(content, "utf-8")
        return foreign_metric(f"{path}{key}")

    return write


def a_class(computed: str, references: str = 'datasets.Value("string")') -> str:
    return OWN_CLASS.replace("COMPUTED", computed).replace("REFERENCES", references)


def test_a_function_gives_one_number_per_text(own, pair):
    metric = own(
        "def compute(predictions, references):\n"
        "    return [len(p) if r else None for p, r in zip(predictions, references)]"
    )
    found = score([pair("ab", reference="c"), pair("🙂")], metric)
    assert [one.value for one in found] == [2.0, None]
    assert found[1].reason == "metric 'own' gave no value"
    assert found[0].metric == "own"
    assert found[0].version.startswith("file:")


def test_a_function_may_take_prompts_and_pick_a_key(own, pair):
    content = "def compute(predictions, prompts):\n    return {'a': [1.0], 'b': [len(prompts[0])]}"
    assert score([pair("x", prompt="long")], own(content, ":b"))[0].value == 4
    with pytest.raises(ConfigError, match="gives a, b; name one"):
        score([pair("x")], own(content))


def test_a_class_with_one_value_for_all_is_asked_text_by_text(own, pair):
    metric = own(a_class('{"own": sum(p == r for p, r in pairs) / len(pairs)}'))
    found = score([pair("a", reference="a"), pair("a", reference="b"), pair("a")], metric)
    assert [one.value for one in found] == [1.0, 0.0, None]
    assert found[2].reason == "the prompt has no reference"


def test_a_class_with_lists_of_references(own, pair):
    nested = 'datasets.Sequence(datasets.Value("string"))'
    metric = own(a_class('{"f": [float(p in r) for p, r in pairs]}', nested))
    found = score([pair("a", reference="a"), pair("\ud83d", reference="b")], metric)
    assert [one.value for one in found] == [1.0, 0.0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("x = ", "does not run: SyntaxError"),
        ("import no_such_package", "no_such_package"),
        ("x = 1", "defines 0 classes"),
        ("def compute(predictions, images):\n    return []", "takes 'images'"),
    ],
)
def test_a_file_that_is_no_metric_is_told(own, content, said):
    with pytest.raises(ConfigError, match=said):
        own(content)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return [1.0]", r"gave \[1.0\] for 2 texts"),
        ("return 1.0", "gave 1.0 for 2 texts"),
        ("return ['x', 'y']", "gave 'x' for a text"),
        ("raise KeyError('a')", "failed: KeyError"),
    ],
)
def test_what_a_function_does_wrong_is_told(own, pair, body, said):
    metric = own(f"def compute(predictions):\n    {body}")
    with pytest.raises(OwnMetricError, match=said):
        score([pair("a"), pair("b")], metric)


def test_no_finite_number_is_no_value(own, pair):
    metric = own("def compute(predictions):\n    return [float('nan')]")
    assert score([pair("a")], metric)[0].reason == "metric 'own' gave no finite number"


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        foreign_metric(str(tmp_path / "none.py"))


def test_a_hub_out_of_reach_is_told(monkeypatch):
    import evaluate

    def unreachable(*args, **kwargs):
        raise ConnectionError("no network")

    monkeypatch.setattr(evaluate, "load", unreachable)
    with pytest.raises(ConfigError, match="'meteor' of `evaluate` cannot be loaded: no network"):
        foreign_metric("evaluate:meteor")


def test_a_metric_of_the_hub_by_name(monkeypatch, pair, tmp_path):
    import importlib.util

    import evaluate

    script = tmp_path / "exact_match.py"
    script.write_text(a_class('{"exact_match": float(pairs[0][0] == pairs[0][1])}'))
    spec = importlib.util.spec_from_file_location("exact_match", script)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(__import__("sys").modules, "exact_match", module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(evaluate, "load", lambda name, **kwargs: module.Shared(**kwargs))
    metric = foreign_metric("evaluate:exact_match")
    found = score([pair("a", reference="a"), pair("b", reference="a")], metric)
    assert [one.value for one in found] == [1.0, 0.0]
    assert found[0].metric == "evaluate:exact_match"


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("evaluate:bleu", True),
        ("a/b.py", True),
        ("b.py:key", True),
        ("bleu", False),
        ("t:x", False),
    ],
)
def test_what_is_foreign(name, is_one):
    assert is_foreign(name) is is_one

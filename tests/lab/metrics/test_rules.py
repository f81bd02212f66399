from __future__ import annotations

import pytest

from lab.errors import ConfigError
from lab.metrics.rules import read_rules
from lab.metrics.run import score


@pytest.fixture
def rules(tmp_path):
    def write(content: str):
        path = tmp_path / "rule.toml"
        path.write_text(content, "utf-8")
        return read_rules(path)

    return write


def test_the_share_of_rules_that_a_text_obeys(rules, pair):
    metric = rules('name = "form"\nmust = ["^Once", "end$"]\nmust_not = "!"\nwords = [2, 4]\n'
                   "lines = [1, 1]")  # fmt: skip
    texts = ["Once upon the end", "Never! 🙂", "", "從前"]
    found = score([pair(text) for text in texts], metric)
    assert [one.value for one in found] == pytest.approx([1.0, 0.2, 0.2, 0.6])
    assert {one.metric for one in found} == {"form"}


def test_json_and_its_schema(rules, pair):
    metric = rules('name = "form"\njson = true\n[schema]\ntype = "object"\nrequired = ["title"]')
    texts = ['{"title": "A"}', '{"name": 1}', "[[[", "[" * 100_000]
    assert [one.value for one in score([pair(text) for text in texts], metric)] == [
        1.0,
        0.5,
        0.0,
        0.0,
    ]


def test_a_schema_may_be_a_file(rules, pair, tmp_path):
    (tmp_path / "list.json").write_text('{"type": "array"}')
    metric = rules('name = "form"\nschema = "list.json"')
    assert [one.value for one in score([pair("[]"), pair("{}")], metric)] == [1.0, 0.0]


def test_the_version_changes_with_the_rules(rules):
    one, other = rules('name = "a"\nmust = "x"'), rules('name = "a"\nmust = "y"')
    assert one.version != other.version


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name = ", "not TOML"),
        ('must = "x"', "`name` is None"),
        ('name = "My Rule"\nmust = "x"', "small letters"),
        ('name = "a"', "has no rule"),
        ('name = "a"\nmusts = "x"', "unknown field 'musts'"),
        ('name = "a"\nmust = "("', "no regular expression"),
        ('name = "a"\nmust = 3', "no regular expression"),
        ('name = "a"\nwords = [5, 2]', "fewest and most"),
        ('name = "a"\nwords = 5', "fewest and most"),
        ('name = "a"\nschema = "none.json"', "cannot be read"),
        ('name = "a"\n[schema]\ntype = "texts"', "no JSON schema"),
    ],
)
def test_a_wrong_file_is_told(rules, content, said):
    with pytest.raises(ConfigError, match=said):
        rules(content)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(ConfigError, match="No such file"):
        read_rules(tmp_path / "none.toml")

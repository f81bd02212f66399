"""Lists of settings into their combinations."""

import pytest

from lab.errors import ConfigError
from lab.sample.config import SampleConfig
from lab.sample.grid import expand, words


def test_every_value_meets_every_other_one() -> None:
    found = expand(SampleConfig(seed=3), {"temperature": [0.5, 1.0], "top_p": [0.9, 1.0]})
    pairs = [(config.temperature, config.top_p) for config in found]
    assert pairs == [(0.5, 0.9), (0.5, 1.0), (1.0, 0.9), (1.0, 1.0)]
    assert {config.seed for config in found} == {3}
    assert "temperature 0.5" in words(found[0])


def test_what_decodes_alike_is_written_once() -> None:
    found = expand(
        SampleConfig(), {"strategy": ["greedy", "sample"], "temperature": [0.5, 1.0], "top_k": 5}
    )
    assert [(one.strategy, one.temperature) for one in found] == [
        ("greedy", 0.5),
        ("sample", 0.5),
        ("sample", 1.0),
    ]


def test_stop_strings_come_in_lists_of_lists() -> None:
    found = expand(SampleConfig(), {"stop": [["a"], ["b", "c"]]})
    assert [one.stop for one in found] == [("a",), ("b", "c")]


def test_what_cannot_be_is_named_with_its_combination() -> None:
    with pytest.raises(ConfigError, match=r"top_p 2.*temperature = 0.5, top_p = 2"):
        expand(SampleConfig(), {"temperature": [0.5], "top_p": [1.0, 2]})
    with pytest.raises(ConfigError, match=r"top_p: the list is empty"):
        expand(SampleConfig(), {"top_p": []})

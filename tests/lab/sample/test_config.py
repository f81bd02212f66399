"""The settings of sampling."""

import pytest

from lab.errors import ConfigError
from lab.sample.config import SampleConfig, decoding


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"strategy": "best"}, "strategy 'best'.*'greedy' or 'sample' or 'beam'"),
        ({"temperature": 0.0}, "temperature 0.0.*above 0"),
        ({"temperature": float("nan")}, "temperature nan"),
        ({"top_k": -1}, "top_k -1"),
        ({"top_p": 0.0}, "top_p 0.0"),
        ({"top_p": 1.5}, "top_p 1.5"),
        ({"max_new_tokens": 0}, "max_new_tokens 0"),
        ({"n_samples": 0}, "n_samples 0"),
        ({"batch_rows": -1}, "batch_rows -1"),
        ({"seed": -1}, "seed -1"),
        ({"strategy": "greedy", "n_samples": 2}, "n_samples 2.*greedy"),
    ],
)
def test_senseless_settings_are_refused_by_name(changes: dict, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        SampleConfig(**changes)


def test_decoding_keeps_what_shapes_the_text() -> None:
    drawn = decoding(SampleConfig(temperature=0.5, top_k=4, seed=3, n_samples=2, batch_rows=9))
    assert drawn == {
        "strategy": "sample",
        "max_new_tokens": 200,
        "temperature": 0.5,
        "top_k": 4,
        "top_p": 1.0,
    }


def test_greedy_decoding_does_not_depend_on_unused_settings() -> None:
    assert decoding(SampleConfig(strategy="greedy", temperature=0.5)) == {
        "strategy": "greedy",
        "max_new_tokens": 200,
    }

"""Checks of settings, as a settings file may give them."""

from dataclasses import dataclass
from typing import Literal

import pytest

from lab.errors import ConfigError
from lab.models.settings import check_types


@dataclass(frozen=True, kw_only=True)
class Settings:
    rate: float = 1.0
    steps: int | None = None
    way: Literal["a", "b"] = "a"
    name: str = ""
    on: bool = True


@pytest.mark.parametrize(
    "values", [{}, {"rate": 2}, {"steps": 3}, {"way": "b"}, {"name": "x"}, {"on": False}]
)
def test_values_of_their_own_type_pass(values: dict) -> None:
    check_types(Settings(**values))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"rate": "fast"}, "rate 'fast'.*number"),
        ({"rate": float("nan")}, "rate nan.*finite"),
        ({"rate": None}, "rate None"),
        ({"steps": 1.5}, "steps 1.5.*whole"),
        ({"steps": True}, "steps True.*whole"),
        ({"way": "c"}, "way 'c'.*'a' or 'b'"),
        ({"name": 3}, "name 3.*text"),
        ({"on": 1}, "on 1.*true or false"),
    ],
)
def test_others_are_refused_by_name(values: dict, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        check_types(Settings(**values))

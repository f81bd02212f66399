import pytest

from lab.data.config import GenerationsConfig, ImportConfig, RatingsConfig
from lab.errors import ConfigError


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"train_share": 0.5}, r"0\.5 \+ 0\.1 \+ 0\.1; give three numbers"),
        ({"train_share": 1.2, "validation_share": -0.3}, "add up to 1"),
        ({"train_share": float("nan")}, "add up to 1"),
        ({"limit": 0}, "the limit is 0"),
        ({"name": " x"}, "name ' x'"),
        ({"name": ""}, "name ''"),
        ({"prompt_column": "p", "text_column": "t"}, "set the reference column"),
    ],
)
def test_settings_that_contradict_one_another_are_refused(settings, said):
    with pytest.raises(ConfigError, match=said):
        ImportConfig(**({"name": "x"} | settings))


def test_a_column_of_systems_and_one_name_for_all_are_refused():
    with pytest.raises(ConfigError, match="keep one of them"):
        GenerationsConfig(name="x", checkpoint_column="s", checkpoint="c")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"criteria": {}}, "no criterion"),
        ({"lowest": 5}, "from 5 to 5"),
        ({"study": ""}, "name ''"),
        ({"limit": -1}, "the limit is -1"),
        ({"checkpoint_column": "s", "checkpoint": "c"}, "keep one"),
    ],
)
def test_ratings_settings_are_checked_too(settings, said):
    with pytest.raises(ConfigError, match=said):
        RatingsConfig(**({"study": "x", "criteria": {"fluency": "f"}} | settings))

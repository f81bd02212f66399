"""Settings files: missing, misspelt, and read."""

import re
from pathlib import Path

import pytest

from lab.commands.flags import read_settings
from lab.errors import ConfigError
from lab.train.config import TrainConfig


def test_a_missing_file_says_what_to_give(tmp_path: Path) -> None:
    told = (
        r"--config .*gone\.toml: No such file or directory; give a TOML file with .*`\w+ = [\d.]+`"
    )
    with pytest.raises(ConfigError, match=told):
        read_settings(str(tmp_path / "gone.toml"), TrainConfig)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("learning-rates", "unknown field 'learning-rates'; did you mean 'learning_rate'"),
        ("colour_of_it", "unknown field 'colour_of_it'; the fields are the flags"),
    ],
)
def test_an_unknown_field_names_the_nearest(name: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(f"{name} = 1")
    with pytest.raises(ConfigError, match=re.escape(said)) as caught:
        read_settings(str(path), TrainConfig)
    assert len(str(caught.value)) < 300


def test_fields_are_read(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("layers = 3")
    assert read_settings(str(path), TrainConfig) == {"layers": 3}

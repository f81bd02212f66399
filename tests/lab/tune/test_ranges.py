from __future__ import annotations

import pytest

from lab.errors import ConfigError
from lab.train.config import TrainConfig
from lab.tune.ranges import Range, read_range


def read(text: str, taken=()) -> Range:
    return read_range(text, TrainConfig, taken)


def test_ranges_have_the_type_of_their_field() -> None:
    assert read("learning_rate=1e-4..1e-2:log") == Range(
        name="learning_rate", low=1e-4, high=1e-2, log=True
    )
    assert read("steps=100..400") == Range(name="steps", low=100, high=400, whole=True)
    assert read("batch-rows=8,16,32").choices == (8, 16, 32)
    assert read("warmup=0..0.2") == Range(name="warmup", low=0.0, high=0.2)
    assert read("packing=true,false").choices == (True, False)
    assert read("schedule=cosine,linear").choices == ("cosine", "linear")
    assert read("patience=none,3").choices == (None, 3)
    assert read("architecture=gpt,lstm").choices == ("gpt", "lstm")


@pytest.mark.parametrize(
    "text",
    ["learning_rate=0.0001..0.01:log", "steps=100..400", "patience=none,3", "packing=true,false"],
)
def test_a_range_is_written_as_it_may_be_given(text) -> None:
    assert str(read(text)) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("learning_rat=1..2", "did you mean learning_rate"),
        ("lr=1..2", "did you mean lora_rank or learning_rate"),
        ("colour=1..2", "no setting is named 'colour'; there is: name"),
        ("learning_rate", "has no values; write"),
        ("learning_rate=", "has no values; write"),
        ("learning_rate=2..1", "2 is not below 1; put the lower first"),
        ("learning_rate=1..1", "or give learning_rate alone by its flag"),
        ("learning_rate=0..1:log", "begin above 0"),
        ("learning_rate=1..2:exp", "'exp' is no scale"),
        ("learning_rate=a..2", "learning_rate cannot be 'a'; give a number"),
        ("learning_rate=nan,1", "cannot be 'nan'"),
        ("batch_rows=8,1.5", "batch_rows cannot be '1.5'; give a whole number"),
        ("batch_rows=8,8", "a value stands twice"),
        ("schedule=cosine,cubic", "give cosine or linear or constant or plateau"),
        ("packing=1..2", "no number; list its values, as in packing=true,false"),
        ("lora_targets=a,b", "is a list and cannot be searched"),
        ("name=a,b", "name cannot be searched"),
    ],
)
def test_a_bad_range_says_what_to_give(text, said) -> None:
    with pytest.raises(ConfigError) as caught:
        read(text, ("name",))
    assert said in str(caught.value)

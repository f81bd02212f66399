"""What is said of a loss that is past use: of the rate, the sizes or the parent."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.records import Prompt
from lab.train.config import TrainConfig
from lab.train.course import check_course
from lab.train.run import train
from lab.train.stopping import Diverged

GUESSING = math.log(300)


@pytest.mark.parametrize(
    ("first", "parent", "said"),
    [
        (GUESSING, "", "lower learning_rate, or raise warmup"),
        (None, "", "lower learning_rate, or raise warmup"),
        (50.0, "", r"it was 50\.00 before the first step, so .* try a larger width"),
        (50.0, "old", r"it was 50\.00 before the first step, so .* the parent 'old'"),
    ],
)
def test_the_cause_is_looked_for_where_it_began(first: float, parent: str, said: str) -> None:
    check_course(9, 1e-3, 2 * GUESSING, 300, first, parent)
    with pytest.raises(Diverged, match=rf"at step 9 .* 11\.50 nats .* guessing has 5\.70; {said}"):
        check_course(9, 1e-3, 11.5, 300, first, parent)


def test_a_run_remembers_what_its_first_step_had(
    prompts: list[Prompt], make_config: Callable[..., TrainConfig], tmp_path: Path
) -> None:
    # Its logits are divided by width/256: of width 16 they are 16 times as large.
    config = make_config(architecture="minicpm3", width=16, steps=4, log_every=2)
    with pytest.raises(Diverged, match=r"at step [24] .*; it was [\d.]+ before .* architecture at"):
        train(prompts, [], config, tmp_path / "c", "run-1", lambda *_: None)

from __future__ import annotations

from lab.commands.training_notes import note, notes
from lab.records import TrainingStep, new_id


def step(number: int, **fields) -> TrainingStep:
    given = {"learning_rate": 0.01, "seconds": number / 10, "n_tokens": 1000 * number} | fields
    return TrainingStep(training_run_id=new_id(), step=number, **given)


def test_a_note_says_what_is_known() -> None:
    assert note(step(2)) == "step 2, 10,000 tokens/s"
    told = note(step(2000, train_loss=2.5, epoch=1.5, seconds=0.0), None, 2.75)
    assert told == "step 2,000, epoch 1.5, loss 2.500, validation 2.750"


def test_the_speed_is_that_since_the_step_before_and_validation_stays() -> None:
    told = notes()
    told(step(10, train_loss=3.0, validation_loss=3.5))
    later = told(step(20, train_loss=2.0, seconds=5.0, n_tokens=12_000))
    assert later == "step 20, loss 2.000, validation 3.500, 500 tokens/s"

"""The learning rate over the budget, and on a plateau of the validation loss."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.train.schedule import FLOOR, Plateau, rate_factor
from lab.train.stopping import Stopper

SCHEDULES = ["cosine", "linear", "constant", "plateau"]


@given(share=st.floats(0, 1), warmup=st.floats(0, 0.9), schedule=st.sampled_from(SCHEDULES))
def test_it_stays_between_floor_and_peak(share: float, warmup: float, schedule: str) -> None:
    assert FLOOR <= rate_factor(share, warmup, schedule) <= 1


def test_it_rises_in_a_line_then_falls_by_a_cosine() -> None:
    assert rate_factor(0.05, 0.1) == pytest.approx(0.5)
    assert rate_factor(0.1, 0.1) == pytest.approx(1)
    assert rate_factor(0.55, 0.1) == pytest.approx((1 + FLOOR) / 2)
    assert rate_factor(1, 0.1) == pytest.approx(FLOOR)
    assert rate_factor(0, 0) == pytest.approx(1)


def test_it_falls_in_a_line_or_stays() -> None:
    assert rate_factor(0.55, 0.1, "linear") == pytest.approx((1 + FLOOR) / 2)
    assert rate_factor(0.325, 0.1, "linear") == pytest.approx(FLOOR + (1 - FLOOR) * 0.75)
    for schedule in ("constant", "plateau"):
        assert rate_factor(0.05, 0.1, schedule) == pytest.approx(0.5)
        assert rate_factor(0.9, 0.1, schedule) == 1


def test_a_plateau_halves_the_rate_after_two_validations_without_a_gain() -> None:
    plateau = Plateau(least_gain=0.01)
    factors = []
    for loss in (3.0, 2.0, 1.995, 1.991, 1.5, 1.6, 1.6, 1.6, 1.6):
        plateau.see(loss)
        factors.append(plateau.factor)
    assert factors == [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.125]
    for _ in range(40):
        plateau.see(9.0)
    assert plateau.factor == FLOOR


def test_the_best_is_the_lowest_but_patience_wants_a_gain() -> None:
    stopper = Stopper(patience=2, least_gain=0.1)
    best = [stopper.see(loss) for loss in (3.0, 2.95, 2.85, 2.84)]
    assert best == [True, True, True, True]
    assert not stopper.is_over
    assert not stopper.see(2.9)
    assert stopper.is_over
    assert stopper.best == 2.84


def test_without_patience_it_never_ends() -> None:
    stopper = Stopper(patience=None, least_gain=0.0)
    for _ in range(50):
        stopper.see(1.0)
    assert not stopper.is_over

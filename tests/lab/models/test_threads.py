"""Lending threads to torch."""

import pytest
import torch

from lab.models.threads import available_cores, threads


def test_the_number_holds_inside_only() -> None:
    before = torch.get_num_threads()
    with threads(before + 1):
        assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before


def test_the_number_is_put_back_after_an_error() -> None:
    before = torch.get_num_threads()
    with pytest.raises(ZeroDivisionError):
        _divide_by_zero(before + 1)
    assert torch.get_num_threads() == before


def _divide_by_zero(n_threads: int) -> None:
    with threads(n_threads):
        _ = 1 / 0


def test_zero_leaves_torchs_choice() -> None:
    before = torch.get_num_threads()
    with threads(0):
        assert torch.get_num_threads() == before


def test_there_is_a_core() -> None:
    assert available_cores() >= 1

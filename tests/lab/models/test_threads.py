"""Lending threads to torch."""

import pytest
import torch

from lab.models.threads import available_cores, threads


def test_the_number_holds_inside_only() -> None:
    before = torch.get_num_threads()
    with pytest.raises(RuntimeError), threads(before + 1):
        assert torch.get_num_threads() == before + 1
        raise RuntimeError
    assert torch.get_num_threads() == before


def test_zero_leaves_torchs_choice() -> None:
    before = torch.get_num_threads()
    with threads(0):
        assert torch.get_num_threads() == before


def test_there_is_a_core() -> None:
    assert available_cores() >= 1

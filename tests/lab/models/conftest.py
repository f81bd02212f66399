"""Tiny models with random weights."""

import pytest
import torch

from lab.models.gpt import build_gpt
from lab.models.recurrent import build_recurrent
from lab.models.tokenizer import train_tokenizer


@pytest.fixture
def tokenizer() -> object:
    return train_tokenizer(["the cat sat on the mat with ten apples"] * 3, 270, 64)


@pytest.fixture
def gpt(tokenizer: object) -> object:
    torch.manual_seed(1)
    return build_gpt(tokenizer, layers=2, width=32, heads=2, context=64).eval()


@pytest.fixture
def lstm(tokenizer: object) -> object:
    torch.manual_seed(1)
    return build_recurrent("lstm", tokenizer, layers=2, width=32, context=64).eval()


@pytest.fixture
def gru(tokenizer: object) -> object:
    torch.manual_seed(1)
    return build_recurrent("gru", tokenizer, layers=2, width=32, context=64).eval()

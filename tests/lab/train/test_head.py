"""The output layer's loss, chunk by chunk: loss and gradients are torch's own."""

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from lab.train import head as head_of
from lab.train.head import head_loss


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head_of, "LEAST_ROWS", 3)
    monkeypatch.setattr(head_of, "CHUNK_LOGITS", {"cpu": 1})


def made() -> tuple[nn.Linear, torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    return nn.Linear(8, 20, bias=False), torch.randn(10, 8), torch.randint(0, 20, (10,))


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize("frozen", ["nothing", "head", "hidden"])
def test_loss_and_gradients_are_those_of_all_at_once(smoothing: float, frozen: str) -> None:
    head, hidden, targets = made()
    head.weight.requires_grad_(frozen != "head")
    hidden.requires_grad_(frozen != "hidden")
    leaves = [leaf for leaf in (hidden, head.weight) if leaf.requires_grad]
    expected = cross_entropy(head(hidden), targets, reduction="sum", label_smoothing=smoothing)
    found = head_loss(head, hidden, targets, smoothing)
    torch.testing.assert_close(found, expected)
    for one, other in zip(
        torch.autograd.grad(found / 7, leaves),
        torch.autograd.grad(expected / 7, leaves),
        strict=True,
    ):
        torch.testing.assert_close(one, other)


def test_nothing_is_kept_where_nothing_is_learned() -> None:
    head, hidden, targets = made()
    with torch.no_grad():
        found = head_loss(head, hidden, targets, 0.0)
    assert not found.requires_grad
    torch.testing.assert_close(found, cross_entropy(head(hidden), targets, reduction="sum"))


def test_autocast_narrows_products_and_sums_in_full() -> None:
    head, hidden, targets = made()
    hidden.requires_grad_()
    with torch.autocast("cpu", torch.bfloat16):
        found = head_loss(head, hidden, targets, 0.0)
        expected = cross_entropy(head(hidden).float(), targets, reduction="sum")
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, expected)
    found.backward()
    assert head.weight.grad.dtype == hidden.grad.dtype == torch.float32
    exact = torch.autograd.grad(cross_entropy(head(hidden), targets, reduction="sum"), head.weight)[
        0
    ]
    torch.testing.assert_close(head.weight.grad, exact, atol=0.03, rtol=0.03)


def test_no_targets_cost_nothing() -> None:
    head, hidden, targets = made()
    found = head_loss(head, hidden[:0].requires_grad_(), targets[:0], 0.1)
    found.backward()
    assert found == 0
    assert not head.weight.grad.any()

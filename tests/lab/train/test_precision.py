"""The number format that "auto" settles on."""

import pytest
import torch

from lab.train import precision
from lab.train.precision import autocast, choose_precision

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("units", "expected"),
    [({"amx_bf16": True}, "bf16"), ({"avx512_bf16": True}, "bf16"), ({"avx2": True}, "fp32")],
)
def test_auto_is_bf16_only_where_the_processor_has_units_for_it(
    units: dict[str, bool], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precision, "processor", lambda: units)
    assert choose_precision("auto", CPU) == expected


@pytest.mark.parametrize("asked", ["bf16", "fp32"])
def test_what_is_asked_for_is_given(asked: str) -> None:
    assert choose_precision(asked, CPU) == asked


@pytest.mark.parametrize(("name", "dtype"), [("bf16", torch.bfloat16), ("fp32", torch.float32)])
def test_products_are_computed_in_the_format(name: str, dtype: torch.dtype) -> None:
    with autocast(name, CPU):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == dtype

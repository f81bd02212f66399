"""A device into the number format that models compute scores in on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def number_format(device: torch.device) -> tuple[str, torch.dtype]:
    """Choose bf16 where the device has instructions for it, without which it is slower than fp32.

    Args:
        device: a device of torch.

    Returns:
        The name that versions store, "bf16" or "fp32", and torch's own.
    """
    import torch

    return ("bf16", torch.bfloat16) if _computes_bf16(device) else ("fp32", torch.float32)


def _computes_bf16(device: torch.device) -> bool:
    import torch

    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    able: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()  # newer torch only
    return device.type == "cpu" and bool(able.get("amx_bf16") or able.get("avx512_bf16"))

"""Drops exact and near copies."""

from __future__ import annotations

from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.steps import Step


def copy_steps(config: PrepareConfig) -> list[Step]:
    """List the steps that the settings ask for."""
    return []


def held_out_copy_steps(config: PrepareConfig) -> list[Step]:
    """List the steps that the settings ask for."""
    return []

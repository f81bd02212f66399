"""Turns texts as they were found into clean ones."""

from __future__ import annotations

from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.steps import Step


def cleaning_steps(config: PrepareConfig) -> list[Step]:
    """List the steps that the settings ask for."""
    return []

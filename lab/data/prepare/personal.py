"""Replaces personal data by placeholders."""

from __future__ import annotations

from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.steps import Step


def personal_steps(config: PrepareConfig) -> list[Step]:
    """List the steps that the settings ask for."""
    return []

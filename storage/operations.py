"""The named operations: each is one step within the writer's transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

OPERATIONS: dict[str, Callable[..., Any]] = {}
"""Name of an operation → function of the writer's connection and the operation's own arguments."""

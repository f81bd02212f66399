"""Serve both apps and keep the database open, until Ctrl-C."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lab.commands import flags
from lab.commands.console import say

if TYPE_CHECKING:
    from apps.up import Addresses

EXAMPLES = """\
examples:
  lab up
  lab up --review-port 7861 --dashboard-port 8502

Where a port is taken, the next free one is used and said.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where the apps are served."""
    flags.add_home(parser)
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)"
    )
    parser.add_argument("--review-port", type=int, default=7860, help="(default: 7860)")
    parser.add_argument("--dashboard-port", type=int, default=8501, help="(default: 8501)")
    parser.set_defaults(handler=_up)


def _up(arguments: argparse.Namespace) -> int:
    from apps.up import up
    from lab.home import find_home

    home = find_home(arguments.home)
    return up(
        home, arguments.host, arguments.review_port, arguments.dashboard_port, print_addresses
    )


def print_addresses(addresses: Addresses) -> None:
    """Print where the apps are, and how to end them."""
    say(f"review app   {addresses.review}")
    say(f"dashboard    {addresses.dashboard}")
    say("Ctrl-C ends both")

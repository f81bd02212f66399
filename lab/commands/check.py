"""Find hallucinations in the generations that were not checked yet."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lab.commands import flags

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.home import Home

EXAMPLES = """\
examples:
  lab check                      every check on everything that is new
  lab check --checker source     only the check against the source text

Where the embedded world knows the truth, the check is measured against it.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the choice of checks."""
    flags.add_home(parser)
    parser.add_argument("--checker", nargs="+", metavar="NAME", help="source, world (default: all)")
    parser.set_defaults(handler=_check)


def _check(arguments: argparse.Namespace) -> None:
    from lab.home import find_home

    home = find_home(arguments.home)
    check_generations(home, arguments.checker)
    print_rates(home)


def check_generations(home: Home, names: Sequence[str] | None) -> None:
    """Check what is missing, and store the results with their spans."""
    raise NotImplementedError


def print_rates(home: Home) -> None:
    """Print hallucinations per checkpoint, and the check's precision and recall where known."""
    raise NotImplementedError

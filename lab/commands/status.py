"""Print what this lab holds, and what to do next."""

from __future__ import annotations

import argparse

from lab.commands import flags
from lab.commands.console import say, table

EXAMPLES = """\
examples:
  lab status
  lab status --home /data/my-lab
"""

NEXT = (
    ("prompt", "import prompts with `lab data import FILE`, or see `lab demo`"),
    ("checkpoint", "train one with `lab train`, or import texts with `lab generations import`"),
    ("generation", "let a checkpoint write with `lab sample`"),
    ("metric_score", "score the texts with `lab score`"),
    ("check_result", "look for hallucinations with `lab check`"),
    ("study", "put the texts before people with `lab study create`"),
    ("account", "let reviewers in with `lab account add`"),
    ("answer", "serve the apps with `lab up` and review"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing but the lab's folder."""
    flags.add_home(parser)
    parser.set_defaults(handler=_status)


def _status(arguments: argparse.Namespace) -> None:
    from lab.home import find_home
    from storage import frames
    from storage.client import open_store

    home = find_home(arguments.home)
    with open_store(home) as store:
        counts = frames.counts(store)
    say(f"lab in {home.path}")
    table(["record", "count"], counts.items())
    missing = [advice for name, advice in NEXT if not counts[name]]
    say(f"next: {missing[0] if missing else 'see the verdict in `lab dashboard`'}")

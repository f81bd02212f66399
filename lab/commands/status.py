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
    ("prompts", "import prompts with `lab data import FILE`, or see `lab demo`"),
    ("checkpoints", "train one with `lab train`, or import texts with `lab generations import`"),
    ("generations", "let a checkpoint write with `lab sample`"),
    ("metric_scores", "score the texts with `lab score`"),
    ("check_results", "look for hallucinations with `lab check`"),
    ("studies", "put the texts before people with `lab study create`"),
    ("accounts", "let reviewers in with `lab account add`"),
    ("answers", "serve the apps with `lab up` and review"),
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
    table(["records", "count"], [(name.replace("_", " "), n) for name, n in counts.items()])
    missing = [advice for name, advice in NEXT if not counts[name]]
    say(f"next: {missing[0] if missing else 'ask `lab verdict`, or open `lab dashboard`'}")

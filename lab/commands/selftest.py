"""Try the lab's own statistics on this machine, on simulated studies whose truth is known.

What comes out is printed, kept in the lab's folder and shown on the dashboard's page Self-test.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lab.commands import flags
from lab.commands.console import Advance, progress_of, say, table

if TYPE_CHECKING:
    from lab.selftest.figures import Figure
    from lab.selftest.recorded import Recording

RUNS = 200
EXAMPLES = """\
examples:
  lab selftest                                    every topic, 200 simulated studies per figure
  lab selftest --topic preferences --runs 1000    one topic, as exactly as the shipped figures
  lab selftest --topic ratings agreement --seed 7
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the topics, the number of simulated studies and the seed."""
    from lab.selftest.run import TOPICS

    flags.add_home(parser)
    about = "; ".join(f"{topic}: {words}" for topic, words in TOPICS.items())
    parser.add_argument(
        "--topic", nargs="+", choices=list(TOPICS), help=f"what to try (default: all). {about}"
    )
    parser.add_argument(
        "--runs", type=int, default=RUNS, metavar="N", help=f"studies per figure (default: {RUNS})"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="(default: 0)")
    parser.set_defaults(handler=_selftest)


def _selftest(arguments: argparse.Namespace) -> None:
    from lab.errors import ConfigError
    from lab.home import find_home
    from lab.selftest import recorded
    from lab.selftest.run import TOPICS

    if arguments.runs < 2:
        raise ConfigError(f"--runs {arguments.runs}: give 2 or more; {RUNS} are the default")
    if arguments.seed < 0:
        raise ConfigError(f"--seed {arguments.seed}: give 0 or more")
    path = find_home(arguments.home).reports / recorded.FILE_NAME
    recorded.read(path)  # a file that cannot be added to is found out before the work
    topics = arguments.topic or list(TOPICS)
    with progress_of(topics) as advances:
        done = []
        for topic in topics:
            done.append(_run(topic, arguments, advances[topic]))
            recorded.write(path, done[-1:])  # at once: an interruption costs one topic, not all
    for one in done:
        _print(one.figures)
    say(f"\n{path}: {sum(len(one.figures) for one in done)} figures; see the page Self-test")


def _run(topic: str, arguments: argparse.Namespace, advance: Advance) -> Recording:
    from lab.selftest import recorded
    from lab.selftest.run import figures

    shipped = {one.topic: len(one.figures) for one in recorded.read(recorded.SHIPPED)}
    expected = shipped.get(topic, 1)
    started, found = time.perf_counter(), []
    for one in figures(topic, arguments.runs, arguments.seed):
        found.append(one)
        advance(min(len(found) / expected, 1.0), one.condition)
    command = f"lab selftest --topic {topic} --runs {arguments.runs} --seed {arguments.seed}"
    advance(1.0, "")
    return recorded.record(topic, found, time.perf_counter() - started, command)


def _print(found: Sequence[Figure]) -> None:
    from lab.selftest.sentences import aimed_at, percent

    columns = ["simulated study", "the lab", "aimed at", "", "the usual way", "which is"]
    for question in dict.fromkeys(one.question for one in found):
        rows = [
            (
                one.condition,
                f"{percent(one.value)} ± {percent(one.error)}",
                aimed_at(one) or "–",
                "" if not aimed_at(one) else "met" if one.is_met else "not met",
                percent(one.usual),
                one.usual_way or "–",
            )
            for one in found
            if one.question == question
        ]
        table(columns, rows, title=question)

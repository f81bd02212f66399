"""Write one HTML file with everything found so far: verdicts, ratings, agreement and a datasheet.

It works offline and prints well; the datasheet follows HEDS 3.0 (Belz and Thomson 2024).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from lab.commands import flags
from lab.commands.console import say

EXAMPLES = """\
examples:
  lab report                              all studies, into LAB_HOME/reports
  lab report --study first                one study
  lab report --study "first v2" --out first.html --with-excluded
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the study, the file, and whether excluded reviewers count."""
    flags.add_home(parser)
    parser.add_argument("--study", metavar="NAME", help="only this study (default: all together)")
    parser.add_argument(
        "--out", metavar="FILE", help="where to (default: a file in the reports of the lab)"
    )
    parser.add_argument(
        "--with-excluded",
        action="store_true",
        help="count reviewers too whom an analyst has left out",
    )
    parser.set_defaults(handler=_report)


def _report(arguments: argparse.Namespace) -> None:
    from apps.dashboard.filters import Filters
    from apps.dashboard.report.build import build, file_name
    from lab.errors import UnknownNameError
    from lab.home import find_home
    from storage import studies
    from storage.client import open_store

    filters = Filters(study=arguments.study, with_excluded=arguments.with_excluded)
    home = find_home(arguments.home)
    path = Path(arguments.out) if arguments.out else home.reports / file_name(filters)
    with open_store(home) as store:
        known = [studies.label(study) for study, _ in studies.every(store)]
        if arguments.study is not None and arguments.study not in known:
            hint = "`lab study status` lists them"
            raise UnknownNameError.of("study", arguments.study, known[::-1], hint)
        written = build(store, filters)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(written, encoding="utf-8")
    say(f"{path}: {len(written.encode()) / 1000:,.0f} kB; open it in a browser, print it for a PDF")

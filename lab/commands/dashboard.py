"""Serve the analyst's dashboard."""

from __future__ import annotations

import argparse

from lab.commands import flags

EXAMPLES = """\
examples:
  lab dashboard
  lab dashboard --port 8502
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where it is served."""
    flags.add_home(parser)
    flags.add_address(parser, 8501)
    parser.set_defaults(handler=_dashboard)


def _dashboard(arguments: argparse.Namespace) -> None:
    from apps.serving import serve
    from lab.home import find_home

    home = find_home(arguments.home)

    def build() -> object:
        from apps.dashboard.server import build_app

        return build_app(home)

    serve(build, arguments.host, arguments.port, root_path=arguments.root_path)

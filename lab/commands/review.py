"""Serve the review app."""

from __future__ import annotations

import argparse

from lab.commands import flags

EXAMPLES = """\
examples:
  lab review
  lab review --host 0.0.0.0 --port 7861
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where it is served."""
    flags.add_home(parser)
    flags.add_address(parser, 7860)
    parser.set_defaults(handler=_review)


def _review(arguments: argparse.Namespace) -> None:
    from apps.serving import serve
    from lab.home import find_home
    from storage.client import open_store

    with open_store(find_home(arguments.home)) as store:

        def build() -> object:
            from apps.review.server import build_app

            return build_app(store)

        serve(build, arguments.host, arguments.port, root_path=arguments.root_path)

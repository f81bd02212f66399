"""Turns a command line into a call of one command; imports a command only when it is used."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import NoReturn

from lab import __version__
from lab.errors import LabError

COMMANDS = {
    "demo": "the whole loop on the embedded world, then the apps",
    "data": "import, make and list data sets of prompts",
    "checkpoints": "list checkpoints, show how one was made, or register one",
    "train": "train a model from scratch, or fine-tune a checkpoint",
    "tune": "search the settings that train best, by trying them",
    "sample": "let checkpoints write texts for prompts",
    "generations": "import texts of any other system, or print stored ones",
    "ratings": "import existing ratings with their reviewers",
    "score": "compute automatic metrics of the generations",
    "scores": "import scores that other programs gave, and list the metrics",
    "check": "find hallucinations in the generations",
    "study": "create, start, pause, close and watch human evaluations",
    "verdict": "say who is better, how sure that is, and who cannot be told apart",
    "report": "write everything found so far, with a datasheet, as one HTML file",
    "selftest": "try the lab's own statistics where the truth is known",
    "account": "add and list reviewers, leads and analysts",
    "reviewers": "who did what; leave a reviewer out of results, or take one back in",
    "review": "serve the review app",
    "dashboard": "serve the analyst's dashboard",
    "up": "serve both apps and keep the database open",
    "export": "write answers, preference pairs or the whole lab to files",
    "import": "bring a whole lab back from an export",
    "status": "what this lab holds, and what to do next",
}

EPILOG = """\
examples:
  lab demo                          the whole loop on made data, in a few minutes
  lab generations import texts.jsonl --checkpoint gpt-x --dataset mine
  lab score && lab check            score and check everything that is new
  lab up                            the review app and the dashboard

`lab COMMAND --help` tells more. Everything lives in ./lab-home, or where LAB_HOME points.
"""

_GOES_ON = "; what was finished is stored, and the same command again goes on"
_INTERRUPTED = {
    **dict.fromkeys(("sample", "score", "check", "tune"), _GOES_ON),
    "data": "; a data set is stored whole or not at all, `lab data list` shows it",
}


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors look like all other errors of the lab."""

    def error(self, message: str) -> NoReturn:
        """Print one line and leave with code 2."""
        print(f"lab: error: {message} (see `{self.prog} --help`)", file=sys.stderr)
        raise SystemExit(2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the `lab` command.

    Args:
        arguments: the words after `lab`; by default those of the process.

    Returns:
        The exit code: 0 done, 2 an error that the user can mend, 130 interrupted.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(words)
    except LabError as error:
        print(f"lab: error: {_one_line(error)}", file=sys.stderr)
        return 2
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            sys.stderr.close()
            return 0
        place = f" ({error.filename})" if error.filename else ""
        print(f"lab: error: {_one_line(f'{error.strerror or error}{place}')}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(
            f"\nlab: interrupted{_INTERRUPTED.get(words[0], '') if words else ''}", file=sys.stderr
        )
        return 130


def _one_line(said: object) -> str:
    """Show line ends, such as those in a file's name, as they are written in a program."""
    return str(said).replace("\n", "\\n").replace("\r", "\\r")


def _run(words: list[str]) -> int:
    if not words or words[0] not in COMMANDS:
        _overview().parse_args(words or ["--help"])
        return 0
    module = importlib.import_module(f"lab.commands.{words[0]}")
    parser = Parser(
        prog=f"lab {words[0]}",
        description=module.__doc__,
        epilog=module.EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.add_arguments(parser)
    parsed = parser.parse_args(words[1:])
    return int(parsed.handler(parsed) or 0)


def _overview() -> Parser:
    listed = "\n".join(f"  {name:<12} {text}" for name, text in COMMANDS.items())
    parser = Parser(
        prog="lab",
        usage="lab COMMAND [OPTIONS]",
        description=f"Find out whether a text-generation model got better.\n\ncommands:\n{listed}",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"lab {__version__}")
    parser.add_argument(
        "command", choices=list(COMMANDS), metavar="COMMAND", help=argparse.SUPPRESS
    )
    return parser


if __name__ == "__main__":
    raise SystemExit(main())

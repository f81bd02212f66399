"""What the documents say that one can type: each command, sub-command and flag exists."""

from __future__ import annotations

import argparse
import importlib
import re
import shlex
from pathlib import Path

import pytest

from lab.cli import COMMANDS

ROOT = Path(__file__).parents[1]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def parser_of(command: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"lab {command}")
    importlib.import_module(f"lab.commands.{command}").add_arguments(parser)
    return parser


def flags_of(parser: argparse.ArgumentParser) -> set[str]:
    flags = {flag for action in parser._actions for flag in action.option_strings}
    return flags.union(*(flags_of(one) for one in subparsers(parser).values()))


def subparsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    found = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    return dict(found[0].choices) if found else {}


def typed(document: str) -> list[list[str]]:
    """Commands in code blocks and code marks: the words after `lab`."""
    blocks = re.findall(r"```[a-z]*\n(.*?)```", document, re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    marks = re.findall(r"`(lab [^`\n]+)`", re.sub(r"```.*?```", "", document, flags=re.DOTALL))
    starts = [line.strip() for line in [*lines, *marks] if line.strip().startswith("lab ")]
    return [shlex.split(line, comments=True)[1:] for line in starts if "→" not in line]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_commands_in_the_documents_can_be_typed(path):
    for words in typed(path.read_text(encoding="utf-8")):
        if words[0].startswith(("-", "─")) or not re.fullmatch(r"[a-z]+", words[0]):
            continue
        assert words[0] in COMMANDS, f"lab {' '.join(words)}"
        parser = parser_of(words[0])
        if words[1:] and re.fullmatch(r"[a-z]+", words[1]) and subparsers(parser):
            assert words[1] in subparsers(parser), f"lab {' '.join(words)}"
            parser = subparsers(parser)[words[1]]
        for word in words[1:]:
            if word.startswith("--"):
                assert word.partition("=")[0] in flags_of(parser), f"lab {' '.join(words)}"


def test_flags_of_the_file_formats_belong_to_the_imports():
    document = (ROOT / "docs" / "file-formats.md").read_text(encoding="utf-8")
    imports = {
        "data": "Prompts",
        "generations": "Texts that exist",
        "ratings": "Ratings that",
        "scores": "Scores that",
    }
    common = set.union(*(flags_of(parser_of(one)) for one in [*imports, "export", "check"]))
    sections = re.split(r"^## ", document, flags=re.MULTILINE)
    for section in sections:
        named = set(re.findall(r"`(--[a-z-]+)", section))
        own = [command for command, start in imports.items() if section.startswith(start)]
        known = flags_of(parser_of(own[0])) if own else common
        assert named <= known, f"{section.splitlines()[:1]}: {named - known}"

"""Turns text files into texts: lines, paragraphs, or the whole file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from lab.data.json_rows import Found
from lab.data.opening import LONGEST, check_text, opened, text_lines

Cut = Literal["lines", "paragraphs", "whole"]
"""What one text of a text file is."""


def texts(path: Path, encoding: str, cut: Cut) -> Iterator[Found]:
    """Read texts as rows with the column "text".

    Args:
        path: the file.
        encoding: its encoding.
        cut: what one text is. A line or paragraph that holds nothing is no text, but the whole of
            an empty file is an empty one. A paragraph ends at a blank line and keeps its own line
            ends.

    Yields:
        The texts, without the line end after them.

    Raises:
        InputError: the file cannot be decoded, or is no text.
    """
    if cut == "whole":
        with opened(path, encoding) as file:
            content = file.read(LONGEST + 1)
        check_text(content, path, 1)
        yield {"text": content}, "line 1", "1"
        return
    start, count, held = 1, 0, list[str]()
    n_held = 0
    for number, line in text_lines(path, encoding):
        if line.strip():
            start = start if held else number
            held.append(line)
            n_held += len(line)
            if n_held > LONGEST:
                check_text("".join(held), path, start)
        if held and (cut == "lines" or not line.strip()):
            count += 1
            yield {"text": "".join(held).removesuffix("\n")}, f"line {start}", str(count)
            held, n_held = [], 0
    if held:
        yield {"text": "".join(held).removesuffix("\n")}, f"line {start}", str(count + 1)

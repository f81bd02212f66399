"""Turns text files in any encoding, gzipped or not, into lines, or says where they break."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from lab.errors import ConfigError, InputError

LONGEST = 2**28
"""Most characters of one text; more is a sign of a wrong form rather than of a long text."""

_CHUNK = 1 << 20


@contextmanager
def opened(
    path: Path, encoding: str = "utf-8", newline: str | None = None
) -> Iterator[io.TextIOWrapper]:
    """Open a text file; a byte order mark is no text.

    Args:
        path: the file; unpacked if its name ends in .gz.
        encoding: its encoding.
        newline: which line ends count, as for `open`.

    Yields:
        The text, read on demand.

    Raises:
        ConfigError: there is no such encoding.
        InputError: bytes are not of that encoding, with line and place; the file is no gzip file,
            or cut off.
    """
    codec = _codec(encoding)
    with _bytes_of(path) as raw:
        text = io.TextIOWrapper(raw, encoding=codec, newline=newline)
        try:
            yield text
        except UnicodeDecodeError as error:
            # What was being decoded ends where the file was read up to.
            place = raw.tell() - len(error.object) + error.start
            raise _undecodable(path, encoding, place, error.object[error.start]) from error
        except UnicodeError as error:  # UTF-16 without its mark, as the library tells it
            raise InputError(f"{path}: not {encoding.upper()}: {error}; name another") from error
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise InputError(f"{path}: cannot be unpacked: {error}; pack the file anew") from error


def text_lines(
    path: Path, encoding: str = "utf-8", newline: str | None = None
) -> Iterator[tuple[int, str]]:
    """Read lines with their ends.

    Args:
        path: the file.
        encoding: its encoding.
        newline: which line ends count, as for `open`.

    Yields:
        The 1-based number of a line, and the line.

    Raises:
        InputError: as for `opened`; or a line is too long, or holds what no text holds.
    """
    number = 0
    with opened(path, encoding, newline) as file:
        while line := file.readline(LONGEST + 1):
            number += 1
            check_text(line, path, number)
            yield number, line


def check_text(text: str, path: Path, number: int) -> None:
    """Refuse what cannot be a text.

    Args:
        text: a part of a file that is one text or line.
        path: the file.
        number: the line that it begins at.

    Raises:
        InputError: it is too long, or holds a NUL character.
    """
    if len(text) > LONGEST:
        raise InputError(
            f"{path}, line {number}: longer than {LONGEST:,} characters, which no text is; cut it, "
            "or check whether the file is of another form"
        )
    if (place := text.find("\0")) >= 0:
        line = number + text.count("\n", 0, place)
        raise InputError(
            f"{path}, line {line}: holds a NUL character: this is no text file, or one in another "
            "encoding, such as UTF-16; save it as UTF-8"
        )


def unpacked_suffix(path: Path) -> str:
    """Return the suffix that tells a file's form, in lower case; that before ".gz", if any."""
    name = path.name.lower()
    return Path(name.removesuffix(".gz")).suffix


def _bytes_of(path: Path) -> BinaryIO:
    if path.name.lower().endswith(".gz"):
        return cast("BinaryIO", gzip.open(path, "rb"))
    return path.open("rb")


def _codec(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
    except LookupError as error:
        raise ConfigError(
            f"the encoding {encoding!r} is not known; give one such as utf-8, utf-16, cp1252"
        ) from error
    return "utf-8-sig" if name == "utf-8" else name


def _undecodable(path: Path, encoding: str, place: int, byte: int) -> InputError:
    with _bytes_of(path) as raw:
        start = raw.read(1024)
    line, plain = _before(path, encoding, place)
    if codecs.lookup(encoding).name != "utf-8":
        hint = "name the encoding that the whole file has"
    elif start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        hint = "it may be UTF-16: save the file as UTF-8"
    elif b"\0" in start:
        hint = "this is no text file: name another, or save it as a text in UTF-8"
    elif not plain:
        hint = "the file is UTF-8 up to there, so it mixes encodings: save the file as UTF-8"
    else:
        hint = "it may be Latin-1 or Windows-1252: save the file as UTF-8"
    return InputError(
        f"{path}, line {line}: not {encoding.upper()} at byte {place} (0x{byte:02x}); {hint} "
        "(`lab data prepare` also takes --encoding)"
    )


def _before(path: Path, encoding: str, place: int) -> tuple[int, bool]:
    """Return a byte's 1-based line, and whether all before it is ASCII."""
    decoder = codecs.getincrementaldecoder(_codec(encoding))("ignore")
    lines, plain, left = 1, True, place
    with _bytes_of(path) as raw:
        while left > 0 and (chunk := raw.read(min(left, _CHUNK))):
            left -= len(chunk)
            text = decoder.decode(chunk)
            lines += text.count("\n")
            plain = plain and text.isascii()
    return lines, plain

"""Turns bytes into text, or says at which byte they are none."""

from __future__ import annotations

from pathlib import Path

from lab.errors import InputError


def decode(content: bytes, path: Path, offset: int = 0) -> str:
    """Decode UTF-8, with or without a byte order mark.

    Args:
        content: the bytes.
        path: the file that they come from, for the message.
        offset: place of the first byte in the file, 0-based.

    Returns:
        The text.

    Raises:
        InputError: the bytes are not UTF-8; names the first wrong byte and its place.
    """
    try:
        return content.decode("utf-8-sig" if offset == 0 else "utf-8")
    except UnicodeDecodeError as error:
        place, byte = offset + error.start, content[error.start]
        hint = "UTF-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "Latin-1 or Windows-1252"
        raise InputError(
            f"{path}: not UTF-8 at byte {place} (0x{byte:02x}); it may be {hint}: "
            "save the file as UTF-8"
        ) from error

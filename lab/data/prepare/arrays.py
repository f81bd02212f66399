"""Makes arrays in files, with the room for them reserved."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


def new_array(path: Path, kind: type, shape: tuple[int, ...]) -> np.memmap[Any, Any]:
    """Make an array of zeros in a file in numpy's format, that is read and written in place.

    A page of a file that was only made longer is looked for on the disk when it is written; on a
    full disk that ends the process with a bus error, which nobody can catch.

    Args:
        path: the file, which does not exist.
        kind: the type of its numbers.
        shape: its shape.

    Raises:
        OSError: there is no room for it.
    """
    import numpy as np

    made = np.lib.format.open_memmap(path, mode="w+", dtype=kind, shape=shape)
    with path.open("r+b") as file:
        os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    return made

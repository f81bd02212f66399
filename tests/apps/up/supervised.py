"""A process that supervises children as `lab up` does: so that a test can send it signals."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path

from apps.program import Program
from apps.supervisor import Supervisor

CHILD = Path(__file__).parent / "child.py"


def main(folder: Path, children: list[dict[str, object]]) -> int:
    say = partial(print, flush=True)
    programs = [
        Program(
            name=str(child["name"]),
            command=[
                sys.executable,
                str(CHILD),
                str(child["port"]),
                str(folder / f"{child['name']}.pids"),
                *child["behaviour"],
            ],
            address=f"http://127.0.0.1:{child['port']}",
            health="/health",
            log_path=folder / f"{child['name']}.log",
        )
        for child in children
    ]
    return Supervisor(programs=programs, say=say, on_ready=lambda: say("ready")).run()


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), json.loads(sys.argv[2])))

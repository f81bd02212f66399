"""A small real server for the supervisor's tests: answers /health, and misbehaves as it is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(os.getpid()).encode())
        if "crash-when-asked" in sys.argv:
            self.wfile.flush()
            sys.stderr.write("boom\n")
            sys.stderr.flush()
            os._exit(1)

    def log_message(self, *values):
        pass


def main(port: int, notes: Path, *behaviour: str) -> None:
    with notes.open("a") as file:
        file.write(f"{os.getpid()}\n")
    if "user-error" in behaviour:
        sys.stderr.write("lab: error: there are no accounts; add one with `lab account add`\n")
        raise SystemExit(2)
    if "crash" in behaviour:
        raise SystemExit("boom")
    if "stubborn" in behaviour:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if "grandchild" in behaviour:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        with notes.open("a") as file:
            file.write(f"{child.pid}\n")
    HTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])

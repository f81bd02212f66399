"""Turns a DuckDB file into a service for many processes: `python -m storage.owner FILE`.

It starts on demand, serves on the loopback interface to whoever can read its token, and leaves
when nobody has asked for anything for a while.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import secrets
import signal
import socket
import sys

import uvicorn

from lab.errors import LabError, OwnerError
from storage.database import open_database
from storage.migrate import migrate, read_migrations
from storage.places import (
    Address,
    Places,
    find_places,
    hold_lock,
    prepare_folder,
    read_address,
    remove_address,
    write_address,
)
from storage.service import Service

IDLE_SECONDS = 60.0
"""How long an owner stays without a request."""

PREDECESSOR_SECONDS = 30.0
"""How long to wait for an owner that is just leaving."""


def main(arguments: list[str] | None = None) -> int:
    """Own a database until nobody needs it.

    Returns:
        0 when it left in good order, 2 when it could not start; one line of JSON on the standard
        output says which, then nothing more is written there.
    """
    parser = argparse.ArgumentParser(prog="python -m storage.owner", description=__doc__)
    parser.add_argument("database", help="the DuckDB file; made where it is missing")
    parser.add_argument("--idle", type=float, default=IDLE_SECONDS, help="seconds without requests")
    given = parser.parse_args(arguments)
    logging.basicConfig(format="%(asctime)s %(process)d %(levelname)s %(message)s")
    try:
        own(find_places(given.database), given.idle)
    except LabError as error:
        logging.error("%s", error)
        _report({"kind": type(error).__name__, "message": str(error)})
        return 2
    return 0


def own(places: Places, idle_seconds: float) -> None:
    """Open a database, serve it, and close it.

    Args:
        places: the database.
        idle_seconds: how long to stay without a request.

    Raises:
        StoreError: the database cannot be opened.
        OwnerError: another owner holds it.
    """
    prepare_folder(places.database)
    with hold_lock(places.owner_lock, PREDECESSOR_SECONDS) as is_mine:
        if not is_mine:
            raise _held(places)
        connection = open_database(places.database)
        migrate(connection, read_migrations())
        with contextlib.closing(Service(connection, token := secrets.token_urlsafe(32))) as service:
            service.start()
            _serve(places, service, token, idle_seconds)


def _held(places: Places) -> OwnerError:
    address = read_address(places)
    who = f"process {address.pid}" if address else "another process"
    return OwnerError(f"{who} owns {places.database} and does not answer; end it and try again")


def _serve(places: Places, service: Service, token: str, idle_seconds: float) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        # Answers go out at once: an accepted connection inherits this.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        write_address(places, Address(pid=os.getpid(), url=url, token=token))
        try:
            _report({"pid": os.getpid()})
            asyncio.run(_run(service, listener, idle_seconds))
        finally:
            remove_address(places, os.getpid())


async def _run(service: Service, listener: socket.socket, idle_seconds: float) -> None:
    # uvicorn raises the signal again once it is done; the file must still be closed after that.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    config = uvicorn.Config(
        service.activity,
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_keep_alive=300,
        timeout_graceful_shutdown=10,
    )
    server = uvicorn.Server(config)
    watching = asyncio.create_task(_leave_when_idle(server, service, idle_seconds))
    await server.serve(sockets=[listener])
    watching.cancel()


async def _leave_when_idle(server: uvicorn.Server, service: Service, idle_seconds: float) -> None:
    while service.activity.idle_seconds < idle_seconds and not service.stopping.is_set():
        if server.should_exit:
            break
        await asyncio.sleep(0.05)
    server.should_exit = True
    service.interrupt()


def _report(line: dict[str, object]) -> None:
    # The client that started this owner may be gone by now; the next one reads the address.
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

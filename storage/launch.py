"""Turns a database's path into a living owner: finds it, starts it, stops it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import httpx

from lab import errors
from lab.errors import LabError, OwnerError
from lab.home import Home
from storage.places import Address, Places, find_places, hold_lock, prepare_folder, read_address

START_SECONDS = 90.0
"""How long a client waits for others that start the owner, and for a predecessor to leave."""

STOP_SECONDS = 40.0
"""How long `stop_owner` waits for the owner to finish and to fold its log into the file."""


def find_or_start(places: Places, idle_seconds: float | None = None) -> Address:
    """Find the owner of a database, or start one; of many at once only one starts it.

    Args:
        places: the database.
        idle_seconds: how long a started owner stays without requests; by default its own default.

    Returns:
        The address of an owner that answers.

    Raises:
        StoreError: the database cannot be opened; says why.
        OwnerError: the owner cannot be started or reached.
    """
    if address := _living(places):
        return address
    prepare_folder(places.database)
    with hold_lock(places.start_lock, START_SECONDS) as is_mine:
        if not is_mine:
            raise OwnerError(
                f"other programs have been starting the owner of {places.database} "
                f"for {START_SECONDS:.0f} s; look into {places.log}"
            )
        if address := _living(places):
            return address
        _start(places, idle_seconds)
    if address := _living(places):
        return address
    raise OwnerError(f"the owner of {places.database} started and left again; see {places.log}")


def _living(places: Places) -> Address | None:
    address = read_address(places)
    return address if address is not None and answers(address) else None


def answers(address: Address) -> bool:
    """Say whether an owner answers at an address."""
    try:
        reply = httpx.get(
            f"{address.url}/health", headers=authorise(address), timeout=10.0, trust_env=False
        )
    except httpx.TransportError:
        return False
    return reply.status_code == httpx.codes.OK


def authorise(address: Address) -> dict[str, str]:
    """Make the header that an owner wants to see."""
    return {"Authorization": f"Bearer {address.token}"}


def _start(places: Places, idle_seconds: float | None) -> None:
    command = [sys.executable, "-P", "-m", "storage.owner", str(places.database)]
    if idle_seconds is not None:
        command += ["--idle", str(idle_seconds)]
    with places.log.open("ab") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            env=_environment(),
            # Away from the terminal, so that Ctrl-C there does not reach the owner.
            start_new_session=True,
        )
    assert process.stdout is not None  # noqa: S101 (asked for above)
    with process.stdout as answer:
        line = answer.readline()
    # Waits for the end of the owner, so that no zombie is left while this process lives.
    threading.Thread(target=process.wait, name="owner-reaper", daemon=True).start()
    _raise_failure(places, line)


def _environment() -> dict[str, str]:
    # The owner must run this very code, wherever the user stands and however it is installed.
    here = str(Path(__file__).resolve().parents[1])
    others = os.environ.get("PYTHONPATH")
    return os.environ | {"PYTHONPATH": f"{here}{os.pathsep}{others}" if others else here}


def _raise_failure(places: Places, line: bytes) -> None:
    if not line:
        raise OwnerError(f"the owner of {places.database} did not start; see {places.log}")
    found = json.loads(line)
    if "message" in found:
        raise as_error(found)


def as_error(found: dict[str, str]) -> LabError:
    """Turn what the owner says of an error back into the error."""
    kind = getattr(errors, found.get("kind", ""), errors.StoreError)
    return kind(found["message"])


def stop_owner(home: Home) -> bool:
    """Let the owner of a lab's database finish and leave; wait until it has.

    Args:
        home: the lab.

    Returns:
        Whether there was one.

    Raises:
        OwnerError: it does not leave.
    """
    places = find_places(home.database)
    address = read_address(places)
    if address is None:
        return False
    was_there = answers(address)
    if was_there:
        # It may be leaving by itself just now.
        with suppress(httpx.TransportError):
            httpx.post(
                f"{address.url}/stop", headers=authorise(address), timeout=10.0, trust_env=False
            )
    with hold_lock(places.owner_lock, STOP_SECONDS) as is_gone:
        if not is_gone:
            raise OwnerError(
                f"the owner of {places.database} does not leave; end process {address.pid}"
            )
    return was_there

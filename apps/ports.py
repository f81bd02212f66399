"""Turns a host and a port into a listening socket, or into words about what is free instead."""

from __future__ import annotations

import errno
import socket

from lab.errors import ServeError

LAST_PORT = 65_535


def bind(host: str, port: int) -> socket.socket:
    """Take a port before the app behind it is built, so that a taken one is said at once.

    Args:
        host: a name or address of this machine, IPv4 or IPv6; "0.0.0.0" for all.
        port: the port; 0 for any free one.

    Returns:
        The bound socket, listening.

    Raises:
        ServeError: the port is in use or not allowed, or the host is not this machine's.
    """
    try:
        bound = _open(host, port)
        # A bound port is only taken from others for good once it listens.
        bound.listen(128)
    except OSError as error:
        raise ServeError(_why(host, port, error)) from error
    return bound


def free_port(host: str, port: int, taken: tuple[int, ...] = ()) -> int:
    """Find the first free port from a port on.

    Args:
        host: the address to listen on.
        port: where to begin.
        taken: ports to leave out, though free as yet.

    Returns:
        The port itself if it is free, else the next that is.

    Raises:
        ServeError: none of the next hundred is free, or the host is not this machine's.
    """
    for candidate in range(port, max(port + 1, min(port + 100, LAST_PORT + 1))):
        try:
            _open(host, candidate).close()
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise ServeError(_why(host, candidate, error)) from error
        else:
            if candidate not in taken:
                return candidate
    raise ServeError(
        f"no free port at {host} from {port} to {port + 99}; choose another with --port"
    )


def _open(host: str, port: int) -> socket.socket:
    if not 0 <= port <= LAST_PORT:
        raise ServeError(f"{port} is no port; choose one from 1024 to {LAST_PORT} with --port")
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    opened = socket.socket(family, kind, protocol)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
    except OSError:
        opened.close()
        raise
    return opened


def url(host: str, port: int, root_path: str = "") -> str:
    """Write the address that a browser on this machine opens.

    Args:
        host: what is listened on; all addresses of the machine become 127.0.0.1.
        port: the port.
        root_path: the prefix under which a proxy shows the app.
    """
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(host, host)  # noqa: S104 # compared, not bound
    if ":" in shown and not shown.startswith("["):
        shown = f"[{shown}]"
    return f"http://{shown}:{port}{root_path}"


def _why(host: str, port: int, error: OSError) -> str:
    code = error.errno
    if code == errno.EADDRINUSE:
        return f"port {port} at {host} is in use; {_other(host, port + 1)}"
    if code == errno.EACCES:
        return (
            f"port {port} at {host} is not allowed for this user; choose one above 1023 with --port"
        )
    if code == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine; use --host 127.0.0.1, or 0.0.0.0 for all"
    return f"cannot serve at {host} port {port}: {error}"


def _other(host: str, port: int) -> str:
    try:
        return f"--port {free_port(host, port)} is free"
    except ServeError:
        return "choose another with --port"

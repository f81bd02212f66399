"""Turns what a browser sent into what may be trusted: its token, its origin, its way on."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, cookie_parser
from starlette.types import Scope

COOKIE = "lab_session"
SIGN_IN = "/sign-in"
SIGN_OUT = "/sign-out"
JOIN = "/join"
STYLE = "/sign-in/style.css"


def read_token(scope: Scope) -> str | None:
    """Read the session's token out of the cookie, for HTTP and WebSocket alike."""
    header = Headers(scope=scope).get("cookie", "")
    return cookie_parser(header).get(COOKIE) or None


def same_origin(scope: Scope) -> bool:
    """Say whether a request comes from a page of this app itself, or from no page at all.

    A browser tells where a request comes from (Fetch Metadata, or the Origin header on older
    ones and on plain HTTP); a page elsewhere cannot change that. A program that sends neither
    is no browser, so nobody's cookie is misused.

    Args:
        scope: the ASGI scope of an HTTP request or a WebSocket.

    Returns:
        False if a page of another origin, another port of this host included, sent it.
    """
    headers = Headers(scope=scope)
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site == "same-origin":
        return True
    if origin is not None:
        return urlsplit(origin).netloc == headers.get("host")
    return site in (None, "none")


def wants_page(scope: Scope) -> bool:
    """Say whether a request is a browser opening a page, to be answered with one."""
    accepted = Headers(scope=scope).get("accept", "")
    return (
        scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and "text/html" in accepted
    )


def local_path(wanted: str | None, start: str) -> str:
    """Keep a `next` address only if it stays within this app.

    Args:
        wanted: what the address asked for, as a path with its query.
        start: where to go instead.

    Returns:
        A path that starts with exactly one slash, outside the sign-in pages.
    """
    path = wanted or ""
    harmless = path.isprintable() and "\\" not in path and not path.startswith("//")
    if not path.startswith("/") or not harmless or urlsplit(path).path in (SIGN_IN, SIGN_OUT, JOIN):
        return start
    return path


def sign_in_address(scope: Scope, path: str) -> str:
    """Say where to sign in and come back from.

    Args:
        scope: the ASGI scope of the request.
        path: the requested path, without the proxy's prefix.

    Returns:
        The sign-in page's address with the path and its query as `next`.
    """
    query = scope.get("query_string", b"").decode("latin-1")
    wanted = path + (f"?{query}" if query else "")
    root = scope.get("root_path", "")
    return f"{root}{SIGN_IN}" + (f"?next={quote(wanted, safe='/')}" if wanted != "/" else "")


def client_address(connection: HTTPConnection) -> str:
    """Name the browser's address, for counting tries."""
    return connection.client.host if connection.client else "unknown"

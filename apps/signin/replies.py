"""Turns a session's token into its cookie, and a form into its fields, within bounds."""

from __future__ import annotations

from datetime import timedelta

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from apps.signin.requests import COOKIE
from apps.signin.wording import words_for

LARGEST_FORM = 16_384
UNCACHED = {"Cache-Control": "no-store"}


def too_large(request: Request) -> Response | None:
    """Refuse a form that is too large, or does not say how large it is; None where it may pass."""
    if int(request.headers.get("content-length") or LARGEST_FORM + 1) <= LARGEST_FORM:
        return None
    return PlainTextResponse(words_for(request.scope)("trouble.too_large"), 413)


async def fields_of(request: Request) -> FormData:
    """Read a small form; files are refused."""
    return await request.form(max_files=0, max_fields=10)


def go(request: Request, path: str) -> Response:
    """Lead on to a path of this app."""
    return RedirectResponse(request.scope.get("root_path", "") + path, 303, UNCACHED)


def with_cookie(request: Request, response: Response, token: str, life: timedelta) -> Response:
    """Give a response the session's cookie.

    Args:
        request: the request that is answered.
        response: the answer.
        token: the session's token.
        life: how long the browser keeps it.
    """
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(life.total_seconds()),
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return response

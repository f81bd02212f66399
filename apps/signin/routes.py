"""Turns the sign-in form into the session cookie, and sign-out into none: routes for both apps."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from apps.signin.attempts import Attempts
from apps.signin.joining import JoinDesk
from apps.signin.pages import sign_in_page, sign_out_page, style, unreachable_page
from apps.signin.replies import fields_of, go, too_large, with_cookie
from apps.signin.requests import (
    COOKIE,
    JOIN,
    SIGN_IN,
    SIGN_OUT,
    STYLE,
    client_address,
    local_path,
    read_token,
    same_origin,
)
from apps.signin.sessions import LIFE, StoreProvider, fingerprint, sign_in, sign_out
from apps.signin.wording import words_for
from apps.signin.workers import Workers
from lab.errors import StoreError
from storage import sessions

if TYPE_CHECKING:
    from storage.client import Store


def sign_in_routes(store_provider: StoreProvider, start: str = "/") -> list[Route]:
    """Make the routes of signing in and out, and of joining by an invitation.

    Args:
        store_provider: gives the open store; called from worker threads.
        start: the app's first page, where no `next` was given.

    Returns:
        GET and POST /sign-in, GET (asks) and POST /sign-out, GET and POST /join, and their style
        sheet.
    """
    workers, attempts = Workers(store_provider), Attempts()
    desk, joining = _Desk(workers, attempts, start), JoinDesk(workers, attempts, start)
    return [
        Route(STYLE, _style),
        Route(SIGN_IN, desk.show, methods=["GET"]),
        Route(SIGN_IN, desk.enter, methods=["POST"]),
        Route(SIGN_OUT, desk.ask, methods=["GET"]),
        Route(SIGN_OUT, desk.leave, methods=["POST"]),
        Route(JOIN, joining.show, methods=["GET"]),
        Route(JOIN, joining.enter, methods=["POST"]),
    ]


class _Desk:
    """The handlers, with the tries that they count."""

    def __init__(self, workers: Workers, attempts: Attempts, start: str) -> None:
        self.workers = workers
        self.attempts = attempts
        self.start = start

    async def show(self, request: Request) -> Response:
        """Answer with the form, or go on if there is a session."""
        wanted = local_path(request.query_params.get("next"), "")
        token = read_token(request.scope)
        try:
            found = await self.workers.run(_session, token)
        except StoreError:
            return unreachable_page(request.scope)
        if found:
            return go(request, wanted or self.start)
        return sign_in_page(request.scope, wanted=wanted)

    async def enter(self, request: Request) -> Response:
        """Check a name and a password; answer with the cookie or with words."""
        if refusal := too_large(request):
            return refusal
        form, words = await fields_of(request), words_for(request.scope)
        typed, wanted = str(form.get("name", "")).strip(), str(form.get("next", ""))
        wanted = local_path(wanted, "")
        if not same_origin(request.scope):
            return sign_in_page(request.scope, words("sign_in.foreign"), wanted=wanted, status=403)
        name, address = typed.casefold(), client_address(request)
        wait = self.attempts.take(name, address)
        if wait > 0:
            return _later(request, typed, wanted, wait)
        password = str(form.get("password", ""))
        try:
            token = await self.workers.run(sign_in, name, password)
        except StoreError:
            return unreachable_page(request.scope)
        if token is None:
            return sign_in_page(request.scope, words("sign_in.wrong"), typed, wanted, 401)
        self.attempts.forget(name, address)
        return with_cookie(request, go(request, wanted or self.start), token, LIFE)

    async def ask(self, request: Request) -> Response:
        """Answer with the question."""
        return sign_out_page(request.scope)

    async def leave(self, request: Request) -> Response:
        """End the session and forget the cookie."""
        if not same_origin(request.scope):
            return PlainTextResponse(words_for(request.scope)("sign_out.foreign"), 403)
        token = read_token(request.scope)
        try:
            if token:
                await self.workers.run(sign_out, token)
        except StoreError:
            return unreachable_page(request.scope)
        response = go(request, SIGN_IN)
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
        return response


def _later(request: Request, name: str, wanted: str, wait: float) -> Response:
    minutes = math.ceil(wait / 60)
    number = "one" if minutes == 1 else "many"
    message = words_for(request.scope)(f"sign_in.wait_{number}", minutes=minutes)
    response = sign_in_page(request.scope, message, name, wanted, 429)
    response.headers["Retry-After"] = str(math.ceil(wait))
    return response


def _session(store: Store, token: str | None) -> object:
    return sessions.current(store, fingerprint(token)) if token else None


async def _style(request: Request) -> Response:
    headers = {"Cache-Control": "max-age=3600"}
    return PlainTextResponse(style(), media_type="text/css", headers=headers)

"""Turns the sign-in form into the session cookie, and sign-out into none: routes for both apps."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import anyio
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from apps.signin.attempts import Attempts
from apps.signin.pages import sign_in_page, sign_out_page, style, unreachable_page
from apps.signin.requests import (
    COOKIE,
    SIGN_IN,
    SIGN_OUT,
    STYLE,
    client_address,
    local_path,
    read_token,
    same_origin,
)
from apps.signin.sessions import LIFE, StoreProvider, fingerprint, sign_in, sign_out
from lab.errors import StoreError
from storage import sessions

if TYPE_CHECKING:
    from storage.client import Store

Values = ParamSpec("Values")
Result = TypeVar("Result")

WRONG = "That name and password do not belong together. Check both and try again."
FOREIGN = "That came from a page of another address. Please sign in here."
LARGEST_FORM = 16_384


def sign_in_routes(store_provider: StoreProvider, start: str = "/") -> list[Route]:
    """Make the routes of signing in and out.

    Args:
        store_provider: gives the open store; called from worker threads.
        start: the app's first page, where no `next` was given.

    Returns:
        GET and POST /sign-in, GET (asks) and POST /sign-out, and their style sheet.
    """
    desk = _Desk(store_provider, start)
    return [
        Route(STYLE, _style),
        Route(SIGN_IN, desk.show, methods=["GET"]),
        Route(SIGN_IN, desk.enter, methods=["POST"]),
        Route(SIGN_OUT, desk.ask, methods=["GET"]),
        Route(SIGN_OUT, desk.leave, methods=["POST"]),
    ]


class _Desk:
    """The handlers, with the tries that they count."""

    def __init__(self, store_provider: StoreProvider, start: str) -> None:
        self.provider = store_provider
        self.start = start
        self.attempts = Attempts()
        # Each check of a password takes 19 MiB and a core for 40 ms.
        self.checkers = anyio.CapacityLimiter(4)

    async def show(self, request: Request) -> Response:
        """Answer with the form, or go on if there is a session."""
        wanted = local_path(request.query_params.get("next"), "")
        token = read_token(request.scope)
        try:
            found = await self._in_thread(_session, token)
        except StoreError:
            return unreachable_page(request.scope)
        return self._go(request, wanted) if found else sign_in_page(request.scope, wanted=wanted)

    async def enter(self, request: Request) -> Response:
        """Check a name and a password; answer with the cookie or with words."""
        if int(request.headers.get("content-length") or LARGEST_FORM + 1) > LARGEST_FORM:
            return PlainTextResponse("That form is too large.", 413)
        form = await request.form(max_files=0, max_fields=10)
        typed, wanted = str(form.get("name", "")).strip(), str(form.get("next", ""))
        wanted = local_path(wanted, "")
        if not same_origin(request.scope):
            return sign_in_page(request.scope, FOREIGN, wanted=wanted, status=403)
        name, address = typed.casefold(), client_address(request)
        wait = self.attempts.take(name, address)
        if wait > 0:
            return self._later(request, typed, wanted, wait)
        password = str(form.get("password", ""))
        try:
            token = await self._in_thread(sign_in, name, password)
        except StoreError:
            return unreachable_page(request.scope)
        if token is None:
            return sign_in_page(request.scope, WRONG, typed, wanted, 401)
        self.attempts.forget(name, address)
        return _with_cookie(request, self._go(request, wanted), token)

    async def ask(self, request: Request) -> Response:
        """Answer with the question."""
        return sign_out_page(request.scope)

    async def leave(self, request: Request) -> Response:
        """End the session and forget the cookie."""
        if not same_origin(request.scope):
            return PlainTextResponse("Sign out from a page of this app.", 403)
        token = read_token(request.scope)
        try:
            if token:
                await self._in_thread(sign_out, token)
        except StoreError:
            return unreachable_page(request.scope)
        response = RedirectResponse(_root(request) + SIGN_IN, 303, _UNCACHED)
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
        return response

    async def _in_thread(
        self,
        function: Callable[Concatenate[Store, Values], Result],
        *values: Values.args,
        **named: Values.kwargs,
    ) -> Result:
        def call() -> Result:
            return function(self.provider(), *values, **named)

        return await anyio.to_thread.run_sync(call, limiter=self.checkers)

    def _go(self, request: Request, wanted: str) -> Response:
        return RedirectResponse(_root(request) + (wanted or self.start), 303, _UNCACHED)

    def _later(self, request: Request, name: str, wanted: str, wait: float) -> Response:
        minutes = math.ceil(wait / 60)
        words = "a minute" if minutes == 1 else f"{minutes} minutes"
        message = f"Too many tries for this name. Wait {words}, then try again."
        response = sign_in_page(request.scope, message, name, wanted, 429)
        response.headers["Retry-After"] = str(math.ceil(wait))
        return response


_UNCACHED = {"Cache-Control": "no-store"}


def _session(store: Store, token: str | None) -> object:
    return sessions.current(store, fingerprint(token)) if token else None


async def _style(request: Request) -> Response:
    headers = {"Cache-Control": "max-age=3600"}
    return PlainTextResponse(style(), media_type="text/css", headers=headers)


def _root(request: Request) -> str:
    return request.scope.get("root_path", "")


def _with_cookie(request: Request, response: Response, token: str) -> Response:
    secure = request.url.scheme == "https"
    life = int(LIFE.total_seconds())
    response.set_cookie(
        COOKIE, token, max_age=life, path="/", secure=secure, httponly=True, samesite="lax"
    )
    return response

"""Turns an ASGI app into one that only signed-in accounts of the right role reach."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from functools import partial

from starlette._utils import get_route_path
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apps.signin.pages import elsewhere_page, unreachable_page
from apps.signin.requests import (
    JOIN,
    SIGN_IN,
    SIGN_OUT,
    STYLE,
    read_token,
    same_origin,
    sign_in_address,
    wants_page,
)
from apps.signin.sessions import Lookups, StoreProvider
from lab.errors import StoreError
from lab.records import Account, Role

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_PATHS = frozenset({SIGN_IN, SIGN_OUT, JOIN, STYLE})


class Gate:
    """Pure ASGI middleware over HTTP and WebSocket; the account goes to `scope["state"]`."""

    def __init__(
        self,
        app: ASGIApp,
        store_provider: StoreProvider,
        roles: Collection[Role],
        public_paths: Collection[str] = (),
    ) -> None:
        """Guard an app.

        Args:
            app: the ASGI app behind the gate, sign-in routes included.
            store_provider: gives the open store; called from worker threads.
            roles: the roles that are let through.
            public_paths: paths open to everybody, besides the sign-in's own; one that ends with
                a slash stands for all below it.
        """
        self.app = app
        self.roles = frozenset(roles)
        self.public = OWN_PATHS | frozenset(public_paths)
        self.lookups = Lookups(store_provider)
        self.looking = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        path = get_route_path(scope)
        if self._is_public(path):
            await self._pass_public(scope, receive, send, path)
            return
        account, denial = await self._judge(scope, path)
        if denial is not None:
            await _deny(denial, scope, receive, send)
            return
        scope = {**scope, "state": {**scope.get("state", {}), "account": account}}
        if scope["type"] == "websocket":
            receive, send = self._watched(scope, receive, send)
        await self.app(scope, receive, send)

    def _is_public(self, path: str) -> bool:
        below = any(path.startswith(one) for one in self.public if one.endswith("/") and one != "/")
        return path in self.public or (below and ".." not in path.split("/"))

    async def _pass_public(self, scope: Scope, receive: Receive, send: Send, path: str) -> None:
        await self.app(scope, receive, send)
        token = read_token(scope) if path == SIGN_OUT else None
        if token:
            self.lookups.forget(token)

    async def _judge(self, scope: Scope, path: str) -> tuple[Account | None, Response | None]:
        unsafe = scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
        if unsafe and not same_origin(scope):
            return None, _refusal(403, "this request comes from a page of another address")
        try:
            account = await self._account(read_token(scope))
        except StoreError as error:
            page = wants_page(scope)
            return None, unreachable_page(scope) if page else _refusal(503, str(error))
        if account is None and wants_page(scope):
            return None, RedirectResponse(sign_in_address(scope, path), 303, _UNCACHED)
        if account is None:
            return None, _refusal(401, "sign in first")
        if account.role not in self.roles:
            page = wants_page(scope)
            refusal = f"an account with the role {account.role.value} may not do this here"
            return None, elsewhere_page(scope, account) if page else _refusal(403, refusal)
        return account, None

    async def _account(self, token: str | None) -> Account | None:
        if token is None:
            return None
        hit, account = self.lookups.remembered(token)
        if hit:
            return account
        # One look-up at a time: the dozens of requests of a page then share the first one's.
        async with self.looking:
            return await run_in_threadpool(self.lookups.account, token)

    def _watched(self, scope: Scope, receive: Receive, send: Send) -> tuple[Receive, Send]:
        """Close a WebSocket at its first message after the session is over."""
        over = False

        async def checked_receive() -> Message:
            nonlocal over
            message = await receive()
            if message["type"] != "websocket.receive" or await self._still_in(scope):
                return message
            over = True
            await send({"type": "websocket.close", "code": 4401, "reason": "signed out"})
            return {"type": "websocket.disconnect", "code": 4401}

        async def checked_send(message: Message) -> None:
            if not over:
                await send(message)

        return checked_receive, checked_send

    async def _still_in(self, scope: Scope) -> bool:
        try:
            account = await self._account(read_token(scope))
        except StoreError:
            # A store that is being restarted is no reason to break off somebody's work.
            return True
        return account is not None and account.role in self.roles


_UNCACHED = {"Cache-Control": "no-store"}
_refusal_of = partial(JSONResponse, headers=_UNCACHED)


def _refusal(status: int, words: str) -> Response:
    return _refusal_of({"detail": words}, status)


async def _deny(denial: Response, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 4401, "reason": "sign in first"})
    else:
        await denial(scope, receive, send)

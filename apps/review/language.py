"""Turns the language that a call names into the one in which it is answered."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from apps.review.wording import DEFAULT, languages, spoken

LANGUAGE_HEADER = "x-lab-language"


class Spoken:
    """Pure ASGI middleware: errors in the language of the header, in English without one."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an app."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            asked = Headers(scope=scope).get(LANGUAGE_HEADER, DEFAULT)
            # Never set back: every request is a task of its own, and so has its own context, and
            # an unforeseen failure is put into words outside of this call.
            spoken.set(asked if asked in languages() else DEFAULT)
        await self.app(scope, receive, send)

"""Turns responses into ones that a browser shows only as ours, and refuses foreign API calls."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apps.review.wording import error

_POLICY = (
    "default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
STRICT = _POLICY.format(scripts="'self'")
# Gradio's page starts from inline scripts, and gr.HTML makes its handler with `new Function`.
WIDGET = _POLICY.format(scripts="'self' 'unsafe-inline' 'unsafe-eval'")
PLAIN = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
CSRF_HEADER = "x-lab"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Headings:
    """Pure ASGI middleware: security headers on all, a custom header demanded of API writes."""

    def __init__(self, app: ASGIApp, api_path: str, widget_path: str) -> None:
        """Wrap an app.

        Args:
            app: the app.
            api_path: the prefix of the paths whose writes need the custom header, which a form
                or an image on a foreign page cannot send.
            widget_path: the prefix of the paths whose scripts come from Gradio.
        """
        self.app = app
        self.api_path = api_path
        self.widget_path = widget_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        app = self.app if self._allowed(scope, path) else _refusal()
        await app(scope, receive, self._sender(send, path))

    def _allowed(self, scope: Scope, path: str) -> bool:
        write = path.startswith(self.api_path) and scope["method"] not in SAFE_METHODS
        return not write or Headers(scope=scope).get(CSRF_HEADER) == "review"

    def _sender(self, send: Send, path: str) -> Send:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                policy = WIDGET if path.startswith(self.widget_path) else STRICT
                headers.setdefault("Content-Security-Policy", policy)
                for name, value in PLAIN.items():
                    headers.setdefault(name, value)
                if path.startswith(self.api_path):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        return send_with_headers


def _refusal() -> JSONResponse:
    return JSONResponse({"error": error("header")}, 403)

"""Turns what there is to say into the sign-in pages: plain HTML, no script."""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path
from string import Template

from starlette.responses import HTMLResponse
from starlette.types import Scope

from lab.records import Account, Role

STATIC = Path(__file__).parent / "static"

# The Referrer-Policy must not be "no-referrer": browsers would then post with `Origin: null`.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

PLACES = {
    Role.REVIEWER: "the review app, where texts are rated and compared",
    Role.LEAD: "the review app and the dashboard",
    Role.ANALYST: "the dashboard, where the results are",
}


def sign_in_page(
    scope: Scope, message: str = "", name: str = "", wanted: str = "", status: int = 200
) -> HTMLResponse:
    """Make the page with the form.

    Args:
        scope: the ASGI scope of the request.
        message: what went wrong, in words; empty at first.
        name: the name to keep in the form.
        wanted: the local path to go to afterwards; empty for the app's start.
        status: the HTTP status.
    """
    fields = {"next": escape(wanted), "name": escape(name), "message": _alert(message)}
    fields["described"] = 'aria-describedby="message"' if message else ""
    fields["name_focus"] = "" if name else "autofocus"
    fields["password_focus"] = "autofocus" if name else ""
    return _page(scope, "Sign in", "sign_in.html", fields, status)


def sign_out_page(scope: Scope) -> HTMLResponse:
    """Make the page that asks before signing out: a link alone must not sign anybody out."""
    words = '<p class="lead">What you have submitted is saved.</p>'
    return _page(scope, "Sign out?", "sign_out.html", {"message": words}, 200)


def elsewhere_page(scope: Scope, account: Account) -> HTMLResponse:
    """Make the page for an account whose role belongs to the other app."""
    words = (
        f'<p class="lead">You are signed in as <strong>{escape(account.name)}</strong>, '
        f"with the role {account.role.value}. Your place is {PLACES[account.role]}. Its address "
        "was printed beside this one when the lab was started, and you are signed in there "
        "already. To use this app, sign out and sign in with another account.</p>"
    )
    title = "This account works elsewhere"
    return _page(scope, title, "sign_out.html", {"message": words}, 403)


def unreachable_page(scope: Scope) -> HTMLResponse:
    """Make the page for the time in which the store cannot be reached."""
    words = "The lab's database cannot be reached just now. Wait a moment, then reload this page."
    page = _frame(scope, "One moment", _alert(words))
    return HTMLResponse(page, 503, {**HEADERS, "Retry-After": "5"})


def style() -> str:
    """Return the style sheet of these pages."""
    return _read("style.css")


def _page(scope: Scope, title: str, file: str, fields: dict[str, str], status: int) -> HTMLResponse:
    body = Template(_read(file)).substitute(fields, root=_root(scope))
    return HTMLResponse(_frame(scope, title, body), status, HEADERS)


def _frame(scope: Scope, title: str, body: str) -> str:
    page = Template(_read("page.html"))
    return page.substitute(title=escape(title), body=body, root=_root(scope))


def _alert(message: str) -> str:
    return f'<p class="message" id="message" role="alert">{escape(message)}</p>' if message else ""


def _root(scope: Scope) -> str:
    return escape(scope.get("root_path", ""))


@cache
def _read(file: str) -> str:
    return (STATIC / file).read_text(encoding="utf-8")

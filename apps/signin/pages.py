"""Turns what there is to say into the sign-in pages: plain HTML, no script."""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path
from string import Template

from starlette.responses import HTMLResponse
from starlette.types import Scope

from apps.signin.passwords import LEAST
from apps.signin.wording import words_for
from lab.records import Account, Role
from storage.invitations import Invited, State

STATIC = Path(__file__).parent / "static"

MOST = 60
"""Longest name that somebody may choose, in characters."""

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
    fields = _texts(scope, "sign_in", "intro", "name", "password", "submit", "help")
    fields |= _entry(message, name) | {"next": escape(wanted)}
    return _page(scope, words_for(scope)("sign_in.title"), "sign_in.html", fields, status)


def join_page(
    scope: Scope,
    invited: Invited,
    token: str,
    message: str = "",
    name: str = "",
    *,
    link_days: int,
    status: int = 200,
) -> HTMLResponse:
    """Make the page of an open invitation: a form for a new account, or one button for a given one.

    Args:
        scope: the ASGI scope of the request.
        invited: the invitation.
        token: the link's token.
        message: what went wrong, in words; empty at first.
        name: the name to keep in the form.
        link_days: how long somebody without a password stays signed in, in days.
        status: the HTTP status.
    """
    words = words_for(scope)
    once = words("join.once", until=f"{invited.expires_at:%Y-%m-%d %H:%M} UTC")
    fields = {"token": escape(token), "once": escape(once), "message": _alert(message)}
    if invited.account_name is not None:
        fields["intro"] = escape(words("join.for_account", name=invited.account_name))
        fields["submit"] = escape(words("join.enter", name=invited.account_name))
        return _page(scope, words("join.title"), "join_account.html", fields, status)
    fields |= _texts(scope, "join", "name", "password", "again", "submit", "link_only")
    fields |= _entry(message, name) | {"least": str(LEAST), "most": str(MOST)}
    fields["intro"] = escape(words("join.intro", pseudonym=f"{invited.role.value}-7"))
    fields["password_hint"] = escape(words("join.password_hint", least=LEAST))
    fields["or"] = escape(words("join.or", days=link_days))
    return _page(scope, words("join.title"), "join.html", fields, status)


def no_way_in_page(scope: Scope, state: State | None) -> HTMLResponse:
    """Make the page for a link that leads nowhere.

    Args:
        scope: the ASGI scope of the request.
        state: what has become of the invitation; None for an unknown link.
    """
    name = {None: "unknown", State.USED: "used"}.get(state, "expired")
    words = words_for(scope)
    fields = {
        "intro": escape(words(f"no_way_in.{name}")),
        "submit": escape(words("no_way_in.sign_in")),
    }
    status = 404 if state is None else 410
    return _page(scope, words(f"no_way_in.{name}_title"), "no_way_in.html", fields, status)


def sign_out_page(scope: Scope) -> HTMLResponse:
    """Make the page that asks before signing out: a link alone must not sign anybody out."""
    fields = _texts(scope, "sign_out", "intro", "submit")
    return _page(scope, words_for(scope)("sign_out.title"), "sign_out.html", fields, 200)


def elsewhere_page(scope: Scope, account: Account) -> HTMLResponse:
    """Make the page for an account whose role belongs to the other app."""
    words, role = words_for(scope), Role(account.role)
    about = {
        "name": account.name,
        "role": words(f"elsewhere.roles.{role}"),
        "place": words(f"elsewhere.places.{role}"),
    }
    fields = _texts(scope, "sign_out", "submit")
    fields["intro"] = escape(words("elsewhere.intro", **about))
    return _page(scope, words("elsewhere.title"), "sign_out.html", fields, 403)


def unreachable_page(scope: Scope) -> HTMLResponse:
    """Make the page for the time in which the store cannot be reached."""
    words = words_for(scope)
    alert = _alert(words("trouble.unreachable"))
    page = _frame(scope, words("trouble.unreachable_title"), alert)
    return HTMLResponse(page, 503, {**HEADERS, "Retry-After": "5"})


def style() -> str:
    """Return the style sheet of these pages."""
    return _read("style.css")


def _texts(scope: Scope, section: str, *names: str) -> dict[str, str]:
    words = words_for(scope)
    return {name: escape(words(f"{section}.{name}")) for name in names}


def _entry(message: str, typed: str) -> dict[str, str]:
    """Fill the fields of a form that asks for name and password."""
    return {
        "message": _alert(message),
        "typed": escape(typed),
        "described": 'aria-describedby="message"' if message else "",
        "name_focus": "" if typed else "autofocus",
        "password_focus": "autofocus" if typed else "",
    }


def _page(scope: Scope, title: str, file: str, fields: dict[str, str], status: int) -> HTMLResponse:
    body = Template(_read(file)).substitute(fields, root=_root(scope))
    return HTMLResponse(_frame(scope, title, body), status, HEADERS)


def _frame(scope: Scope, title: str, body: str) -> str:
    words = words_for(scope)
    return Template(_read("page.html")).substitute(
        title=escape(title),
        body=body,
        root=_root(scope),
        app=escape(words("app.name")),
        language=words.language,
    )


def _alert(message: str) -> str:
    return f'<p class="message" id="message" role="alert">{escape(message)}</p>' if message else ""


def _root(scope: Scope) -> str:
    return escape(scope.get("root_path", ""))


@cache
def _read(file: str) -> str:
    return (STATIC / file).read_text(encoding="utf-8")

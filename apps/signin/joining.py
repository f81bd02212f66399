"""Turns the link of an invitation into a form, and the form into an account that is signed in."""

from __future__ import annotations

import math

from starlette.requests import Request
from starlette.responses import Response

from apps.signin.attempts import Attempts
from apps.signin.invitations import LINK_LIFE, accept
from apps.signin.pages import MOST, join_page, no_way_in_page, unreachable_page
from apps.signin.passwords import LEAST
from apps.signin.replies import fields_of, go, too_large, with_cookie
from apps.signin.requests import JOIN, client_address, same_origin
from apps.signin.sessions import fingerprint
from apps.signin.wording import words_for
from apps.signin.workers import Workers
from lab.errors import StoreError
from storage import accounts, invitations
from storage.invitations import Invited, Outcome, State

OUTCOMES = {Outcome.UNKNOWN: None, Outcome.USED: State.USED, Outcome.EXPIRED: State.EXPIRED}


class JoinDesk:
    """The handlers of /join, with the tries that they count."""

    def __init__(self, workers: Workers, attempts: Attempts, start: str) -> None:
        self.workers = workers
        self.attempts = attempts
        self.start = start

    async def show(self, request: Request) -> Response:
        """Answer with the form; looking uses nothing up."""
        token = request.query_params.get("token", "")
        try:
            invited = await self.workers.run(invitations.find, fingerprint(token))
        except StoreError:
            return unreachable_page(request.scope)
        if invited is None or invited.state is not State.OPEN:
            return no_way_in_page(request.scope, invited.state if invited else None)
        return _page(request, invited, token)

    async def enter(self, request: Request) -> Response:
        """Use the invitation; answer with the cookie or with words."""
        if refusal := too_large(request):
            return refusal
        form = {name: str(value) for name, value in (await fields_of(request)).items()}
        token = form.get("token", "")
        try:
            invited = await self.workers.run(invitations.find, fingerprint(token))
            if invited is None or invited.state is not State.OPEN:
                return no_way_in_page(request.scope, invited.state if invited else None)
            return await self._use(request, invited, token, form)
        except StoreError:
            return unreachable_page(request.scope)

    async def _use(
        self, request: Request, invited: Invited, token: str, form: dict[str, str]
    ) -> Response:
        words, name = words_for(request.scope), form.get("name", "").strip()
        if not same_origin(request.scope):
            return _page(request, invited, token, words("sign_in.foreign"), 403)
        key = f"{JOIN} {fingerprint(token)}"
        wait = self.attempts.take(key, client_address(request))
        if wait > 0:
            return _later(request, invited, token, name, wait)
        fault = "" if invited.account_id else _fault(form)
        if fault:
            problem = words(f"join.{fault}", least=LEAST, most=MOST)
            return _page(request, invited, token, problem, 422, name)
        return await self._join(request, invited, token, form)

    async def _join(
        self, request: Request, invited: Invited, token: str, form: dict[str, str]
    ) -> Response:
        name, password = form.get("name", "").strip(), _password(form)
        has_password = password is not None
        if invited.account_id is not None:
            account = await self.workers.run(accounts.by_id, invited.account_id)
            password, has_password = None, bool(account and account.password_hash)
        outcome, session, life = await self.workers.run(
            accept, token, name.casefold(), password, has_password=has_password
        )
        if outcome is Outcome.JOINED:
            return with_cookie(request, go(request, self.start), session, life)
        if outcome is Outcome.NAME_TAKEN:
            taken = words_for(request.scope)("join.name_taken")
            return _page(request, invited, token, taken, 409, name)
        return no_way_in_page(request.scope, OUTCOMES[outcome])


def _later(request: Request, invited: Invited, token: str, name: str, wait: float) -> Response:
    minutes = math.ceil(wait / 60)
    number = "one" if minutes == 1 else "many"
    message = words_for(request.scope)(f"join.wait_{number}", minutes=minutes)
    response = _page(request, invited, token, message, 429, name)
    response.headers["Retry-After"] = str(math.ceil(wait))
    return response


def _page(
    request: Request,
    invited: Invited,
    token: str,
    message: str = "",
    status: int = 200,
    name: str = "",
) -> Response:
    days = LINK_LIFE.days
    return join_page(request.scope, invited, token, message, name, link_days=days, status=status)


def _password(form: dict[str, str]) -> str | None:
    return None if form.get("way") == "link" else form.get("password", "")


def _fault(form: dict[str, str]) -> str:
    """Name what is wrong with a new account's name or password; empty where nothing is."""
    name, password = form.get("name", "").strip(), _password(form)
    if not name:
        return "name_missing"
    if len(name.casefold()) > MOST or not name.isprintable():
        return "name_unfit"
    if password is not None and len(password) < LEAST:
        return "too_short"
    return "differ" if password is not None and password != form.get("again", "") else ""

"""Turns a request into who asks, and a failure into JSON in clear words."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from apps.review.language import LANGUAGE_HEADER
from apps.review.wording import DEFAULT, error, languages
from lab.errors import LabError, ReviewError, StoreError, UnknownNameError
from lab.records import Account, Role

logger = logging.getLogger(__name__)

ACCOUNT_HEADER = "x-lab-account"


class Refused(Exception):
    """A call that is answered with a status and words, and not carried out."""

    def __init__(self, status: int, words: str, code: str = "") -> None:
        super().__init__(words)
        self.status = status
        self.code = code


def known_language(asked: str) -> str:
    """Let only languages pass that there is a wording file of.

    Args:
        asked: what the caller named.

    Returns:
        The same.

    Raises:
        Refused: there is no such language.
    """
    if asked not in languages():
        known = ", ".join(languages())
        raise Refused(400, error("language", given=ascii(asked[:20]), languages=known), "language")
    return asked


def signed_in(request: Request) -> Account:
    """Say who asks.

    A page that was opened by another account says so in a header and is refused: what it sends
    belongs to that other account.

    Args:
        request: the request, behind the gate.

    Returns:
        The account.

    Raises:
        Refused: the page belongs to another account, or speaks a language without words.
    """
    known_language(request.headers.get(LANGUAGE_HEADER, DEFAULT))
    account: Account = request.state.account
    page_of = request.headers.get(ACCOUNT_HEADER, account.id)
    if page_of != account.id:
        raise Refused(401, error("account"), "other_account")
    return account


def lead_only(account: Annotated[Account, Depends(signed_in)]) -> Account:
    """Say which lead asks.

    Args:
        account: who asks.

    Returns:
        The account.

    Raises:
        Refused: it is no lead.
    """
    if account.role is not Role.LEAD:
        raise Refused(403, error("role"))
    return account


Reviewer = Annotated[Account, Depends(signed_in)]
Lead = Annotated[Account, Depends(lead_only)]

_STATUS: tuple[tuple[type[LabError], int], ...] = (
    (UnknownNameError, 404),
    (ReviewError, 422),
    (StoreError, 503),
    (LabError, 400),
)


def _reply(status: int, words: str, code: str = "") -> JSONResponse:
    return JSONResponse({"error": words, "code": code}, status)


def _refused(request: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, Refused)  # noqa: S101 - registered for this class alone
    return _reply(problem.status, str(problem), problem.code)


def _lab_error(request: Request, problem: Exception) -> JSONResponse:
    status = next(status for kind, status in _STATUS if isinstance(problem, kind))
    if status == 503:
        logger.error("store: %s", problem)
        return _reply(status, error("store"))
    # What other parts of the lab say may name checkpoints, which no reviewer may read.
    for_all = isinstance(problem, ReviewError) or request.state.account.role is Role.LEAD
    return _reply(status, str(problem) if for_all else error("internal"))


def _invalid(request: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, RequestValidationError)  # noqa: S101 - registered for this class alone
    first = problem.errors()[0]
    field = ".".join(str(part) for part in first["loc"] if part != "body") or "body"
    given = repr(first.get("input"))
    words = f"{first['msg']}; given {given if len(given) <= 60 else given[:60] + '…'}"
    return _reply(422, error("field", field=field, problem=words))


def _http(request: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, HTTPException)  # noqa: S101 - registered for this class alone
    missing = error("not_found", path=request.url.path)
    return _reply(problem.status_code, missing if problem.status_code == 404 else problem.detail)


def _unforeseen(request: Request, problem: Exception) -> JSONResponse:
    return _reply(500, error("internal"))


def explain_errors(app: FastAPI) -> None:
    """Let an app answer every failure with JSON `{"error": words, "code": name}`.

    Args:
        app: the app.
    """
    handlers: dict[type[Exception], Callable[[Request, Exception], JSONResponse]] = {
        Refused: _refused,
        LabError: _lab_error,
        RequestValidationError: _invalid,
        HTTPException: _http,
        Exception: _unforeseen,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)

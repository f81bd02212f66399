"""Turns the calls of an account's pages into one page that works and others that know it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header

from apps.review.calls import Refused
from apps.review.wording import error

Page = Annotated[str, Header(alias="x-lab-page", max_length=64)]
"""The id that a page made for itself when it was loaded; empty for a program that has no pages."""


class Places:
    """Which page of each account works, in the server's memory alone.

    A page takes over by claiming, so the newest one wins. After a restart nothing is known, and
    the first page that asks goes on.
    """

    def __init__(self) -> None:
        self._pages: dict[str, str] = {}

    def claim(self, account_id: str, page: str) -> None:
        """Make a page the one that works."""
        self._pages[account_id] = page

    def is_here(self, account_id: str, page: str) -> bool:
        """Say whether a page is the one that works; the first to ask is, where none has claimed."""
        return self._pages.setdefault(account_id, page) == page

    def check(self, account_id: str, page: str) -> None:
        """Let only the page that works go on.

        Raises:
            Refused: another page of the account has taken over.
        """
        if not self.is_here(account_id, page):
            raise Refused(409, error("elsewhere"), "elsewhere")

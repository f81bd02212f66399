"""Turns calls that wait for the store, or hash a password, into ones that run beside the loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import anyio

from apps.signin.sessions import StoreProvider

if TYPE_CHECKING:
    from storage.client import Store

Values = ParamSpec("Values")
Result = TypeVar("Result")


class Workers:
    """A few threads: each check of a password takes 19 MiB and a core for 40 ms."""

    def __init__(self, provider: StoreProvider) -> None:
        self.provider = provider
        self.limiter = anyio.CapacityLimiter(4)

    async def run(
        self,
        function: Callable[Concatenate[Store, Values], Result],
        *values: Values.args,
        **named: Values.kwargs,
    ) -> Result:
        """Call a function of the store in a thread.

        Args:
            function: takes the store first.
            values: what else it takes.
            named: what it takes by name.

        Returns:
            What it returns.
        """

        def call() -> Result:
            return function(self.provider(), *values, **named)

        return await anyio.to_thread.run_sync(call, limiter=self.limiter)

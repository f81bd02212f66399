"""Turns a password into an Argon2id hash, and a hash and a try into yes or no."""

from __future__ import annotations

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

# Checked for names that cannot sign in, so that they take as long as a wrong password.
NOBODYS_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$+4y9lNu0UJxU1YSG39WTrQ$vMnpBZ"
    "63c/q6FPLLAy3pZLnOGsAkVJnKJcpSmQKWn8c"
)


LEAST = 8
"""Shortest password that somebody may choose, in characters."""


def _hasher() -> PasswordHash:
    # OWASP's second Argon2id setting (19 MiB, 2 passes): 43 ms, where pwdlib's took 400 to 900.
    return PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19456, parallelism=1),))


def hash_password(password: str) -> str:
    """Hash a password with Argon2id (RFC 9106), 19 MiB of memory, 2 passes, 1 lane.

    Args:
        password: the password in clear.

    Returns:
        The hash in PHC format, salt and settings included.
    """
    return _hasher().hash(password)


def verify(password: str, password_hash: str | None) -> bool:
    """Say whether a password belongs to a hash, in the same time whether there is a hash or not.

    Args:
        password: what was typed.
        password_hash: the account's hash; None where there is no such account or it has none.

    Returns:
        True if it is the account's password.
    """
    try:
        matches = _hasher().verify(password, password_hash or NOBODYS_HASH)
    except UnknownHashError:
        return False
    return matches and password_hash is not None

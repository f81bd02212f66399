from __future__ import annotations

from apps.signin import passwords
from apps.signin.passwords import NOBODYS_HASH, hash_password, verify


def test_a_password_is_known_again_and_another_is_not():
    hashed = hash_password("correct horse")
    assert verify("correct horse", hashed)
    assert not verify("Correct horse", hashed)
    assert not verify("", hashed)


def test_two_hashes_of_a_password_differ_and_are_argon2id_with_our_settings():
    first, second = hash_password("x"), hash_password("x")
    assert first != second
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert NOBODYS_HASH.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_even_the_password_of_nobodys_hash_opens_no_account(monkeypatch):
    monkeypatch.setattr(passwords, "NOBODYS_HASH", hash_password("guessed"))
    assert verify("guessed", passwords.NOBODYS_HASH)
    assert not verify("guessed", None)


def test_no_hash_and_a_foreign_hash_let_nobody_in():
    assert not verify("anything", None)
    assert not verify("anything", "plain text")
    assert not verify("anything", "$argon2id$broken")

from __future__ import annotations

from apps.signin.attempts import Attempts


def test_the_eleventh_try_waits_until_the_first_is_five_minutes_old():
    moment = 0.0
    attempts = Attempts(clock=lambda: moment)
    for second in range(10):
        moment = second
        assert attempts.take("ada", "1.2.3.4") == 0
    moment = 20
    assert attempts.take("ada", "1.2.3.4") == 280
    moment = 300
    assert attempts.take("ada", "1.2.3.4") == 0
    assert attempts.take("ada", "1.2.3.4") > 0


def test_another_name_another_address_and_a_success_are_free():
    attempts = Attempts(limit=1)
    assert attempts.take("ada", "1.2.3.4") == 0
    assert attempts.take("ada", "1.2.3.4") > 0
    assert attempts.take("ada", "1.2.3.5") == 0
    assert attempts.take("bob", "1.2.3.4") == 0
    attempts.forget("ada", "1.2.3.4")
    assert attempts.take("ada", "1.2.3.4") == 0


def test_old_tries_take_no_memory():
    moment = 0.0
    attempts = Attempts(clock=lambda: moment)
    for number in range(50):
        attempts.take(f"name {number}", "1.2.3.4")
    moment = 301
    attempts.take("ada", "1.2.3.4")
    assert list(attempts._tries) == [("ada", "1.2.3.4")]

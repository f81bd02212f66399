from __future__ import annotations

import pytest

from apps.ports import bind, free_port, url
from lab.errors import ServeError


@pytest.fixture
def taken():
    with bind("127.0.0.1", 0) as held:
        yield held.getsockname()[1]


def test_a_port_in_use_is_named_with_a_free_one(taken):
    with pytest.raises(ServeError) as error:
        bind("127.0.0.1", taken)
    free = free_port("127.0.0.1", taken)
    assert free > taken
    assert str(error.value) == f"port {taken} at 127.0.0.1 is in use; --port {free} is free"
    bind("127.0.0.1", free).close()


def test_many_ports_in_use_are_passed_over(taken):
    held = []
    try:
        port = taken
        for _ in range(25):
            port = free_port("127.0.0.1", port)
            held.append(bind("127.0.0.1", port))
        with pytest.raises(ServeError, match="is in use; --port"):
            bind("127.0.0.1", taken)
    finally:
        for one in held:
            one.close()


def test_a_free_port_stays_what_it_is_unless_left_out():
    with bind("127.0.0.1", 0) as held:
        port = held.getsockname()[1]
    assert free_port("127.0.0.1", port) == port
    assert free_port("127.0.0.1", port, (port,)) > port


def test_a_host_of_another_machine_says_what_to_use_instead():
    with pytest.raises(ServeError, match=r"192.0.2.1 is no address of this machine; use --host"):
        bind("192.0.2.1", 0)
    with pytest.raises(ServeError, match=r"192.0.2.1 is no address"):
        free_port("192.0.2.1", 8000)


@pytest.mark.parametrize("port", [-1, 65_536, 70_000])
def test_a_number_that_is_no_port_is_refused(port):
    with pytest.raises(ServeError, match=str(port)):
        bind("127.0.0.1", port)
    with pytest.raises(ServeError):
        free_port("127.0.0.1", port)


def test_addresses_are_ones_that_a_browser_opens():
    assert url("127.0.0.1", 80) == "http://127.0.0.1:80"
    assert url("0.0.0.0", 80, "/lab") == "http://127.0.0.1:80/lab"  # noqa: S104 # not bound
    assert url("::", 80) == "http://[::1]:80"
    assert url("fe80::1", 80) == "http://[fe80::1]:80"

from __future__ import annotations

import pytest

from apps.signin.requests import local_path, read_token, same_origin, sign_in_address, wants_page


def scope(method="POST", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    raw = [(name.encode(), value.encode()) for name, value in named.items()]
    return {"type": "http", "method": method, "headers": raw}


@pytest.mark.parametrize("path", ["/review", "/review/item?x=1&y=2", "/a#b", "/grüße"])
def test_paths_of_this_app_are_kept(path):
    assert local_path(path, "/start") == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "review",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "/sign-in?next=/x",
        "/sign-out",
    ],
)
def test_all_other_addresses_become_the_start(path):
    assert local_path(path, "/start") == "/start"


@pytest.mark.parametrize(
    ("headers", "same"),
    [
        ({}, True),
        ({"sec_fetch_site": "same-origin", "origin": "http://lab:1"}, True),
        ({"sec_fetch_site": "none"}, True),
        ({"sec_fetch_site": "same-site"}, False),
        ({"sec_fetch_site": "cross-site"}, False),
        ({"origin": "http://lab:7860"}, True),
        ({"origin": "https://lab:7860"}, True),
        ({"origin": "http://lab:8501"}, False),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"sec_fetch_site": "same-site", "origin": "http://lab:8501"}, False),
    ],
)
def test_only_pages_of_this_app_may_post(headers, same):
    assert same_origin(scope(host="lab:7860", **headers)) is same


def test_the_token_comes_out_of_the_right_cookie():
    assert read_token(scope(cookie="a=1; lab_session=tok-en_1; b=2")) == "tok-en_1"
    assert read_token(scope(cookie="lab_sessions=1")) is None
    assert read_token(scope(cookie="lab_session=")) is None
    assert read_token(scope()) is None


def test_a_browser_opening_a_page_is_told_from_a_fetch():
    page = "text/html,application/xhtml+xml,*/*;q=0.8"
    assert wants_page(scope("GET", accept=page))
    assert not wants_page(scope("POST", accept=page))
    assert not wants_page(scope("GET", accept="application/json"))
    assert not wants_page(scope("GET"))


def test_the_address_to_sign_in_keeps_the_path_the_query_and_the_prefix():
    asked = {"query_string": b"study=a%26b&x=1", "root_path": "/lab"}
    expected = "/lab/sign-in?next=/review%3Fstudy%3Da%2526b%26x%3D1"
    assert sign_in_address(asked, "/review") == expected
    assert sign_in_address({}, "/") == "/sign-in"

"""Cookies and tokens of the front door."""

from http.cookies import SimpleCookie
from typing import Any, cast

from activities.store.pool import Pool
from api.access.desk import Desk

NO_POOL = cast("Pool", None)
"""Nothing here asks the database."""


def _desk(url: str, secret: str = "one") -> Desk:
    return Desk.on(NO_POOL, secret, url)


def _attributes(cookie: str) -> dict[str, Any]:
    (morsel,) = SimpleCookie(cookie).values()
    return {"name": morsel.key, "value": morsel.value, **{name: morsel[name] for name in morsel if morsel[name]}}


def test_a_sessions_cookie_is_for_this_site_and_no_script() -> None:
    assert _attributes(_desk("http://127.0.0.1:8000").set_cookie("token")) == {
        "name": "groundswell-session",
        "value": "token",
        "path": "/",
        "max-age": "604800",
        "httponly": True,
        "samesite": "Lax",
    }


def test_where_browsers_come_by_tls_the_cookie_never_leaves_it() -> None:
    attributes = _attributes(_desk("https://groundswell.example/").set_cookie("token"))
    assert (attributes["name"], attributes["secure"]) == ("__Host-groundswell-session", True)
    assert "domain" not in attributes


def test_a_cookie_is_cleared_with_the_attributes_that_it_was_set_with() -> None:
    desk = _desk("https://groundswell.example")
    assert _attributes(desk.clear_cookie()) | {"value": "token", "max-age": "604800"} == _attributes(
        desk.set_cookie("token")
    )


def test_a_csrf_token_is_of_one_session_and_one_installation() -> None:
    tokens = {_desk("http://a", secret).csrf_token(session) for secret in ("one", "two") for session in ("s", "t")}
    assert len(tokens) == 4
    assert _desk("http://a").csrf_token("s") in tokens

"""Operators: known by their key, or by a sign-in that lasts no longer than it."""

from time import time

import pytest
from pydantic import SecretStr

from api.auth import ApiKeys
from api.operators import SIGNED_IN_FOR, Operators
from tests.keys import MASTER_KEYS
from workflows.settings import Settings

UI = "http://127.0.0.1:8233"


def operators(keys: str = "ada=key-of-ada,bo=key-of-bo", **facts: str) -> Operators:
    return Operators(ApiKeys.parse(keys), secret="a secret", ui_url=f"{UI}/namespaces", **facts)


def test_without_keys_nobody_is_an_operator() -> None:
    """Also not with an empty key, or with the sign-in of somebody whom nobody knows."""
    nobody = Operators()
    assert nobody.with_key("") is None
    assert nobody.signed_in("") is None
    assert nobody.signed_in(nobody.sign_in("ada")) is None
    assert not nobody.may_ask_from("")


def test_a_sign_in_is_its_operators_and_ends_with_their_key() -> None:
    """A key that was exchanged or taken away ends every sign-in that was made with it."""
    shown = operators().sign_in("ada")
    assert operators().signed_in(shown) == "ada"
    assert operators("ada=another-key").signed_in(shown) is None
    assert operators("bo=key-of-bo").signed_in(shown) is None
    assert "key-of-ada" not in shown


def test_a_sign_in_ends_with_the_working_day(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = operators().sign_in("ada")
    later = time() + SIGNED_IN_FOR + 2
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later)
    assert operators().signed_in(shown) is None


@pytest.mark.parametrize("shown", ["", "nonsense", "WyJhZGEiLCJ4Il0.aaaa.bbbb"])
def test_what_we_have_not_signed_is_no_sign_in(shown: str) -> None:
    assert operators().signed_in(shown) is None


def test_only_pages_of_the_ui_may_use_a_sign_in() -> None:
    """By their origin, whatever the path of the address that was set."""
    assert operators().may_ask_from(UI)
    assert not operators().may_ask_from("http://evil.example")
    assert not operators().may_ask_from("null")


def test_cookies_are_for_tls_where_the_api_is_reached_by_it() -> None:
    """Not through a tunnel, where a browser would not send them back."""
    assert operators(public_url="https://api.example").over_tls("api.example")
    assert not operators(public_url="https://api.example").over_tls("127.0.0.1")
    assert not operators(public_url="http://api.example").over_tls("api.example")


def test_operators_are_in_the_settings() -> None:
    settings = Settings(
        database_url=SecretStr("postgresql://"),
        secret_key=SecretStr("k" * 32),
        master_keys=SecretStr(MASTER_KEYS),
        ops_keys=SecretStr("ada=key-of-ada"),
    )
    assert Operators.of(settings).with_key("key-of-ada") == "ada"

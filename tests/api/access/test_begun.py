"""What a browser remembers of a sign-in that it has begun elsewhere."""

import pytest
from itsdangerous import TimestampSigner

from api.access.begun import MINUTES, Begun, BegunSignIns
from api.auth import SignInExpired

HERE = BegunSignIns("a secret of at least thirty-two characters", secure=True)


def _value(set_cookie: str) -> str:
    return set_cookie.partition("=")[2].partition(";")[0]


def test_what_was_begun_comes_back_whole() -> None:
    begun = Begun.now("/console/inbox")
    assert HERE.read(_value(HERE.set_cookie(begun))) == begun
    assert len({begun.state, begun.nonce, begun.verifier, Begun.now("/console/inbox").state}) == 4
    assert len(begun.verifier) == 43, "the least that PKCE allows (RFC 7636, section 4.1)"


def test_over_tls_the_cookie_is_this_hosts_alone_and_no_scripts() -> None:
    assert HERE.set_cookie(Begun.now("/")).startswith("__Host-")
    assert HERE.set_cookie(Begun.now("/")).endswith(f"; Path=/; Max-Age={MINUTES * 60}; HttpOnly; SameSite=Lax; Secure")
    assert HERE.clear_cookie().endswith("=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure")
    assert "Secure" not in BegunSignIns("x", secure=False).set_cookie(Begun.now("/"))


@pytest.mark.parametrize("cookie", ["", "x", "a.b.c"])
def test_a_cookie_that_we_have_not_written_is_none(cookie: str) -> None:
    with pytest.raises(SignInExpired, match="Begin again"):
        HERE.read(cookie)


def test_a_cookie_of_another_secret_is_none() -> None:
    other = BegunSignIns("another secret of at least thirty-two", secure=True)
    with pytest.raises(SignInExpired):
        HERE.read(_value(other.set_cookie(Begun.now("/"))))


def test_after_ten_minutes_it_is_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    cookie = _value(HERE.set_cookie(Begun.now("/")))
    now = TimestampSigner("x").get_timestamp()
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: now + MINUTES * 60 + 2)
    with pytest.raises(SignInExpired, match=f"longer than {MINUTES} minutes"):
        HERE.read(cookie)

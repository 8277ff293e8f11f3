"""ID tokens: every way in which one may not be what it seems."""

import base64
import hmac
import json
import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey, RSAKey

from activities.connectors.oidc_tokens import ALLOWED, IdTokenInvalid, KeyUnknown, claims_in, keys_in

ISSUER, CLIENT, NONCE = "https://id.brand.example", "groundswell", "n-1"
RSA = RSAKey.generate_key(2048, {"kid": "r1", "use": "sig", "alg": "RS256"})
EC = ECKey.generate_key("P-256", {"kid": "e1", "use": "sig"})


def claims(**changes: Any) -> dict[str, Any]:
    """Claims as they must be, but for these; None leaves one out."""
    now = int(time.time())
    whole: dict[str, Any] = {
        "iss": ISSUER,
        "aud": CLIENT,
        "sub": "u1",
        "iat": now,
        "exp": now + 300,
        "nonce": NONCE,
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def signed(content: dict[str, Any], key: Key = RSA, algorithm: str = "RS256", **header: Any) -> str:
    return jwt.encode({"alg": algorithm, "kid": str(key.kid), **header}, content, key, algorithms=[algorithm])


def read(token: str, *keys: Key) -> Any:
    announced = keys_in({"keys": [key.as_dict(private=False) for key in keys or (RSA, EC)]})
    return claims_in(token, announced, issuer=ISSUER, client_id=CLIENT, nonce=NONCE)


def by_hand(algorithm: str, secret: bytes | None) -> str:
    header = {"alg": algorithm, "kid": "r1"}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims())]
    signature = b"" if secret is None else hmac.digest(secret, b".".join(parts), "sha256")
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


@pytest.mark.parametrize(("key", "algorithm"), [(RSA, "RS256"), (EC, "ES256")], ids=["RS256", "ES256"])
def test_a_token_of_the_issuers_for_us_and_this_sign_in_is_believed(key: Key, algorithm: str) -> None:
    assert read(signed(claims(email="robin@brand.example"), key, algorithm))["email"] == "robin@brand.example"


@pytest.mark.parametrize(
    ("changes", "about"),
    [
        ({"iss": "https://id.brand.example/"}, "iss"),
        ({"iss": None}, "iss"),
        ({"aud": "another"}, "aud"),
        ({"aud": []}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": [CLIENT, "another"]}, "azp"),
        ({"azp": "another"}, "azp"),
        ({"exp": 1_000_000_000}, "exp"),
        ({"exp": "tomorrow"}, "exp"),
        ({"exp": None}, "exp"),
        ({"iat": 9_000_000_000}, "iat"),
        ({"nbf": 9_000_000_000}, "nbf"),
        ({"nonce": "n-2"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"nonce": [NONCE]}, "nonce"),
        ({"sub": None}, "sub"),
        ({"sub": "u" * 256}, "subject"),
    ],
)
def test_a_token_of_which_one_claim_is_wrong_is_refused_by_its_name(changes: dict[str, Any], about: str) -> None:
    with pytest.raises(IdTokenInvalid, match=about):
        read(signed(claims(**changes)))


def test_a_token_for_several_audiences_is_ours_if_it_was_issued_to_us() -> None:
    assert read(signed(claims(aud=[CLIENT, "another"], azp=CLIENT)))["sub"] == "u1"


@pytest.mark.parametrize("secret", [None, RSA.as_pem(private=False)], ids=["none", "public key as secret"])
def test_a_token_that_anybody_could_have_signed_is_refused(secret: bytes | None) -> None:
    """Without a signature, or with the issuer's public key for a secret."""
    with pytest.raises(IdTokenInvalid, match="only the issuer has the key"):
        read(by_hand("none" if secret is None else "HS256", secret))


def test_only_methods_with_a_private_key_are_allowed_and_no_shared_secret_is_a_key() -> None:
    assert not [name for name in ALLOWED if name == "none" or name.startswith("HS")]
    shared = OctKey.import_key("s" * 32, {"kid": "o1"}).as_dict(private=True)
    assert keys_in({"keys": [shared, {"kty": "RSA", "use": "enc"}, {"kty": "RSA"}, "key"]}) == keys_in([]) == ()


def test_another_key_of_the_same_name_does_not_do() -> None:
    other = RSAKey.generate_key(2048, {"kid": "r1", "use": "sig", "alg": "RS256"})
    with pytest.raises(IdTokenInvalid, match="bad_signature") as refused:
        read(signed(claims(), other))
    assert not isinstance(refused.value, KeyUnknown)


def test_a_key_that_is_not_announced_is_unknown() -> None:
    """Also where it has the name of a key of another kind."""
    for key, announced in ((RSA, EC), (ECKey.generate_key("P-256", {"kid": "r1"}), RSA)):
        with pytest.raises(KeyUnknown):
            read(signed(claims(), key, "ES256" if key.key_type == "EC" else "RS256"), announced)


def test_a_token_without_the_name_of_its_key_needs_an_issuer_with_one() -> None:
    token = jwt.encode({"alg": "RS256"}, claims(), RSA)
    assert read(token, RSA)["sub"] == "u1"
    with pytest.raises(IdTokenInvalid, match="which of several keys"):
        read(token, RSA, RSAKey.generate_key(2048, {"kid": "r2", "use": "sig"}))


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "....", "é.é.é", "e30.e30.e30", f"{'a' * 200_000}.b.c"])
def test_what_is_no_token_is_refused_and_not_quoted(token: str) -> None:
    with pytest.raises(IdTokenInvalid) as refused:
        read(token)
    assert not token or "a.b.c" not in str(refused.value)


def test_a_payload_that_is_no_object_is_refused() -> None:
    header, _, signature = signed(claims()).split(".")
    with pytest.raises(IdTokenInvalid):
        read(f"{header}.{base64.urlsafe_b64encode(b'[1]').decode().rstrip('=')}.{signature}")

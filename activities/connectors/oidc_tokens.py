"""ID tokens of OpenID Connect: who signed them, for whom, until when. Nothing is believed before all of it fits."""

import binascii
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import ClaimError, JoseError
from joserfc.jwk import JWKRegistry, Key
from joserfc.jws import JWSRegistry

from domain.errors import GroundswellError

ALLOWED = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Algorithms of which only the issuer can have the key: none of a secret that both sides have (HS256), and not `none`.
Who may choose between the two kinds signs with what everybody can read."""
LEEWAY = 60
"""Seconds by which two clocks may differ."""
LONGEST_SUBJECT = 255
"""Characters, by OpenID Connect Core 1.0, section 2."""


class IdTokenInvalid(GroundswellError):
    """The ID token that the sign-in service sent is not to be trusted: {why}."""


class KeyUnknown(IdTokenInvalid):
    """The ID token that the sign-in service sent is signed with a key that is not among its keys."""


def keys_in(document: Any) -> tuple[Key, ...]:
    """The keys of a JWK set that may sign ID tokens. Those of a kind that we do not know are passed over, as the
    standard has it (RFC 7517, section 5)."""
    listed = document.get("keys") if isinstance(document, Mapping) else None
    found = []
    for each in listed if isinstance(listed, list) else ():
        if not isinstance(each, dict) or each.get("kty") not in ("RSA", "EC") or each.get("use", "sig") != "sig":
            continue
        try:
            found.append(JWKRegistry.import_key(each))
        except (JoseError, ValueError, TypeError, KeyError, binascii.Error):
            continue
    return tuple(found)


def claims_in(token: str, keys: Sequence[Key], *, issuer: str, client_id: str, nonce: str) -> Mapping[str, Any]:
    """What an ID token says, once it is sure who says it, to us, now, and in answer to the question with this nonce.

    Raises:
        KeyUnknown: it names a key that is not among these, which may be new.
        IdTokenInvalid: anything else about it is not as it must be; the message quotes nothing of it.
    """
    registry = JWSRegistry(algorithms=ALLOWED, strict_check_header=False)
    try:
        key = _key_for(jws.extract_compact(token.encode()).headers(), keys)
        claims = jwt.decode(token, key, registry=registry).claims
        jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        ).validate(claims)
    except JoseError as error:
        # The library's code and the claim's name: its descriptions may quote what was sent.
        raise IdTokenInvalid(why=f"{error.error or 'unreadable'} ({_about(error)})") from None
    except (ValueError, TypeError, KeyError, UnicodeError, RecursionError):
        raise IdTokenInvalid(why="it is no signed token") from None
    _must_be_ours(claims, client_id, nonce)
    return claims


def _key_for(header: Mapping[str, Any], keys: Sequence[Key]) -> Key:
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in ALLOWED:
        raise IdTokenInvalid(why="it is not signed by a method of which only the issuer has the key")
    kind = "EC" if str(algorithm).startswith("ES") else "RSA"
    fitting = [
        key
        for key in keys
        if key.key_type == kind and key.get("alg", algorithm) == algorithm and kid in (None, key.kid)
    ]
    if not fitting:
        raise KeyUnknown
    if len(fitting) > 1:
        raise IdTokenInvalid(why="it does not say with which of several keys it is signed")
    return fitting[0]


def _must_be_ours(claims: Mapping[str, Any], client_id: str, nonce: str) -> None:
    given, subject, audience = claims.get("nonce"), claims["sub"], claims["aud"]
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
        raise IdTokenInvalid(why="it answers another sign-in than the one that was begun here (nonce)")
    several = isinstance(audience, list) and len(audience) > 1
    if claims.get("azp", None if several else client_id) != client_id:
        raise IdTokenInvalid(why="it was issued to another client (azp)")
    if not 0 < len(subject) <= LONGEST_SUBJECT:
        raise IdTokenInvalid(why=f"its subject has none or more than {LONGEST_SUBJECT} characters")


def _about(error: JoseError) -> str:
    return error.claim if isinstance(error, ClaimError) else "signature"

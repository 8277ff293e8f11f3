"""Sign-ins that a browser has begun at a provider: what its answer must fit, in a signed cookie of that very browser.

Nothing is kept here, so that any process can take the answer. Another browser has no such cookie: a link to the answer
of somebody else's sign-in signs nobody in (RFC 9700, section 4.7).
"""

import secrets
from typing import NamedTuple

from itsdangerous import BadSignature, URLSafeTimedSerializer

from api.auth import SignInExpired

MINUTES = 10
"""So long somebody has to sign in there."""


class Begun(NamedTuple):
    """One sign-in: what came back must have this state and, inside the ID token, this nonce; the code is redeemed with
    the verifier (PKCE). `where` it leads is a path of the console."""

    state: str
    nonce: str
    verifier: str
    where: str

    @classmethod
    def now(cls, where: str) -> "Begun":
        """A new one; 256 random bits each."""
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(32), where)


class BegunSignIns:
    """Writes and reads the cookie."""

    def __init__(self, secret: str, *, secure: bool) -> None:
        self._serializer = URLSafeTimedSerializer(secret, salt="oidc-sign-in")
        self._secure = secure

    @property
    def cookie(self) -> str:
        """Its name. Lax: it must come along when the provider sends the browser back."""
        return "__Host-groundswell-begun" if self._secure else "groundswell-begun"

    def set_cookie(self, begun: Begun) -> str:
        """The value of `Set-Cookie`; a sign-in that was begun before in this browser is given up."""
        return (
            f"{self.cookie}={self._serializer.dumps(list(begun))}; Path=/; Max-Age={MINUTES * 60}; {self._attributes}"
        )

    def clear_cookie(self) -> str:
        """The value of `Set-Cookie` that makes the browser forget it."""
        return f"{self.cookie}=; Path=/; Max-Age=0; {self._attributes}"

    @property
    def _attributes(self) -> str:
        return f"HttpOnly; SameSite=Lax{'; Secure' if self._secure else ''}"

    def read(self, cookie: str) -> Begun:
        """The sign-in that this browser has begun.

        Raises:
            SignInExpired: there is none, or not any more.
        """
        try:
            return Begun(*self._serializer.loads(cookie, max_age=MINUTES * 60))
        except (BadSignature, ValueError, TypeError):
            raise SignInExpired(minutes=MINUTES) from None

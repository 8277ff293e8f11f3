"""Keys of the environment, by which an installation begins, and the ways to be turned away."""

import hashlib
import hmac
from collections.abc import Mapping

from activities.links import LinkInvalid
from domain.errors import GroundswellError


class NotAuthenticated(GroundswellError):
    """{why} Send `Authorization: Bearer` with an API key or with the token of a creator's link."""


class SignInNeeded(NotAuthenticated):
    """{why} Sign in first."""


class NotPermitted(GroundswellError):
    """{what} is for {needed}; you are {role}."""


class NoRule(NotPermitted):
    """{what} is closed: it has no rule. Whoever wrote it adds a line to TABLE in api/access/rules.py."""


class KeyIsNarrower(NotPermitted):
    """This key does not reach so far: {why}"""


class AboveSpendLimit(NotPermitted):
    """This commits {amount} {currency} (minor units); your limit for one decision is {limit} {limit_currency}. Ask
    somebody with a higher limit, or the owner for one."""


class CsrfTokenMissing(NotPermitted):
    """This did not come from a page of ours. A program that uses a session sends its token with what it changes: the
    header X-CSRF-Token, or the form's field csrf_token. In a browser, load the page again."""


class NotThisLink(NotPermitted):
    """This link is for one step ({step}), and not for this: the mail that asks for it has the link for it."""


class LinkUsed(LinkInvalid):
    """This link does not sign again: {why}."""


class SignInRefused(NotPermitted):
    """This sign-in is refused."""


class SignInExpired(SignInRefused):
    """This sign-in took longer than {minutes} minutes, was finished before, or was begun in another browser. Begin
    again."""


class SignInNotOurs(SignInRefused):
    """{provider} has answered another sign-in than the last that this browser has begun. Begin again, in one window."""


class AccessDenied(SignInRefused):
    """{provider} has not let you in ({reason}). Begin again, or ask whoever looks after accounts there."""


class MailNotVerified(SignInRefused):
    """{provider} does not vouch that your mail address is yours, and by it members are known. Have it verified there,
    and begin again."""


class NotAMember(SignInRefused):
    """{provider} knows you, but you are no member here. Ask an owner of your workspace to add your mail address, and
    begin again."""


class AnotherAccount(SignInRefused):
    """The member with your mail address comes by another account at {provider}. If that member is you, ask an owner to
    have the other account forgotten, and begin again."""


class SignInServiceAway(GroundswellError):
    """{provider} cannot be reached now. Try again in a minute."""


class TooManyRequests(GroundswellError):
    """Too many requests: wait {retry_after} s, and come back more slowly."""


class ApiKeys:
    """Keys by name. Only their digests are kept, so that a dump of the process shows no key."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        """
        Raises:
            ValueError: a name or a key is empty.
        """
        if not all(name and key for name, key in keys.items()):
            raise ValueError("an API key needs a name and a value")
        self._digests = {name: _digest(key) for name, key in keys.items()}

    @classmethod
    def parse(cls, text: str) -> "ApiKeys":
        """The keys in `name=key,name2=key2`; spaces around names and keys are ignored.

        Raises:
            ValueError: a pair has no name, no key or no `=`, or a name comes twice. The message quotes no key.
        """
        pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
        keys = {name.strip(): key.strip() for name, _, key in pairs}
        if len(keys) < len(pairs):
            raise ValueError("two API keys have the same name")
        return cls(keys)

    def owner(self, presented: str) -> str | None:
        """The name of the key that was presented; None if it is none of ours. Takes the same time for every key."""
        digest, owner = _digest(presented), None
        for name, known in self._digests.items():
            if hmac.compare_digest(digest, known):
                owner = name
        return owner

    def fingerprint(self, name: str) -> str | None:
        """What tells that the key of this name is still the same; None if there is none of this name."""
        digest = self._digests.get(name)
        return hashlib.sha256(digest).hexdigest() if digest else None


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()

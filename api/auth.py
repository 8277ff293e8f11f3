"""Who is calling: a brand by its API key, or the creator of exactly one collaboration by the token of their link."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from domain.decider import Actor, Role
from domain.errors import GroundswellError


class NotAuthenticated(GroundswellError):
    """{why} Send `Authorization: Bearer` with an API key or with the token of a creator's link."""


class NotPermitted(GroundswellError):
    """This is for the brand to see or do; the token of a creator's link does not reach it."""


@dataclass(frozen=True)
class Caller:
    """Who gives a command. `collaboration_id` is the only collaboration that a creator reaches; None is a brand."""

    actor: Actor
    collaboration_id: str | None = None

    @property
    def is_brand(self) -> bool:
        """Whether the whole workspace is open to the caller."""
        return self.actor.role is Role.BRAND

    def reaches(self, collaboration_id: str) -> bool:
        """Whether the caller may know that this collaboration exists."""
        return self.is_brand or self.collaboration_id == collaboration_id


class ApiKeys:
    """The brand's keys by name. Only their digests are kept, so that a dump of the process shows no key."""

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


def brand(key_name: str) -> Caller:
    """The caller with this API key."""
    return Caller(Actor(role=Role.BRAND, id=key_name))


def creator(creator_id: str, collaboration_id: str) -> Caller:
    """The caller with the link of this collaboration."""
    return Caller(Actor(role=Role.CREATOR, id=creator_id), collaboration_id)

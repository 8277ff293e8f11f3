"""The creator's way in: a signed link bound to one collaboration and step. There is no account and no password."""

from typing import NamedTuple
from urllib.parse import urlsplit

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from itsdangerous.encoding import base64_decode, base64_encode

from domain.errors import GroundswellError

MAX_AGE_SECONDS = 180 * 24 * 3600
"""A link works for half a year after its mail; every mail brings a fresh one."""

NOT_OURS = "it is not one of ours, or part of it is missing"


class LinkInvalid(GroundswellError):
    """This link is not valid: {why}."""


class Link(NamedTuple):
    """What a link opens: a collaboration to look at, and the step that may be taken with it.

    `step` is the name of a task; None is whatever is open.
    """

    collaboration_id: str
    step: str | None


class CreatorLinks:
    """Makes and checks links. `public_url` is where the API is reached from outside."""

    def __init__(self, secret: str, public_url: str) -> None:
        self.public_url = public_url.rstrip("/")
        self._serializer = URLSafeTimedSerializer(secret, salt="creator-link")

    @property
    def host(self) -> str:
        """The name of the public host, which also ends our Message-IDs."""
        return urlsplit(self.public_url).hostname or "localhost"

    def token(self, collaboration_id: str, step: str | None = None) -> str:
        """A token for this collaboration alone, and for this step of it; it carries the time of its making."""
        return self._serializer.dumps([collaboration_id, step])

    def url(self, collaboration_id: str, step: str | None = None) -> str:
        """The creator's page, to take this step on."""
        return f"{self.public_url}/c/{self.token(collaboration_id, step)}"

    def read(self, token: str, *, max_age_seconds: int = MAX_AGE_SECONDS) -> Link:
        """What the token opens.

        Raises:
            LinkInvalid: it was not made by us, was altered, or is older than `max_age_seconds`.
        """
        try:
            collaboration_id, step = self._serializer.loads(token, max_age=max_age_seconds)
        except SignatureExpired as expired:
            raise LinkInvalid(why="it has expired; the latest mail has a newer one") from expired
        except (BadSignature, ValueError, TypeError) as bad:
            raise LinkInvalid(why=NOT_OURS) from bad
        signature = token.rpartition(".")[2]
        if base64_encode(base64_decode(signature)).decode() != signature:
            # The same bytes in other letters: base64 leaves some open, and a link that works once would work again.
            raise LinkInvalid(why=NOT_OURS)
        return Link(str(collaboration_id), None if step is None else str(step))

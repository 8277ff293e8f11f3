"""Posts that people publish on Instagram's twin, and may edit or delete afterwards, as people do.

curl -d '{"handle": "maya.makes", "caption": "#ad My new cup."}' http://127.0.0.1:8101/twin/posts    publish; says where
curl -d '{"caption": "My new cup."}' http://127.0.0.1:8101/twin/posts/CODE                           edit
curl -X DELETE http://127.0.0.1:8101/twin/posts/CODE                                                 delete
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from activities.connectors.simulated.people import Post

HALF_LIFE = timedelta(hours=19)
"""After so long a post has half of the likes that it will have."""


@dataclass
class Publication:
    """A post with its address. `likes` is what it will have come to in the end."""

    handle: str
    code: str
    caption: str
    at: datetime
    likes: int

    @property
    def number(self) -> str:
        """The API's id of it."""
        return f"1796{int.from_bytes(hashlib.sha256(self.code.encode()).digest()[:5]):013d}"

    @property
    def url(self) -> str:
        """Where it is."""
        return f"https://www.instagram.com/p/{self.code}/"

    def post(self, now: datetime) -> Post:
        """How it stands."""
        grown = 1 - 0.5 ** (max(now - self.at, timedelta(0)) / HALF_LIFE)
        likes = round(self.likes * grown)
        return Post(number=self.number, at=self.at, likes=likes, comments=likes // 20)


class Publications:
    """What people have published since the twin was started."""

    def __init__(self) -> None:
        self._by_code: dict[str, Publication] = {}
        self._published = 0

    def publish(self, handle: str, caption: str, *, at: datetime | None = None, likes: int = 400) -> Publication:
        """A new post of this account, by default of now."""
        self._published += 1
        code = hashlib.sha256(f"{handle}/{self._published}".encode()).hexdigest()[:11]
        made = Publication(handle, code, caption, (at or datetime.now(UTC)).replace(microsecond=0), likes)
        self._by_code[code] = made
        return made

    def edit(self, code: str, caption: str) -> None:
        """Give a post another caption.

        Raises:
            KeyError: there is no such post.
        """
        self._by_code[code].caption = caption

    def delete(self, code: str) -> None:
        """Take a post away.

        Raises:
            KeyError: there is no such post.
        """
        del self._by_code[code]

    def of(self, handle: str) -> Sequence[Publication]:
        """An account's publications, newest first."""
        theirs = [one for one in self._by_code.values() if one.handle == handle]
        return sorted(theirs, key=lambda one: (one.at, one.number), reverse=True)

"""Posts on Instagram as `business_discovery` shows them: known by the code in their address, with their caption.

Stories are not among an account's media, and are gone after a day: nobody can look for them.
"""

import re
from datetime import datetime
from urllib.parse import urlsplit

from pydantic import BaseModel

from activities.ports import PublicPost
from domain.formats import Format

FORMATS = (Format.POST, Format.REEL)
"""What an account's media are: posts and reels."""

MEDIA_FIELDS = "id,permalink,caption,like_count,comments_count,timestamp"

_HOSTS = frozenset({"instagram.com", "www.instagram.com", "m.instagram.com", "instagr.am"})
_CODE = re.compile(r"^/(?:[\w.]+/)?(?:p|reel|reels|tv)/([\w-]+)")
_LONGEST_CAPTION = 5_000


class Media(BaseModel):
    """One of an account's media, with the fields that were asked for."""

    id: str = ""
    permalink: str = ""
    caption: str = ""
    like_count: int | None = None
    """Left out where the owner hides likes, and so unknown."""
    comments_count: int | None = None
    timestamp: datetime


def code_of(url: str) -> str | None:
    """The code by which a post's address names it, however the address is written; None if it is of no post there."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    found = _CODE.match(parts.path)
    return found[1] if found and parts.hostname in _HOSTS else None


def as_post(media: Media) -> PublicPost:
    """The post that a medium is; its caption without what no text can hold.

    Raises:
        pydantic.ValidationError: it has figures that no post can have.
    """
    caption = "".join(mark for mark in media.caption if mark.isprintable() or mark in "\n\t")
    return PublicPost(
        id=media.id,
        caption=caption[:_LONGEST_CAPTION],
        published_at=media.timestamp,
        likes=media.like_count,
        comments=media.comments_count,
    )

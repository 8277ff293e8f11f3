"""A creator as the directory knows them. Personal fields stay in the directory: events carry only the creator's id."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from domain.audience import AudienceAudit
from domain.money import Currency, Minor
from domain.values import Line, Text, Value

Handle = Annotated[str, StringConstraints(pattern=r"^[a-z0-9._-]{1,64}$")]
"""An account name without its @, in lower case."""

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""An ISO 3166-1 alpha-2 code."""

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
"""An ISO 639-1 code."""

Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]


Followers = Annotated[int, Field(ge=0, le=2_000_000_000)]
"""A count of followers; no account has more than there are people online, and none is beyond what is stored."""


class Platform(StrEnum):
    """Where a creator publishes."""

    INSTAGRAM = "instagram"
    TIKTOK = "tiktok"
    YOUTUBE = "youtube"


class Profile(Value):
    """One account of one creator. Counts are of the account's recent posts where a roster has them; None is unknown."""

    platform: Platform
    handle: Handle
    name: Line
    email: Email
    followers: Followers
    following: int | None = Field(default=None, ge=0)
    posts: int | None = Field(default=None, ge=0)
    average_likes: float | None = Field(default=None, ge=0)
    average_comments: float | None = Field(default=None, ge=0)
    engagement_stated: float | None = Field(default=None, ge=0)
    """(likes + comments) / followers, a ratio, as the roster states it; the counted rate is `engagement_rate`."""
    posts_per_week: float | None = Field(default=None, ge=0)
    country: Country | None = None
    language: Language | None = None
    topics: tuple[Line, ...] = ()
    biography: Text = ""
    branded_hashtags: tuple[Line, ...] = ()
    """Hashtags of brands that the creator used unpaid, without #."""
    sample_comments: tuple[Text, ...] = ()
    """Comments left under recent posts, as many as the source gives."""
    fee: Minor | None = None
    """What the creator asks for one post, in minor units of `fee_currency`."""
    fee_currency: Currency = "USD"

    @property
    def engagement_rate(self) -> float | None:
        """(average likes + average comments) / followers, a ratio by followers; None where a figure is missing."""
        if self.average_likes is None or self.average_comments is None or self.followers == 0:
            return None
        return (self.average_likes + self.average_comments) / self.followers


class Creator(Value):
    """A profile with the directory's id for it, and what the last audit said of the audience, if there was one."""

    id: Line
    profile: Profile
    audience: AudienceAudit | None = None

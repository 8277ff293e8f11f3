"""Fohr, whose API has no public documentation: this table is what we assume of it, see docs/connectors.md."""

from typing import Any

from activities.connectors.mapped_source import Dialect, MappedSource

DIALECT = Dialect(
    service="Fohr",
    key_header="Authorization",
    key_prefix="Bearer ",
    accounts="/api/creators",
    handles="handles",
    platform="network",
    query="search",
    page="offset",
    items="data",
    next_page="meta.next_offset",
    fields={
        "platform": "account.network",
        "handle": "account.handle",
        "name": "name",
        "email": "email",
        "followers": "account.followers",
        "following": "account.following",
        "posts": "account.posts",
        "average_likes": "account.average_likes",
        "average_comments": "account.average_comments",
        "engagement_stated": "account.engagement",
        "country": "country",
        "language": "language",
        "topics": "verticals",
        "biography": "about",
        "fee": "rate_per_post",
    },
    audience_countries="follower_health.geography",
    country_code="country",
    country_share="percent",
    fake_share="follower_health.suspicious_percent",
    made_at="follower_health.measured_at",
    percentages=True,
)


def fohr(base_url: str, key: str, **settings: Any) -> MappedSource:
    """Fohr at this address; `settings` are `HttpService`'s."""
    return MappedSource(DIALECT, base_url, key, **settings)

"""NeoReach, whose API has no public documentation: this table is what we assume of it, see docs/connectors.md."""

from typing import Any

from activities.connectors.mapped_source import Dialect, MappedSource

DIALECT = Dialect(
    service="NeoReach",
    key_header="X-API-Key",
    key_prefix="",
    accounts="/v1/influencers",
    handles="usernames",
    platform="platform",
    query="q",
    page="cursor",
    items="influencers",
    next_page="next_cursor",
    fields={
        "platform": "platform",
        "handle": "username",
        "name": "full_name",
        "email": "contact.email",
        "followers": "stats.followers",
        "following": "stats.following",
        "posts": "stats.posts",
        "average_likes": "stats.avg_likes",
        "average_comments": "stats.avg_comments",
        "engagement_stated": "stats.engagement_rate",
        "posts_per_week": "stats.posts_per_week",
        "country": "location.country",
        "language": "language",
        "topics": "interests",
        "biography": "bio",
        "fee": "pricing.post",
    },
    audience_countries="audience.countries",
    country_code="code",
    country_share="share",
    fake_share="audience.fake_followers",
    made_at="audience.updated_at",
    percentages=False,
)


def neoreach(base_url: str, key: str, **settings: Any) -> MappedSource:
    """NeoReach at this address; `settings` are `HttpService`'s."""
    return MappedSource(DIALECT, base_url, key, **settings)

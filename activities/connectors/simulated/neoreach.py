"""The twin of NeoReach as `docs/connectors.md` assumes it: pages by cursor, figures as numbers, shares as ratios."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from activities.connectors.simulated.faults import Twin
from activities.connectors.simulated.people import Person, audience, fake_share, matching, named, people

KEY = "twin-neoreach-key"
PAGE = 20


class NeoReachTwin(Twin):
    """Knows everybody on every platform."""

    def __init__(self, everybody: Sequence[Person] | None = None) -> None:
        super().__init__()
        self._people = everybody or people()

    def routes(self) -> list[Route]:
        """`/v1/influencers`, by `usernames` or by `q`."""
        return [self.route("/v1/influencers", self._influencers)]

    def rate_limited(self, retry_after: int) -> Response:
        """429 with the wait in seconds."""
        return JSONResponse({"error": "rate limit exceeded"}, 429, headers={"Retry-After": str(retry_after)})

    def expired(self) -> Response:
        """401."""
        return JSONResponse({"error": "API key expired"}, 401)

    async def _influencers(self, request: Request) -> Response:
        if request.headers.get("x-api-key") != KEY:
            return JSONResponse({"error": "unknown API key"}, 401)
        asked = request.query_params
        if "usernames" in asked:
            found = named(self._people, asked["platform"], asked["usernames"].split(","))
        else:
            found = matching(self._people, asked.get("q", ""))
        first = int(asked.get("cursor", "c0").removeprefix("c"))
        last = first + (PAGE // 4 if request.state.partial else PAGE)
        following = f"c{last}" if last < len(found) else None
        shown = [_written(person) for person in found[first:last]]
        return JSONResponse({"influencers": shown, "next_cursor": following})


def _written(person: Person) -> Mapping[str, Any]:
    profile = person.profile
    return {
        "id": person.number,
        "platform": profile.platform,
        "username": profile.handle,
        "full_name": profile.name,
        "bio": profile.biography,
        "language": profile.language,
        "interests": profile.topics,
        "contact": {"email": profile.email},
        "location": {"country": profile.country},
        "stats": {
            "followers": profile.followers,
            "following": profile.following,
            "posts": profile.posts,
            "avg_likes": profile.average_likes,
            "avg_comments": profile.average_comments,
            "engagement_rate": None if profile.engagement_rate is None else round(profile.engagement_rate, 4),
            "posts_per_week": profile.posts_per_week,
        },
        "pricing": {"post": None if profile.fee is None else f"${profile.fee // 100}"},
        "audience": {
            "fake_followers": fake_share(person),
            "countries": [{"code": code, "share": share} for code, share in audience(person).items()],
            "updated_at": "2026-11-01T00:00:00Z",
        },
    }
